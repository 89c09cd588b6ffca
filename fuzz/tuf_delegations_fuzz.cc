#include <vector>

#include "core/tuf/paths.h"
#include "tuf_roles.h"

namespace {

using namespace tomme;
using namespace tomme::tuf;

constexpr std::size_t kLongest = 200;  // of a pattern and a path that are matched in both ways

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

/// path_matches() by a table of all beginnings: `*` is any run without a slash, `?` one character that is
/// none.
bool matches_by_table(std::string_view pattern, std::string_view path) {
  const auto wanted = characters(pattern), there = characters(path);
  std::vector<char> row(there.size() + 1, 0);
  row[0] = 1;
  for (const std::string_view want : wanted) {
    std::vector<char> next(row.size(), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (want == "*") {
        next[i] = row[i] != 0 || (i > 0 && next[i - 1] != 0 && there[i - 1] != "/") ? 1 : 0;
      } else if (i > 0 && row[i - 1] != 0) {
        next[i] = want == there[i - 1] || (want == "?" && there[i - 1] != "/") ? 1 : 0;
      }
    }
    row = std::move(next);
  }
  return row.back() != 0;
}

void check_patterns(const DelegatedRole& role, const TargetPath& path) {
  const auto* paths = std::get_if<DelegatedRole::Paths>(&role.covers);
  if (paths == nullptr || path.text().size() > kLongest) return;
  for (const std::string& pattern : paths->patterns) {
    if (pattern.size() > kLongest) continue;
    require(path_matches(pattern, path.text()) == matches_by_table(pattern, path.text()));
  }
}

void check_bins(const SuccinctRoles& bins, const TargetPath& path) {
  const RoleName bin = bins.bin_for(path);
  require(bins.bin_number_for(path) < bins.bins() && bin == bins.bin(bins.bin_number_for(path)));
  require(bins.has(bin) && bins.has(bins.bin(0)) && bins.has(bins.bin(bins.bins() - 1)));
  require(!bins.has(RoleName::parse(bin.text() + "0").value()));
}

void check(const Delegations& delegations, const TargetPath& path) {
  for (const Delegation& matched : delegations.matching(path)) {
    require(!matched.name.is_top_level() && delegations.find(matched.name) == matched.keys);
    const std::string local = local_metadata_name(matched.name);
    require(local.size() <= 255 && !local.contains('/') && local.ends_with(".json"));
  }
  if (const auto* bins = std::get_if<SuccinctRoles>(&delegations.roles)) return check_bins(*bins, path);
  for (const DelegatedRole& role : std::get<std::vector<DelegatedRole>>(delegations.roles)) {
    check_patterns(role, path);
  }
}

}  // namespace

// The member "delegations" of a targets role, a byte of zeros, and the path that is looked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [text, wanted] = two_texts(data, size);
  const auto value = json::parse(text, {.bytes = 1 << 16, .values = 10'000});
  if (!value) return 0;
  const auto delegations = Delegations::parse(*value);
  if (!delegations) {
    require_sentence(delegations.error());
    return 0;
  }
  if (const auto path = TargetPath::parse(wanted)) check(*delegations, *path);
  check(*delegations, TargetPath::parse("packages/a-1.0.tar.gz").value());
  const auto canonical = delegations->to_canonical();
  if (!canonical) return 0;  // a number with a fraction among what nobody knows
  require(Delegations::parse(read_canonical(*canonical)).value().to_canonical().value() == *canonical);
  return 0;
}
