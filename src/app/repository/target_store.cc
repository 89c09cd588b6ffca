#include "app/repository/target_store.h"

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/base/buffer.h"
#include "core/encoding/text.h"
#include "io/system/file.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::uint64_t kRangeBytes = 4 * 1024 * 1024;  // of another store
constexpr std::uint64_t kBytesOfABatch = 32 * 1024 * 1024;
constexpr std::size_t kFilesOfABatch = 512;

/// Gives the bytes of a stored file to `take`, at most `length` of them. False where it is not there.
template <class Take>
Result<bool> each_range(store::BlobStore& files, const store::BlobKey& key, std::uint64_t length, Take take) {
  std::uint64_t offset = 0;
  do {
    const std::uint64_t most = std::min(kRangeBytes, length - offset + 1);  // one more: it may be longer
    const auto range = TRY(files.get_range(key, offset, most));
    if (!range) return false;
    TRY(take(BytesView(*range)));
    offset += range->size();
    if (range->size() < most) return true;
  } while (offset <= length);
  return true;
}

/// From the start of a file to its end.
template <class Take>
Result<void> each_piece(const Descriptor& file, const std::string& name, Take take) {
  TRY(rewind(file, name));
  Buffer buffer(kPieceBytes);
  while (const std::size_t n = TRY(read_some(file, buffer.room(), name))) TRY(take(buffer.first(n)));
  return {};
}

std::unexpected<Error> changed(const std::string& file) {
  return fail(kRepositoryTarget, printable(file) + " changed while it was stored", "add it again");
}

}  // namespace

TargetStore::TargetStore(store::BlobStore& files, std::function<Result<void>()> go_on)
    : files_(files), go_on_(std::move(go_on)), batch_(files.batch()) {}

Result<void> TargetStore::put_small(const store::BlobKey& key, BytesView content) {
  TRY(batch_->put(key, content));
  waiting_bytes_ += content.size();
  ++waiting_files_;
  if (waiting_bytes_ < kBytesOfABatch && waiting_files_ < kFilesOfABatch) return {};
  return finish();
}

Result<void> TargetStore::finish() {
  TRY(ask());
  TRY(batch_->commit());
  batch_ = files_.batch();
  waiting_bytes_ = waiting_files_ = 0;
  return {};
}

Result<Change> TargetStore::put(const std::string& path, const std::string& file) {
  const Descriptor handle = TRY(open_for_reading(file));
  const std::uint64_t size = TRY(size_of(handle, file));
  Hasher hasher(HashAlgorithm::sha256);
  TRY(each_piece(handle, file, [&](BytesView piece) -> Result<void> {
    hasher.update(piece);
    return ask();
  }));
  const Sha256 digest = hasher.finish_sha256();
  TargetFile listed = TRY(TargetFile::make(size, digest));
  Change change = TRY(Change::set(path, std::move(listed)));
  TRY(expect_read_by_all(change));
  const store::BlobKey key = TRY(target_key(path, digest));

  const auto writer = size <= kSmallFile ? nullptr : TRY(files_.writer(key, size));
  Bytes small;
  std::uint64_t left = size;
  TRY(each_piece(handle, file, [&](BytesView piece) -> Result<void> {
    if (piece.size() > left) return changed(file);
    left -= piece.size();
    hasher.update(piece);
    if (writer) {
      TRY(writer->append(piece));
    } else {
      small.insert(small.end(), piece.begin(), piece.end());
    }
    return ask();
  }));
  if (left != 0 || hasher.finish_sha256() != digest) return changed(file);
  if (writer) {
    TRY(writer->commit());
  } else {
    TRY(put_small(key, small));
  }
  return change;
}

Result<bool> TargetStore::copy(store::BlobStore& other, const store::BlobKey& from, const store::BlobKey& to,
                               const tuf::TargetFile& listed) {
  tuf::TargetCheck check = TRY(tuf::TargetCheck::make(listed));
  const auto writer = listed.length <= kSmallFile ? nullptr : TRY(files_.writer(to, listed.length));
  Bytes small;
  const bool there = TRY(each_range(other, from, listed.length, [&](BytesView piece) -> Result<void> {
    TRY(ask());
    TRY(check.update(piece));
    if (writer) return writer->append(piece);
    small.insert(small.end(), piece.begin(), piece.end());
    return {};
  }));
  if (!there) return false;
  TRY(check.finish());
  if (writer) {
    TRY(writer->commit());
  } else {
    TRY(put_small(to, small));
  }
  return true;
}

Result<void> check_stored(store::BlobStore& files, const store::BlobKey& key, const tuf::TargetFile& listed) {
  tuf::TargetCheck check = TRY(tuf::TargetCheck::make(listed));
  const bool there =
      TRY(each_range(files, key, listed.length, [&](BytesView piece) { return check.update(piece); }));
  if (!there) return fail(kRepositoryDamaged, files.describe() + ": " + key.text() + " is missing");
  return check.finish();
}

}  // namespace tomme::repository
