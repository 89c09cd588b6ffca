#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/installers/invocation.h"

namespace tomme::guard {

/// Which folders of distributions one Python may have on its path at once. Reads what it needs when it is
/// asked. Borrows.
class SharedSight {
 public:
  /// `sites` are Python's own folders; others that are asked about are taken for what a `.pth` leads to.
  /// `cache` is the run's own: in it uv lays environments over others (`uv run --with`).
  SharedSight(const Invocation& invocation, const std::vector<std::string>& sites, const std::string& cache)
      : invocation_(invocation), sites_(sites), cache_(cache) {}

  enum class Order : std::uint8_t {
    never,   ///< not seen together
    same,    ///< one folder
    before,  ///< the first may be searched before the second, or it cannot be told
    behind,  ///< after it
  };
  /// Paths with links followed.
  Order of(const std::string& first, const std::string& second);

 private:
  struct Environment {
    std::string prefix = {};
    bool is_virtual = false;
    bool sees_system = true;
  };

  std::string resolved(const std::string& path) const;
  bool is_in_cache(const std::string& folder);
  bool is_on_python_path(const std::string& folder);
  bool is_site(const std::string& folder);
  bool is_of_user(const std::string& folder);
  const Environment& environment_of(const std::string& folder);
  Order between_sites(const std::string& first, const std::string& second);

  const Invocation& invocation_;
  const std::vector<std::string>& sites_;
  const std::string& cache_;
  // Made when first asked for.
  std::optional<std::set<std::string>> real_sites_;
  std::optional<std::set<std::string>> python_path_;
  std::map<std::string, Environment> environments_;
};

}  // namespace tomme::guard
