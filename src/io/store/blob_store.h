#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "io/store/blob_key.h"

namespace tomme::store {

struct BlobStat {
  std::uint64_t size = 0;
  Time modified;  ///< by the clock of the store
  friend bool operator==(const BlobStat&, const BlobStat&) = default;
};

struct BlobEntry {
  BlobKey key;
  BlobStat stat;
};

struct BlobPage {
  std::vector<BlobEntry> entries;  ///< in the order of the bytes of their keys
  bool more = false;               ///< ask again, `after` the last key of these
};

struct BlobNames {
  std::vector<BlobKey> keys;
  bool more = false;  ///< there are more than were asked for
};

/// Many blobs made durable at the price of one wait. Of one thread; its store must live longer.
class BlobBatch {
 public:
  virtual ~BlobBatch() = default;
  /// As BlobStore::put, but readers may see it only from `commit` on. A later put of a key replaces an
  /// earlier.
  virtual Result<void> put(const BlobKey& key, BytesView content) = 0;
  /// All of them, each whole, are seen by readers and durable when it returns without error. After an error
  /// or a crash any number of them are, in no order: what points to them (a timestamp, a checkpoint) is put
  /// after `commit` has returned. May be called again after an error. Without it, nothing is ever seen.
  virtual Result<void> commit() = 0;
};

/// One blob that comes piece by piece and takes the same memory whatever its size. Of one thread; its store
/// must live longer. Where it goes away without `commit`, or its process does, nothing is ever seen.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  /// kFileTooLarge for the first byte too many.
  virtual Result<void> append(BytesView bytes) = 0;
  /// As the return of BlobStore::put; kFileRead where bytes are missing. Once, and nothing after it.
  virtual Result<void> commit() = 0;
};

/// Files by name: in a directory, or in S3-compatible storage. Thread-safe, and any number of processes
/// may share one.
///
/// * A reader sees the old content, the new, or nothing; never a part and never a mixture.
/// * What a call that returned without error wrote survives a crash of the process, the machine and the
/// power,
///   and is seen by every later reader. After an error it may be there or not (kStoreInDoubt where it
///   matters).
/// * No key may be a folder of another (`a` and `a/b`): a directory refuses it, S3 does not.
///
/// Errors: kStoreUnreachable, kStoreDenied, kStoreTimeout, kStoreDamaged; kFileRead and kFileWrite with
/// what the system said (no space left).
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  /// Writes all of it, in place of what was there.
  virtual Result<void> put(const BlobKey& key, BytesView content) = 0;
  /// False, and nothing is changed, where there is a blob of this name already: of any number of writers at
  /// once exactly one gets true. kStoreInDoubt where it cannot be told whether ours was the one.
  virtual Result<bool> put_if_absent(const BlobKey& key, BytesView content) = 0;
  /// Nothing where it is not there. kFileTooLarge above `limit` bytes.
  virtual Result<std::optional<Bytes>> get(const BlobKey& key, std::uint64_t limit) = 0;
  /// `length` bytes (at least 1) from `offset`: fewer at its end, none behind it. Nothing where it is not
  /// there. Two ranges of a blob that is being replaced may come from different contents.
  virtual Result<std::optional<Bytes>> get_range(const BlobKey& key, std::uint64_t offset,
                                                 std::uint64_t length) = 0;
  /// Nothing where it is not there.
  virtual Result<std::optional<BlobStat>> stat(const BlobKey& key) = 0;
  Result<bool> exists(const BlobKey& key);
  /// Without error also where it is not there.
  virtual Result<void> remove(const BlobKey& key) = 0;
  /// The blobs below `folder` (a key, without a slash at its end; empty: all), at any depth, whose keys come
  /// after `after` in the order of bytes (empty: from the first), at most `limit` (1 to 1000).
  virtual Result<BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) = 0;
  /// The blobs right in `folder` and in none below it, at most `most`, in no order: what somebody else put
  /// into folders below is in nobody's way. A blob that cannot be read is among them.
  virtual Result<BlobNames> names(std::string_view folder, std::size_t most);
  virtual std::unique_ptr<BlobBatch> batch() = 0;
  /// For a blob of `size` bytes that need not fit into memory. kFileTooLarge where S3 would not take it
  /// (5 TiB).
  virtual Result<std::unique_ptr<BlobWriter>> writer(const BlobKey& key, std::uint64_t size) = 0;

  /// For messages, without secrets: a path, or "s3://bucket/prefix".
  virtual std::string describe() const = 0;

 protected:
  BlobStore() = default;
};

struct BlobLimits {
  std::chrono::milliseconds connect{10'000};  ///< S3: name, TCP and TLS together
  std::chrono::milliseconds request{60'000};  ///< S3: one request up to its answer's head, and longer while
                                              ///< at least 1 KiB/s moves; kStoreTimeout above
  unsigned attempts = 4;                      ///< S3: of what may be repeated, when a server is overloaded
  std::size_t uploads = 8;                    ///< S3: at a time, of a batch
  std::size_t part = 8 * 1024 * 1024;  ///< S3: bytes in memory of what is written piece by piece; AWS takes
                                       ///< 10,000 parts and wants 5 MiB, above 80 GB they are larger
};

/// Puts a file of a random name twice and removes it: kStoreUnconditional where put_if_absent is nothing to
/// rely on, since the server does not know the condition and takes both.
Result<void> expect_put_if_absent(BlobStore& files);

/// `DIRECTORY`, made where it is missing, or `s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME]`: without
/// `endpoint` AWS, always path-style; plain http only to loopback. The credentials come from
/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region from the address, AWS_REGION,
/// or us-east-1. kStoreAddress, kStoreDenied where there are none, kFileWrite where a directory cannot be
/// made.
Result<std::unique_ptr<BlobStore>> open_blob_store(std::string_view address, const BlobLimits& limits = {});
/// The same to read only: a directory has to be there (kFileRead), and nothing is made in it.
Result<std::unique_ptr<BlobStore>> open_blob_store_to_read(std::string_view address,
                                                           const BlobLimits& limits = {});

}  // namespace tomme::store
