#include "app/repository/partition.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "io/system/errors.h"

namespace tomme::repository {

namespace {

constexpr std::uint32_t kMostParts = 256;
constexpr std::size_t kBufferBytes = 256 * 1024;  // of each part: 64 MiB in all

void append_number(Bytes& out, std::uint64_t number, unsigned bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(number >> (8 * bytes)));
}

/// record = u16 path length, path, u8 kind, [u64 length, 32 bytes of SHA-256, u16 custom length, custom]
void append_record(Bytes& out, const Change& change) {
  append_number(out, change.path().size(), 2);
  append(out, bytes_of(change.path()));
  out.push_back(change.file() ? 1 : 0);
  if (!change.file()) return;
  append_number(out, change.file()->length(), 8);
  append(out, change.file()->sha256().view());
  append_number(out, change.file()->custom().size(), 2);
  append(out, bytes_of(change.file()->custom()));
}

/// Of what append_record wrote in this process.
class RecordReader {
 public:
  explicit RecordReader(BytesView bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  Result<Change> next() {
    const std::string path(text_of(take(static_cast<std::size_t>(number(2)))));
    if (number(1) == 0) return Change::remove(path);
    const std::uint64_t length = number(8);
    const Sha256 digest = TRY(Sha256::from_bytes(take(32)));
    const std::string custom(text_of(take(static_cast<std::size_t>(number(2)))));
    TargetFile file = TRY(TargetFile::make(length, digest, custom));
    return Change::set(path, std::move(file));
  }

 private:
  BytesView take(std::size_t count) {
    const BytesView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(bytes)) value = value << 8 | byte;
    return value;
  }
  BytesView rest_;
};

std::unexpected<Error> cannot(const ErrorCode& code) {
  return fail(code, "a file for sorting changes: " + system_reason());
}

}  // namespace

struct Partition::Part {
  Descriptor file;
  std::uint64_t written = 0;
  Bytes buffer;
};

Partition::Partition(const BinLayout& layout) : layout_(layout) {}
Partition::Partition(Partition&&) noexcept = default;
Partition& Partition::operator=(Partition&&) noexcept = default;
Partition::~Partition() = default;

Result<Partition> Partition::make(const std::string& folder, const BinLayout& layout) {
  Partition partition(layout);
  for (std::uint32_t i = std::min(layout.count(), kMostParts); i > 0; --i) {
    auto part = std::make_unique<Part>();
    part->file = Descriptor(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!part->file.is_open()) return cannot(kFileWrite);
    partition.parts_.push_back(std::move(part));
  }
  return partition;
}

Result<void> Partition::flush(Part& part) {
  if (!write_all(part.file.fd(), part.buffer)) return cannot(kFileWrite);
  part.written += part.buffer.size();
  part.buffer.clear();
  return {};
}

Result<void> Partition::add(const Change& change) {
  Part& part = *parts_[layout_.of(change.path_digest()) / bins_of_a_part()];
  append_record(part.buffer, change);
  ++size_;
  return part.buffer.size() < kBufferBytes ? Result<void>() : flush(part);
}

Result<void> Partition::finish() {
  for (const auto& part : parts_) {
    if (part->written == 0) continue;  // it is read from memory
    TRY(flush(*part));
    part->buffer.shrink_to_fit();
  }
  return {};
}

Result<std::vector<Change>> Partition::read(std::size_t number) const {
  const Part& part = *parts_[number];
  Bytes bytes = part.buffer;
  if (part.written != 0) {
    bytes.resize(part.written);
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n =
          ::pread(part.file.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return cannot(kFileRead);
      done += static_cast<std::size_t>(n);
    }
  }
  std::vector<Change> changes;
  for (RecordReader reader(bytes); !reader.at_end();) changes.push_back(TRY(reader.next()));
  sort_for_bins(changes, layout_);
  return changes;
}

std::uint32_t Partition::first_bin(std::size_t part) const {
  return static_cast<std::uint32_t>(part) * bins_of_a_part();
}

void sort_for_bins(std::vector<Change>& changes, const BinLayout& layout) {
  struct Place {
    std::uint32_t bin;
    std::uint32_t number;
  };
  std::vector<Place> order;
  order.reserve(changes.size());
  for (const Change& change : changes) {
    order.push_back({layout.of(change.path_digest()), static_cast<std::uint32_t>(order.size())});
  }
  std::ranges::sort(order, [&](const Place& a, const Place& b) {
    if (a.bin != b.bin) return a.bin < b.bin;
    const int paths = changes[a.number].path().compare(changes[b.number].path());
    return paths != 0 ? paths < 0 : a.number > b.number;  // the last one first
  });
  std::vector<Change> sorted;
  sorted.reserve(changes.size());
  for (const Place& place : order) {
    Change& change = changes[place.number];
    if (sorted.empty() || sorted.back().path() != change.path()) sorted.push_back(std::move(change));
  }
  changes = std::move(sorted);
}

}  // namespace tomme::repository
