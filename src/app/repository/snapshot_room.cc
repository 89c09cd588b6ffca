#include "app/repository/snapshot_room.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::int64_t kMost = kMostSnapshotBytes;
constexpr std::int64_t kAroundName = 37;            // of an entry, with a version of 16 digits
constexpr std::int64_t kAroundBin = 34;             // the same with its number, and a version of 12 digits
constexpr std::int64_t kContents = 130'000;         // lengths and digests of a thousand roles
constexpr std::int64_t kForOwners = 100'000;        // for those to whom targets delegates
constexpr std::int64_t kMostKeptForBins = 700'000;  // of bins that there are not yet
constexpr std::int64_t kUsualBins = 1 << 14;
constexpr std::size_t kMostFarRoles = 9'000;

std::unexpected<Error> no_room(std::string words) {
  return fail(kRepositoryTooLarge, std::move(words),
              "have fewer roles below other roles, or shorter names: the snapshot lists each for ever");
}

}  // namespace

SnapshotRoom::SnapshotRoom(const SnapshotText& snapshot, const Delegators& roles, const BinLayout* bins)
    : roles_(roles) {
  const auto a_bin = kAroundBin + static_cast<std::int64_t>(bins == nullptr ? 4 : bins->prefix().size());
  bins_ = bins == nullptr ? 0 : a_bin * bins->count();
  reserve_ = std::max(bins_, std::min(kMostKeptForBins, a_bin * kUsualBins));
  for (const SnapshotText::Entry& entry : snapshot.entries()) {
    const std::string role = entry.file.substr(0, entry.file.size() - 5);
    const auto size = static_cast<std::int64_t>(role.size()) + kAroundName;
    if (bins != nullptr && bins->could_name(entry.file)) {
      if (!bins->bin_of_name(role)) old_bins_ += size;
    } else if (roles.reach(role) && roles.depth_of(role) <= 1) {
      near_ += size;
      ++near_roles_;
    } else {
      far_ += size;
      if (roles.reach(role)) ++far_roles_;
    }
  }
}

Result<void> SnapshotRoom::take(const std::string& role) {
  const auto size = static_cast<std::int64_t>(role.size()) + kAroundName;
  const bool is_near = roles_.depth_of(role) <= 1;
  if (near_roles_ + far_roles_ >= kMostRoles || (!is_near && far_roles_ >= kMostFarRoles)) {
    return no_room("there are " + std::to_string(near_roles_ + far_roles_) +
                   " roles already, and more could not be read again");
  }
  const std::int64_t used = near_ + far_ + old_bins_ + kContents + size;
  if (used + (is_near ? bins_ : reserve_ + kForOwners) > kMost) {
    return no_room("the snapshot has no room for one role more: clients take " +
                   std::to_string(kMostSnapshotBytes) + " bytes of it, of which hash bins need " +
                   std::to_string(is_near ? bins_ : reserve_));
  }
  (is_near ? near_ : far_) += size;
  ++(is_near ? near_roles_ : far_roles_);
  return {};
}

Result<void> SnapshotRoom::expect_bins() const {
  if (bins_ + old_bins_ + near_ + far_ + kContents <= kMost) return {};
  return fail(kRepositoryTooLarge,
              "so many hash bins do not fit into the snapshot beside what it lists: clients take " +
                  std::to_string(kMostSnapshotBytes) + " bytes of it",
              "choose fewer bins");
}

}  // namespace tomme::repository
