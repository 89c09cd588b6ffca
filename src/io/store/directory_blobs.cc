#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto/key.h"
#include "core/encoding/text.h"
#include "io/store/blob_stores_internal.h"
#include "io/store/errors.h"
#include "io/system/errors.h"
#include "io/system/file.h"
#include "io/system/new_file.h"

/// Blobs in a directory: the key is the path. A blob is written under a name of its own in `.incoming`, made
/// durable, and then renamed into its place, which is atomic; then the folder is made durable.
namespace tomme::store {

namespace {

constexpr std::string_view kIncoming = "/.incoming";
constexpr std::time_t kAbandonedAfter =
    24 * 3600;                                 // seconds until an incoming file is taken for a crashed one's
constexpr std::size_t kKnownFolders = 65'536;  // remembered as durable
constexpr std::size_t kFilesWorthSyncfs = 8;   // from so many on, one flush of all beats one for each

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

bool make_durable(const std::string& path, int flags) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags));
  return file.is_open() && ::fsync(file.fd()) == 0;
}

/// A file in `.incoming`, removed with its owner unless it was moved to its place.
class Incoming {
 public:
  explicit Incoming(std::string path) : path_(std::move(path)) {}
  Incoming(Incoming&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  Incoming& operator=(Incoming&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~Incoming() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  void moved() { path_.clear(); }

 private:
  std::string path_;
};

class DirectoryBlobs final : public BlobStore {
 public:
  explicit DirectoryBlobs(std::string root) : root_(std::move(root)) {}

  Result<void> prepare();
  Result<void> expect_folder() const;
  Result<void> put(const BlobKey& key, BytesView content) override;
  Result<bool> put_if_absent(const BlobKey& key, BytesView content) override;
  Result<std::optional<Bytes>> get(const BlobKey& key, std::uint64_t limit) override;
  Result<std::optional<Bytes>> get_range(const BlobKey& key, std::uint64_t offset,
                                         std::uint64_t length) override;
  Result<std::optional<BlobStat>> stat(const BlobKey& key) override;
  Result<void> remove(const BlobKey& key) override;
  Result<BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) override;
  Result<BlobNames> names(std::string_view folder, std::size_t most) override;
  std::unique_ptr<BlobBatch> batch() override;
  Result<std::unique_ptr<BlobWriter>> writer(const BlobKey& key, std::uint64_t size) override;
  std::string describe() const override { return printable(root_); }

 private:
  friend class DirectoryBatch;
  friend class DirectoryWriter;
  std::string path_of(const BlobKey& key) const { return root_ + "/" + key.text(); }
  std::unexpected<Error> cannot(const ErrorCode& code, std::string_view what, std::string_view key) const;
  /// Written, not yet durable.
  Result<Incoming> take_in(const BlobKey& key, BytesView content) const;
  /// The folder that `key` is in, with those above it, durable.
  Result<void> make_folder(const BlobKey& key);
  Result<std::optional<Descriptor>> open_blob(const BlobKey& key, std::uint64_t* size) const;
  Result<std::optional<Bytes>> read(const BlobKey& key, std::uint64_t offset, std::uint64_t length,
                                    const Descriptor& file) const;
  Result<std::set<std::string>> names_in(const std::string& folder, std::size_t most = SIZE_MAX) const;
  Result<bool> walk(const std::string& folder, std::string_view after, std::size_t limit, BlobPage& page);

  const std::string root_;
  std::mutex mutex_;
  std::set<std::string> durable_folders_;  // guarded by mutex_
};

std::unexpected<Error> DirectoryBlobs::cannot(const ErrorCode& code, std::string_view what,
                                              std::string_view key) const {
  const std::string why = system_reason();  // before anything else can fail
  std::string words = ": cannot ";
  words.append(what).append(" ").append(key).append(": ").append(why);
  return fail(code, describe() + words);
}

/// Makes the folder and those above it, as far as missing; each is durable in the one above.
bool make_folders(const std::string& path) {
  if (exists(path)) return true;
  const std::string above = path.contains('/') ? folder_of(path) : ".";
  if (!above.empty() && !make_folders(above)) return false;
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) return false;
  return make_durable(above.empty() ? "/" : above, O_DIRECTORY);
}

