#pragma once

#include <cstdint>
#include <string>

#include "app/repository/bins.h"
#include "app/repository/delegators.h"
#include "app/repository/snapshot_text.h"
#include "core/base/result.h"

namespace tomme::repository {

/// The most roles that people sign, of one repository.
inline constexpr std::size_t kMostRoles = 10'000;

/// What room a snapshot has for more roles: clients take 2,000,000 bytes, and an entry stays for ever, since
/// clients refuse a snapshot that lacks one. Kept back are what the numbers of the hash bins grow by, room
/// for bins of 14 bits, and of the rest some for those to whom targets itself delegates: whoever holds a role
/// further down must not fill what the owners need.
class SnapshotRoom {
 public:
  /// `bins` as they will be; nullptr where there are none.
  SnapshotRoom(const SnapshotText& snapshot, const Delegators& roles, const BinLayout* bins);

  /// Lists one role more. kRepositoryTooLarge where it has no room.
  Result<void> take(const std::string& role);
  /// kRepositoryTooLarge where these bins do not fit beside what is listed.
  Result<void> expect_bins() const;

 private:
  using Bytes = std::int64_t;
  const Delegators& roles_;
  Bytes bins_ = 0;      ///< these bins, with long numbers
  Bytes old_bins_ = 0;  ///< of other numbers of bins
  Bytes near_ = 0;      ///< targets, and to whom it delegates
  Bytes far_ = 0;       ///< all others, also those of earlier
  Bytes reserve_ = 0;   ///< what is kept back for bins
  std::size_t near_roles_ = 0, far_roles_ = 0;
};

}  // namespace tomme::repository
