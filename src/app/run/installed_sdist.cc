#include "app/run/installed_sdist.h"

#include <algorithm>

#include "core/packaging/gzip_reader.h"
#include "core/packaging/tar_reader.h"
#include "core/packaging/zip.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kMaxPkgInfo = 5 * 1024 * 1024;

/// "demo-1.0/PKG-INFO", and no "demo-1.0/demo.egg-info/PKG-INFO".
bool is_pkg_info(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  const std::size_t slash = path.find('/');
  return slash != std::string_view::npos && slash > 0 && path.substr(slash) == "/PKG-INFO";
}

std::optional<Bytes> from_tar(TarSource source) {
  TarReader tar(std::move(source));
  for (auto entry = tar.next(); entry && *entry; entry = tar.next()) {
    if ((*entry)->kind != TarEntry::Kind::file || !is_pkg_info((*entry)->name)) continue;
    Result<Bytes> text = tar.content(kMaxPkgInfo);
    return text ? std::optional(*std::move(text)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Bytes> from_plain_tar(BytesView archive) {
  return from_tar([&archive](std::span<std::uint8_t> out) -> Result<std::size_t> {
    const BytesView piece = archive.first(std::min(out.size(), archive.size()));
    std::ranges::copy(piece, out.begin());
    archive = archive.subspan(piece.size());
    return piece.size();
  });
}

std::optional<Bytes> from_packed_tar(BytesView archive) {
  GzipReader gzip(archive, kSdistBytes);
  return from_tar([&gzip](std::span<std::uint8_t> out) { return gzip.read(out); });
}

std::optional<Bytes> from_zip(BytesView archive) {
  const Result<ZipArchive> zip = ZipArchive::parse_by_directory(archive);
  if (!zip) return std::nullopt;
  const auto found =
      std::ranges::find_if(zip->entries(), [](const ZipEntry& entry) { return is_pkg_info(entry.name); });
  if (found == zip->entries().end()) return std::nullopt;
  Result<Bytes> content = ZipArchive::read(*found, kMaxPkgInfo);
  return content ? std::optional(*std::move(content)) : std::nullopt;
}

}  // namespace

std::optional<CoreMetadata> pkg_info_of(std::string_view filename, BytesView archive) {
  std::optional<Bytes> text;
  if (filename.ends_with(".tar.gz") || filename.ends_with(".tgz")) text = from_packed_tar(archive);
  if (filename.ends_with(".tar")) text = from_plain_tar(archive);
  if (filename.ends_with(".zip")) text = from_zip(archive);
  return text ? std::optional(core_metadata_of(text_of(*text))) : std::nullopt;
}

}  // namespace tomme::guard