Result<void> DirectoryBlobs::prepare() {
  const std::string incoming = root_ + std::string(kIncoming);
  if (!make_folders(incoming)) return cannot(kFileWrite, "make", "this folder");
  if (::access(incoming.c_str(), W_OK | X_OK) != 0) return cannot(kFileWrite, "write to", "this folder");
  const std::time_t now = ::time(nullptr);
  for (const std::string& name : list_folder(incoming)) {
    const std::string path = incoming + "/" + name;
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && status.st_mtime < now - kAbandonedAfter)
      ::unlink(path.c_str());
  }
  return {};
}

Result<void> DirectoryBlobs::expect_folder() const {
  const Descriptor folder(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return cannot(kFileRead, "read", "this folder");
  return {};
}

Result<Incoming> DirectoryBlobs::take_in(const BlobKey& key, BytesView content) const {
  const std::string path = root_ + std::string(kIncoming) + "/" + encode_hex(random_bytes(16));
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) return cannot(kFileWrite, "write", key.text());
  Incoming incoming(path);
  if (!write_all(file.fd(), content)) return cannot(kFileWrite, "write", key.text());
  return incoming;
}

Result<void> DirectoryBlobs::make_folder(const BlobKey& key) {
  for (std::size_t slash = 0; (slash = key.text().find('/', slash)) != std::string::npos; ++slash) {
    const std::string path = root_ + "/" + key.text().substr(0, slash);
    const bool made = ::mkdir(path.c_str(), 0777) == 0;
    if (!made && errno != EEXIST) return cannot(kFileWrite, "make the folder of", key.text());
    const std::lock_guard lock(mutex_);
    if (!made && durable_folders_.contains(path)) continue;
    // Also one that is there already: whoever made it may not have come to this yet.
    if (!make_durable(folder_of(path), O_DIRECTORY))
      return cannot(kFileWrite, "make the folder of", key.text());
    if (durable_folders_.size() >= kKnownFolders) durable_folders_.clear();
    durable_folders_.insert(path);
  }
  return {};
}

Result<void> DirectoryBlobs::put(const BlobKey& key, BytesView content) {
  const auto batch = this->batch();
  TRY(batch->put(key, content));
  return batch->commit();
}

