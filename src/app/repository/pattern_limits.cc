#include "app/repository/pattern_limits.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

/// The bytes of its patterns, and one for each: that is by how much a role makes a comparison longer.
std::uint64_t breadth_of(const tuf::DelegatedRole& role) {
  std::uint64_t out = 1;
  if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers)) {
    for (const std::string& pattern : paths->patterns) out += pattern.size() + 1;
  } else {
    out += std::get<tuf::DelegatedRole::HashPrefixes>(role.covers).hex.size();
  }
  return out;
}

std::size_t most_stars_of_a_part(std::string_view pattern) {
  std::size_t most = 0, stars = 0;
  for (const char c : pattern) {
    stars = c == '/' ? 0 : stars + (c == '*' ? 1 : 0);
    most = std::max(most, stars);
  }
  return most;
}

std::vector<std::string_view> patterns_of(const tuf::Targets& file) {
  std::vector<std::string_view> out;
  for (const tuf::DelegatedRole& role : named_in(file)) {
    if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers))
      out.insert(out.end(), paths->patterns.begin(), paths->patterns.end());
  }
  return out;
}

std::unexpected<Error> beyond(std::string_view pattern, const std::string& words) {
  return fail(kRepositoryClients, "it delegates by the pattern " + printable(pattern, 80) + ", which " +
                                      words + ": clients would take long to match it");
}

}  // namespace

bool PatternWork::take(const tuf::DelegatedRole& a, const tuf::DelegatedRole& b) {
  const std::uint64_t one = breadth_of(a), other = breadth_of(b);
  left_ = other > left_ / one ? 0 : left_ - one * other;
  return left_ != 0;
}

Result<void> expect_few_patterns(const tuf::Targets& file, const tuf::Targets* before,
                                 const PatternLimits& limits) {
  const std::vector<std::string_view> patterns = patterns_of(file);
  const std::vector<std::string_view> published =
      before == nullptr ? std::vector<std::string_view>() : patterns_of(*before);
  if (patterns.size() > std::max(limits.patterns, published.size())) {
    return fail(kRepositoryClients, "it delegates by " + std::to_string(patterns.size()) +
                                        " path patterns, more than " + std::to_string(limits.patterns));
  }
  const std::set<std::string_view> known(published.begin(), published.end());
  for (const std::string_view pattern : patterns) {
    if (known.contains(pattern)) continue;
    if (pattern.size() > limits.bytes)
      return beyond(pattern, "is longer than " + std::to_string(limits.bytes) + " bytes");
    if (most_stars_of_a_part(pattern) > limits.stars)
      return beyond(pattern, "has more than " + std::to_string(limits.stars) + " stars in one part");
  }
  return {};
}

}  // namespace tomme::repository
