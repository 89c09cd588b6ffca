#include "app/run/path_archive.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/packaging/zip.h"
#include "io/store/file.h"

namespace tomme::guard {
namespace {

Result<MappedFile> map_file(const std::string& path) {
  const FileHandle file = TRY(open_for_reading(path));
  return MappedFile::map(file.fd(), TRY(size_of(file, path)), path);
}

}  // namespace

std::optional<std::vector<std::string>> names_in_archive(const std::string& path) {
  const Result<MappedFile> bytes = map_file(path);
  const Result<ZipArchive> zip =
      bytes ? ZipArchive::parse_by_directory(bytes->view()) : std::unexpected(bytes.error());
  if (!zip) return std::nullopt;
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip->entries()) names.emplace_back(entry.name);
  return names;
}

std::optional<std::string> text_in_archive(const std::string& path, const std::vector<std::string>& names,
                                           std::size_t limit) {
  const Result<MappedFile> bytes = map_file(path);
  const Result<ZipArchive> zip =
      bytes ? ZipArchive::parse_by_directory(bytes->view()) : std::unexpected(bytes.error());
  if (!zip) return std::nullopt;
  for (const std::string& name : names) {
    const std::string wanted = ascii::to_lower(name);
    for (const ZipEntry& entry : zip->entries()) {
      if (ascii::to_lower(entry.name) != wanted) continue;
      if (const Result<Bytes> text = ZipArchive::read(entry, limit)) return std::string(text_of(*text));
    }
  }
  return std::nullopt;
}

}  // namespace tomme::guard