Result<bool> DirectoryBlobs::put_if_absent(const BlobKey& key, BytesView content) {
  TRY(make_folder(key));
  Incoming incoming = TRY(take_in(key, content));
  if (!make_durable(incoming.path(), 0)) return cannot(kFileWrite, "write", key.text());
  const std::string path = path_of(key);
  // link() is what every file system with hard links has; the others have this rename or nothing.
  bool placed = ::link(incoming.path().c_str(), path.c_str()) == 0;
  if (!placed && errno != EEXIST) {
    placed = ::renameat2(AT_FDCWD, incoming.path().c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0;
    if (placed) incoming.moved();
  }
  if (!placed && errno != EEXIST) return cannot(kFileWrite, "write", key.text());
  struct stat status{};
  if (!placed && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return cannot(kFileWrite, "write", key.text());
  }
  // Also where another was first: that it is there has to last, too.
  if (!make_durable(folder_of(path), O_DIRECTORY)) return cannot(kFileWrite, "write", key.text());
  return placed;
}

Result<std::optional<Descriptor>> DirectoryBlobs::open_blob(const BlobKey& key, std::uint64_t* size) const {
  Descriptor file(::open(path_of(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  struct stat status{};
  if (!file.is_open() || ::fstat(file.fd(), &status) != 0) return cannot(kFileRead, "read", key.text());
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  *size = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::optional<Bytes>> DirectoryBlobs::read(const BlobKey& key, std::uint64_t offset,
                                                  std::uint64_t length, const Descriptor& file) const {
  Bytes bytes(length);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        ::pread(file.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot(kFileRead, "read", key.text());
    if (n == 0)
      return fail(kStoreDamaged, describe() + ": " + key.text() + " was cut short while it was read");
    done += static_cast<std::size_t>(n);
  }
  return bytes;
}

Result<std::optional<Bytes>> DirectoryBlobs::get(const BlobKey& key, std::uint64_t limit) {
  std::uint64_t size = 0;
  const auto file = TRY(open_blob(key, &size));
  if (!file) return std::nullopt;
  if (size > limit) {
    return fail(kFileTooLarge,
                describe() + ": " + key.text() + " is larger than " + std::to_string(limit) + " bytes");
  }
  return read(key, 0, size, *file);
}

Result<std::optional<Bytes>> DirectoryBlobs::get_range(const BlobKey& key, std::uint64_t offset,
                                                       std::uint64_t length) {
  std::uint64_t size = 0;
  const auto file = TRY(open_blob(key, &size));
  if (!file) return std::nullopt;
  if (offset >= size) return Bytes();
  return read(key, offset, std::min(length, size - offset), *file);
}

Result<std::optional<BlobStat>> DirectoryBlobs::stat(const BlobKey& key) {
  struct stat status{};
  if (::stat(path_of(key).c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return cannot(kFileRead, "look at", key.text());
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return BlobStat{static_cast<std::uint64_t>(status.st_size), time_from_unix(status.st_mtime)};
}

Result<void> DirectoryBlobs::remove(const BlobKey& key) {
  const std::string path = path_of(key);
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == EISDIR) return {};
    return cannot(kFileWrite, "remove", key.text());
  }
  if (!make_durable(folder_of(path), O_DIRECTORY)) return cannot(kFileWrite, "remove", key.text());
  return {};
}

/// Whoever may write in a folder could otherwise lead a listing, and what is removed by it, out of the store.
bool is_no_strangers_link(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return false;
  return !S_ISLNK(status.st_mode) || status.st_uid == ::geteuid() || status.st_uid == 0;
}

/// The blobs and folders of one folder by name, a folder's with a slash at its end: so they are in the order
/// of the whole keys. What could be no key (`.incoming`) is not among them. Ends after one name more than
/// `most`.
Result<std::set<std::string>> DirectoryBlobs::names_in(const std::string& folder, std::size_t most) const {
  std::set<std::string> names;
  const std::string path = root_ + "/" + folder;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), &::closedir);
  if (!stream && (errno == ENOENT || errno == ENOTDIR)) return names;
  if (!stream) return cannot(kFileRead, "list", "the folder " + folder);
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (entry == nullptr) break;
    std::string name = folder + entry->d_name;
    if (!BlobKey::parse(name)) continue;
    unsigned char type = entry->d_type;
    struct stat status{};
    const bool may_be_link = type == DT_UNKNOWN || type == DT_LNK;
    if (may_be_link && !is_no_strangers_link(root_ + "/" + name)) continue;
    if (may_be_link && ::stat((root_ + "/" + name).c_str(), &status) == 0) {
      type = S_ISDIR(status.st_mode) ? DT_DIR : S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
    }
    if (type == DT_DIR) name += '/';
    if (type == DT_DIR || type == DT_REG) names.insert(std::move(name));
    if (names.size() > most) return names;
  }
  if (errno != 0) return cannot(kFileRead, "list", "the folder " + folder);
  return names;
}

/// Adds what is below `folder` ("" or "a/b/"); false when the page is full and there is more.
Result<bool> DirectoryBlobs::walk(const std::string& folder, std::string_view after, std::size_t limit,
                                  BlobPage& page) {
  const std::set<std::string> names = TRY(names_in(folder));
  for (const std::string& name : names) {
    const bool is_folder = name.ends_with('/');
    // A folder may lie before `after` and still hold what comes behind it.
    if (name <= after && !(is_folder && after.starts_with(name))) continue;
    if (is_folder) {
      if (!TRY(walk(name, after, limit, page))) return false;
      continue;
    }
    if (page.entries.size() == limit) return false;
    BlobKey key = TRY(BlobKey::parse(name));
    const auto status = TRY(stat(key));
    if (status) page.entries.push_back({std::move(key), *status});
  }
  return true;
}

Result<BlobPage> DirectoryBlobs::list(std::string_view folder, std::string_view after, std::size_t limit) {
  const std::string prefix = TRY(listed_prefix(folder, limit));
  BlobPage page;
  page.more = !TRY(walk(prefix, after, limit, page));
  return page;
}

Result<BlobNames> DirectoryBlobs::names(std::string_view folder, std::size_t most) {
  BlobNames out;
  const std::set<std::string> all = TRY(names_in(TRY(listed_prefix(folder, 1)), most));
  out.more = all.size() > most;
  for (const std::string& name : all) {
    if (!name.ends_with('/') && out.keys.size() < most) out.keys.push_back(TRY(BlobKey::parse(name)));
  }
  return out;
}

class DirectoryBatch final : public BlobBatch {
 public:
  explicit DirectoryBatch(DirectoryBlobs& store) : store_(store) {}
  Result<void> put(const BlobKey& key, BytesView content) override {
    Incoming incoming = TRY(store_.take_in(key, content));
    incoming_.insert_or_assign(key, std::move(incoming));
    return {};
  }
  Result<void> commit() override;

 private:
  Result<void> make_contents_durable() const;

  DirectoryBlobs& store_;
  std::map<BlobKey, Incoming> incoming_;
  std::set<std::string> changed_folders_;
};

Result<void> DirectoryBatch::make_contents_durable() const {
  if (incoming_.size() >= kFilesWorthSyncfs) {
    const Descriptor root(::open(store_.root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root.is_open() || ::syncfs(root.fd()) != 0) return store_.cannot(kFileWrite, "write", "a batch");
    return {};
  }
  for (const auto& [key, incoming] : incoming_) {
    if (!make_durable(incoming.path(), 0)) return store_.cannot(kFileWrite, "write", key.text());
  }
  return {};
}

Result<void> DirectoryBatch::commit() {
  for (const auto& [key, incoming] : incoming_) TRY(store_.make_folder(key));
  TRY(make_contents_durable());
  while (!incoming_.empty()) {
    const auto first = incoming_.begin();
    const std::string path = store_.path_of(first->first);
    if (::rename(first->second.path().c_str(), path.c_str()) != 0) {
      return store_.cannot(kFileWrite, "write", first->first.text());
    }
    first->second.moved();
    changed_folders_.insert(folder_of(path));
    incoming_.erase(first);
  }
  for (; !changed_folders_.empty(); changed_folders_.erase(changed_folders_.begin())) {
    const std::string& folder = *changed_folders_.begin();
    if (!make_durable(folder, O_DIRECTORY)) return store_.cannot(kFileWrite, "write to", printable(folder));
  }
  return {};
}

std::unique_ptr<BlobBatch> DirectoryBlobs::batch() {
  return std::make_unique<DirectoryBatch>(*this);
}

/// Writes a file without a name, so that nothing is left of a large one when the process is killed.
class DirectoryWriter final : public BlobWriter {
 public:
  DirectoryWriter(DirectoryBlobs& store, BlobKey key, std::uint64_t size, NewFile file)
      : store_(store), key_(std::move(key)), size_(size), file_(std::move(file)) {}
  Result<void> append(BytesView bytes) override {
    TRY(size_.take(bytes.size(), key_.text()));
    return file_.append(bytes);
  }
  Result<void> commit() override;

 private:
  DirectoryBlobs& store_;
  const BlobKey key_;
  ExpectedSize size_;
  NewFile file_;
};

Result<void> DirectoryWriter::commit() {
  TRY(size_.expect_all(key_.text()));
  TRY(store_.make_folder(key_));
  const std::string name = encode_hex(random_bytes(16));
  TRY(std::move(file_).keep(name));
  Incoming incoming(store_.root_ + std::string(kIncoming) + "/" + name);
  if (!make_durable(incoming.path(), 0)) return store_.cannot(kFileWrite, "write", key_.text());
  const std::string path = store_.path_of(key_);
  if (::rename(incoming.path().c_str(), path.c_str()) != 0)
    return store_.cannot(kFileWrite, "write", key_.text());
  incoming.moved();
  if (!make_durable(folder_of(path), O_DIRECTORY)) return store_.cannot(kFileWrite, "write", key_.text());
  return {};
}

Result<std::unique_ptr<BlobWriter>> DirectoryBlobs::writer(const BlobKey& key, std::uint64_t size) {
  NewFile file = TRY(NewFile::open(root_ + std::string(kIncoming)));
  return std::make_unique<DirectoryWriter>(*this, key, size, std::move(file));
}

}  // namespace

Result<std::unique_ptr<BlobStore>> open_directory_blobs(std::string folder, bool to_write) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  auto store = std::make_unique<DirectoryBlobs>(std::move(folder));
  TRY(to_write ? store->prepare() : store->expect_folder());
  return store;
}

}  // namespace tomme::store
