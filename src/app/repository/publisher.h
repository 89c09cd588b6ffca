#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "app/repository/acceptance.h"
#include "app/repository/bin_writer.h"
#include "app/repository/published.h"
#include "app/repository/publisher_lock.h"
#include "app/repository/queue.h"
#include "app/repository/role_signer.h"
#include "app/repository/settings.h"
#include "app/repository/staged.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace tomme::repository {

/// Where a repository is. Both must live longer than what uses them.
struct Place {
  store::BlobStore& files;
  store::Database& database;
  std::string lock_file;    ///< for SQLite: next to the database
  std::string sort_folder;  ///< for nameless files when there are more changes than fit into memory
};

struct PublisherLimits {
  std::size_t changes = 200'000;  ///< of the queue in one publication, in memory
  unsigned threads = 2;           ///< for publications of many bins
};

/// What one publication did.
struct Publication {
  bool published = false;          ///< there is a new timestamp
  std::uint64_t changes = 0;       ///< taken from the queue, or from the list
  std::size_t bins = 0;            ///< written
  std::vector<std::string> roles;  ///< that people had signed
  std::vector<Error> left;         ///< staged files, and a queue without bins, that were not taken, and why
  std::vector<std::string> notes;  ///< what it means for others, see Acceptance
  std::uint64_t timestamp_version = 0, snapshot_version = 0;
  Time timestamp_expires;
  std::size_t unreadable = 0;                   ///< rows of the queue that were left, see Queue::Batch
  std::optional<Error> first_unreadable;        ///< what is wrong with one of them
  bool more = false;                            ///< the queue has more than one publication takes
  std::chrono::nanoseconds total{}, storing{};  ///< `storing`: of it, waiting for files and database
};

/// Publishes a repository: takes staged files that enough people have signed, and the queue, writes bins,
/// snapshot and, when those are durable, the timestamp, from which moment clients see all of it; then takes
/// the changes out of the queue. Whatever interrupts this, clients see the state before or the state after,
/// and the next publication does what is left: all steps can be done twice.
///
///     clients see       what is there
///     before            the queue; perhaps bins and a snapshot to which nothing leads
///     after             the timestamp; perhaps changes that are in the queue and in the bins
///
/// A version number that an interrupted publication may have used is not used again with other content, since
/// caches may have it. Has the repository to itself from `open` to its end. Of one thread.
class Publisher {
 public:
  /// kRepositoryBusy, and errors of files and database.
  static Result<Publisher> open(const Place& place, SigningKeys signers, const PublisherLimits& limits = {});
  Publisher(Publisher&&) noexcept = default;
  Publisher& operator=(Publisher&&) = delete;
  /// What is not needed is not done: without changes, staged files and expiries there is nothing new.
  /// `timestamp_age`: a timestamp that is older is made anew, whatever its expiry.
  Result<Publication> publish(Time now, std::optional<std::chrono::seconds> timestamp_age = {});
  /// The changes of a partition at once, past the queue: for millions. Its layout is the one of the bins.
  Result<Publication> publish(Time now, const Partition& partition);
  /// The bins, after staged files have been looked at; nothing where no role delegates to any.
  Result<std::optional<Bins>> bins(Time now);
  /// What clients see after the last publication; nullptr before one, and after one that failed.
  const Published* published() const { return state_ ? &*state_ : nullptr; }
  /// Says that it ends in good order. Without it the next one leaves out a version number.
  Result<void> close();

 private:
  struct Work;
  Publisher(const Place& place, SigningKeys signers, const PublisherLimits& limits, PublisherLock lock)
      : place_(place), signers_(std::move(signers)), limits_(limits), lock_(std::move(lock)) {}
  Result<void> refresh();
  Result<Publication> run(Time now, Work work);
  Result<void> prepare(Time now, Work& work);
  Result<void> write(Time now, Work& work);
  Result<void> write_bins_of(Time now, Work& work, store::BlobBatch& batch);
  std::vector<RoleSigner> signers_before(const Work& work) const;
  bool brings_roles(const Work& work) const;
  std::uint64_t first_version_of_bins(const Work& work) const;
  Result<Partition> entries_for(const Work& work);
  Result<void> replace_timestamp(const Work& work, const std::string& file);
  Result<void> finish(Time now, Work& work);
  void remove_from_staging(const std::vector<StagedFile>& published, std::vector<std::string>* notes);
  Result<void> count_attempt();
  Result<void> read_first_root();
  Result<void> expect_own_files(const Settings& settings);

  Place place_;
  SigningKeys signers_;
  PublisherLimits limits_;
  PublisherLock lock_;
  std::optional<Published> state_;
  std::optional<Sha256> first_root_;  ///< of the files
  std::uint64_t skip_ = 0;            ///< publications that were interrupted since the last one that was not
  bool failed_ = false;               ///< one of this publisher was
};

}  // namespace tomme::repository
