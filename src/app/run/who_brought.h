#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/relay/wheel_content.h"
#include "app/run/installed_distribution.h"
#include "app/run/site_snapshot.h"

namespace tomme::guard {

/// Which distribution has brought what makes another one of some folder or archive: its `.dist-info`,
/// `.egg-info`, `.egg`, `.egg-link`; also wheels that lie about, and a pyvenv.cfg. What a wheel brings beside
/// its own `.dist-info` is that wheel's doing, whatever it is called. Borrows.
class WhoBrought {
 public:
  struct Bringer {
    std::string title;  ///< "dep 1.0", printable
    std::set<ProjectName> projects;
    std::string path;  ///< of its `.dist-info`; empty for a wheel that went to the command
  };
  using IsExcused = std::function<bool(const Bringer&)>;

  /// `sites` are Python's own folders, links followed. `places` are those behind them.
  WhoBrought(const DistributionReader& reader, std::set<std::string> sites,
             const std::vector<LedPlace>& places);

  /// What its RECORD says, wherever that leads.
  void add(const OnDisk& found);
  /// All that it has, wherever it was installed: a RECORD can be written over.
  void add(const WheelContent& wheel, const ProjectName& project, const std::string& version);

  /// Who has brought this path, something below it or the archive that it lies in; null where nobody has but
  /// those who are excused. Links followed.
  const Bringer* of(const std::string& path, const IsExcused& is_excused);
  /// Another than the distribution itself.
  const Bringer* other_than(const OnDisk& found);

 private:
  struct Row {
    std::string path;
    std::size_t bringer;
  };
  /// Sorted when first asked. In order and not hashed: who makes a wheel chooses its names.
  struct Rows {
    std::vector<Row> rows;
    bool is_sorted = false;
  };

  bool is_of_interest(std::string_view path) const;
  const Bringer* in(Rows& all, const std::string& path, const IsExcused& is_excused) const;

  const DistributionReader& reader_;
  const std::set<std::string> sites_;
  std::set<std::string, std::less<>> archives_;  // their names
  std::vector<Bringer> bringers_;
  Rows absolute_;
  Rows of_site_;         // seen from a folder of distributions
  Rows of_environment_;  // seen from the environment of one
};

}  // namespace tomme::guard
