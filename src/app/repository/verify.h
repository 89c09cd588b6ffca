#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/repository/published.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// What a walk over all that is published found.
struct Verification {
  std::uint64_t root_version = 0, timestamp_version = 0, snapshot_version = 0;
  std::size_t roles = 0;  ///< that people sign: targets and what is delegated by name
  std::size_t bins = 0;
  std::uint64_t targets = 0;
  std::uint64_t bytes = 0;  ///< of the metadata that is in force
  std::vector<Error> problems;
  std::vector<std::string> notes;  ///< what no client refuses, but leaves less to tell one role from another
};

struct VerificationOptions {
  Time now;
  bool target_files = false;  ///< also that each target is stored as listed, byte for byte
  std::size_t most_problems = 100;
  unsigned threads = 2;  ///< for the bins
};

/// Reads all of the published repository as the strictest client would, with none of the shortcuts of the
/// publisher: every root from the first on, every role by the keys of each that delegates to it, every bin,
/// with versions, lengths and digests as they are listed, the role that the file says it is of, sizes,
/// expiry, and each target in the bin that its path belongs to. A delegation to a role that is not there is a
/// problem as well (kRepositoryUnpublished). What is wrong is a problem; an error is only what makes the walk
/// impossible.
Result<Verification> verify_published(store::BlobStore& files, const VerificationOptions& options);

}  // namespace tomme::repository
