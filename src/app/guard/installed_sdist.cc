#include "app/guard/installed_sdist.h"

#include <algorithm>
#include <string>

#include "core/packaging/zip.h"
#include "io/net/content_coding.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMaxPkgInfo = 5 * 1024 * 1024;
constexpr std::size_t kSlice = 64 * 1024;

/// "demo-1.0/PKG-INFO", and no "demo-1.0/demo.egg-info/PKG-INFO".
bool is_pkg_info(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  const std::size_t slash = path.find('/');
  return slash != std::string_view::npos && slash > 0 && path.substr(slash) == "/PKG-INFO";
}

/// Looks for it in a tar archive that comes bit by bit.
class TarScan {
 public:
  void take(BytesView octets) {
    while (!octets.empty() && !is_over_) {
      const std::size_t wanted = is_in_file_ ? static_cast<std::size_t>(size_) : kBlock;
      const std::uint64_t missing = skip_ > 0 ? skip_ : wanted - buffer_.size();
      const auto some =
          octets.first(static_cast<std::size_t>(std::min<std::uint64_t>(missing, octets.size())));
      octets = octets.subspan(some.size());
      if (skip_ > 0) {
        skip_ -= some.size();
        continue;
      }
      buffer_ += text_of(some);
      if (buffer_.size() == wanted) is_in_file_ ? end_file() : header();
    }
  }

  bool is_over() const { return is_over_; }
  const std::optional<std::string>& found() const { return found_; }

 private:
  void end_file() {
    found_ = std::move(buffer_);
    is_over_ = true;
  }

  /// Name, size, kind: at fixed places of a header of any flavour.
  void header() {
    const std::string block = std::move(buffer_);
    buffer_.clear();
    const auto field = [&](std::size_t at, std::size_t length) {
      const std::string text = block.substr(at, length);
      return text.substr(0, text.find('\0'));
    };
    constexpr std::string_view kOctal = "01234567";
    const std::string name = field(0, 100);
    const std::string digits = field(124, 12);
    const std::size_t first = digits.find_first_not_of(' ');
    const std::size_t end =
        std::min(digits.find_first_not_of(kOctal, std::min(first, digits.size())), digits.size());
    // Empty at the end of the archive, binary for files of many gigabytes.
    if (name.empty() || first == std::string::npos || end == first) {
      is_over_ = true;
      return;
    }
    size_ = 0;
    for (const char digit : digits.substr(first, end - first))
      size_ = size_ * 8 + static_cast<unsigned>(digit - '0');
    const char kind = block[156];
    is_in_file_ = (kind == '0' || kind == '\0') && size_ > 0 && size_ <= kMaxPkgInfo && is_pkg_info(name);
    if (!is_in_file_) skip_ = (size_ + kBlock - 1) / kBlock * kBlock;
  }

  std::string buffer_;
  std::uint64_t size_ = 0;
  std::uint64_t skip_ = 0;
  bool is_in_file_ = false;
  bool is_over_ = false;
  std::optional<std::string> found_;
};

std::optional<std::string> from_tar(BytesView archive, bool is_packed) {
  TarScan scan;
  if (!is_packed) {
    scan.take(archive);
    return scan.found();
  }
  net::ContentDecoder decoder("gzip", kSdistOctets);
  const auto take = [&scan](BytesView octets) -> Result<void> {
    scan.take(octets);
    return {};
  };
  while (!archive.empty() && !scan.is_over()) {
    const BytesView slice = archive.first(std::min(kSlice, archive.size()));
    archive = archive.subspan(slice.size());
    if (!decoder.update(slice, take)) break;
  }
  return scan.found();
}

std::optional<std::string> from_zip(BytesView archive) {
  const Result<ZipArchive> zip = ZipArchive::parse_by_directory(archive);
  if (!zip) return std::nullopt;
  const auto found =
      std::ranges::find_if(zip->entries(), [](const ZipEntry& entry) { return is_pkg_info(entry.name); });
  if (found == zip->entries().end()) return std::nullopt;
  const Result<Bytes> content = ZipArchive::read(*found, kMaxPkgInfo);
  return content ? std::optional(std::string(text_of(*content))) : std::nullopt;
}

}  // namespace

std::optional<CoreMetadata> pkg_info_of(std::string_view filename, BytesView archive) {
  std::optional<std::string> text;
  if (filename.ends_with(".tar.gz") || filename.ends_with(".tgz")) text = from_tar(archive, true);
  if (filename.ends_with(".tar")) text = from_tar(archive, false);
  if (filename.ends_with(".zip")) text = from_zip(archive);
  return text ? std::optional(core_metadata_of(*text)) : std::nullopt;
}

}  // namespace tomme::guard
