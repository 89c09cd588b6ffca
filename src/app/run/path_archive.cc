#include "app/run/path_archive.h"

#include <utility>

#include "core/base/ascii.h"
#include "core/packaging/zip.h"
#include "io/system/file.h"

namespace tomme::guard {
namespace {

Result<MappedFile> map_file(const std::string& path) {
  const Descriptor file = TRY(open_for_reading(path));
  return MappedFile::map(file.fd(), TRY(size_of(file, path)), path);
}

}  // namespace

struct PathArchive::Content {
  MappedFile bytes;
  ZipArchive zip;
  std::multimap<std::string, const ZipEntry*> by_name = {};  // in lower case; made when first asked for
};

PathArchive::PathArchive(std::unique_ptr<Content> content) : content_(std::move(content)) {}
PathArchive::~PathArchive() = default;

std::unique_ptr<const PathArchive> PathArchive::open(const std::string& path) {
  Result<MappedFile> bytes = map_file(path);
  if (!bytes) return nullptr;
  // No honest one has a large file twice, and comparing such takes time, archive by archive.
  constexpr std::size_t kRepeated = 64 * 1024;
  Result<ZipArchive> zip = ZipArchive::parse(bytes->view(), {.repeated_bytes = kRepeated});
  if (!zip) return nullptr;
  return std::unique_ptr<const PathArchive>(
      new PathArchive(std::make_unique<Content>(*std::move(bytes), *std::move(zip))));
}

std::vector<std::string> PathArchive::names() const {
  std::vector<std::string> names;
  for (const ZipEntry& entry : content_->zip.entries()) names.emplace_back(entry.name);
  return names;
}

std::optional<std::string> PathArchive::text(const std::vector<std::string>& names, std::size_t limit) const {
  auto& by_name = content_->by_name;
  if (by_name.empty()) {
    for (const ZipEntry& entry : content_->zip.entries())
      by_name.emplace(ascii::to_lower(entry.name), &entry);
  }
  for (const std::string& name : names) {
    const auto [first, last] = by_name.equal_range(ascii::to_lower(name));
    for (auto entry = first; entry != last; ++entry) {
      if (const Result<Bytes> text = ZipArchive::read(*entry->second, limit))
        return std::string(text_of(*text));
    }
  }
  return std::nullopt;
}

const std::vector<std::string>* PathArchiveNames::of(const std::string& path) {
  const auto [place, is_new] = known_.try_emplace(path);
  Names& found = place->second;
  if (is_new) {
    if (const auto archive = PathArchive::open(path)) found.names = archive->names();
    for (const std::string& name : found.names) found.bytes += name.size();
  }
  if (found.names.size() > left_.names || found.bytes > left_.bytes) return nullptr;
  left_.names -= found.names.size();
  left_.bytes -= found.bytes;
  return &found.names;
}

}  // namespace tomme::guard
