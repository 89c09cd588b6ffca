#include "app/run/led_places.h"

#include <algorithm>

namespace tomme::guard {
namespace {

constexpr int kNested = 16;

/// Takes the first segment away from a path.
std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(segment.size() + 1, path.size()));
  return segment;
}

}  // namespace

LedPlaces::LedPlaces(std::vector<LedPlace> places) : places_(std::move(places)) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    add(places_[i].real, i);
    if (places_[i].named != places_[i].real) add(places_[i].named, i);
  }
}

/// Thousands of `.pth` files may name one place.
void LedPlaces::add(std::string_view path, std::size_t place) {
  std::vector<std::size_t>& there = node_of(path).places;
  const auto is_of_same_site = [&](std::size_t other) { return places_[other].site == places_[place].site; };
  if (std::ranges::none_of(there, is_of_same_site)) there.push_back(place);
}

LedPlaces::Node& LedPlaces::node_of(std::string_view path) {
  Node* node = &root_;
  while (!path.empty()) {
    const std::string_view segment = next_segment(path);
    if (!segment.empty()) node = &node->below[std::string(segment)];
  }
  return *node;
}

bool LedPlaces::each_around(
    std::string_view path,
    const std::function<void(const LedPlace& place, std::string_view rest)>& take) const {
  int nested = 0;
  for (const Node* node = &root_;;) {
    if (!node->places.empty() && ++nested > kNested) return false;
    for (const std::size_t i : node->places) take(places_[i], path);
    if (path.empty()) return true;
    const auto next = node->below.find(next_segment(path));
    if (next == node->below.end()) return true;
    node = &next->second;
  }
}

}  // namespace tomme::guard
