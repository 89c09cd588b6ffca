#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/run/site_snapshot.h"

namespace tomme::guard {

/// The places behind folders of distributions, to be found by the paths of files. A tree by segments: who
/// makes a wheel chooses its paths, and each is walked through once, however deep it is.
class LedPlaces {
 public:
  LedPlaces() = default;
  explicit LedPlaces(std::vector<LedPlace> places);

  bool empty() const { return places_.empty(); }

  /// Tells the places in which this file lies, or that it is itself, from the outermost inwards, and the part
  /// of its path behind each. `path` is absolute, without "." and "..", in either spelling of the place.
  /// False where so many lie in one another that no honest files do: then not all were told.
  bool each_around(std::string_view path,
                   const std::function<void(const LedPlace& place, std::string_view rest)>& take) const;

 private:
  struct Node {
    std::map<std::string, Node, std::less<>> below;
    std::vector<std::size_t> places;
  };

  Node& node_of(std::string_view path);
  void add(std::string_view path, std::size_t place);

  std::vector<LedPlace> places_;
  Node root_;
};

}  // namespace tomme::guard
