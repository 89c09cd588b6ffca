#include "io/store/blob_store.h"

#include "core/crypto/key.h"
#include "core/encoding/text.h"
#include "io/store/blob_stores_internal.h"
#include "io/store/errors.h"
#include "io/system/errors.h"

namespace tomme::store {

Result<bool> BlobStore::exists(const BlobKey& key) {
  return TRY(stat(key)).has_value();
}

Result<void> ExpectedSize::take(std::uint64_t bytes, std::string_view name) {
  if (bytes > left_) return fail(kFileTooLarge, std::string(name) + " grew while it was stored");
  left_ -= bytes;
  return {};
}

Result<void> ExpectedSize::expect_all(std::string_view name) const {
  if (left_ == 0) return {};
  return fail(kFileRead, std::string(name) + " is " + std::to_string(left_) + " bytes shorter than it was",
              "try again when no program writes to it any more");
}

Result<std::string> listed_prefix(std::string_view folder, std::size_t limit) {
  if (limit < 1 || limit > 1000) return fail(kStoreKey, "a list of stored files has 1 to 1000 names");
  if (folder.empty()) return "";
  return TRY(BlobKey::parse(folder)).text() + "/";
}

Result<BlobNames> BlobStore::names(std::string_view folder, std::size_t most) {
  const std::string prefix = TRY(listed_prefix(folder, 1));
  BlobNames out;
  std::string after;
  for (bool more = true; more;) {
    const BlobPage page = TRY(list(folder, after, 1000));
    more = page.more;
    for (const BlobEntry& entry : page.entries) {
      const std::string& key = entry.key.text();
      if (key <= after) continue;
      after = key;
      if (const std::size_t slash = key.find('/', prefix.size()); slash != std::string::npos) {
        after = key.substr(0, slash) + '0';  // behind all that is below this folder
        continue;
      }
      if (out.keys.size() == most) {
        out.more = true;
        return out;
      }
      out.keys.push_back(entry.key);
    }
  }
  return out;
}

Result<void> expect_put_if_absent(BlobStore& files) {
  const BlobKey key = TRY(BlobKey::parse("probe/" + encode_hex(random_bytes(16))));
  const bool first = TRY(files.put_if_absent(key, bytes_of("first")));
  const auto second = files.put_if_absent(key, bytes_of("second"));
  TRY(files.remove(key));
  if (first && TRY(second) == false) return {};
  return fail(kStoreUnconditional, files.describe() +
                                       ": the server replaces a file that is to be written only "
                                       "where none is");
}

namespace {

Result<std::unique_ptr<BlobStore>> open_any(std::string_view address, const BlobLimits& limits,
                                            bool to_write) {
  if (address.starts_with("s3:")) return open_s3_blobs(address, limits);
  if (address.empty() || address.contains("://") || address.contains('\0')) {
    return fail(kStoreAddress, "the address of the file store is neither a directory nor s3://");
  }
  return open_directory_blobs(std::string(address), to_write);
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_blob_store(std::string_view address, const BlobLimits& limits) {
  return open_any(address, limits, true);
}

Result<std::unique_ptr<BlobStore>> open_blob_store_to_read(std::string_view address,
                                                           const BlobLimits& limits) {
  return open_any(address, limits, false);
}

}  // namespace tomme::store
