#include "core/packaging/sdist_metadata.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/gzip_reader.h"
#include "core/packaging/metadata_fields.h"
#include "core/packaging/tar_reader.h"

namespace tomme {
namespace {

constexpr std::string_view kFile = "PKG-INFO";
constexpr std::size_t kTop = 2;  ///< segments of NAME-VERSION/PKG-INFO

/// Without the segments that mean nothing. Nothing where it leads upwards.
std::optional<std::string> plain_path(std::string_view name) {
  std::string plain;
  while (!name.empty()) {
    const std::string_view segment = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(segment.size() + 1, name.size()));
    if (segment == "..") return std::nullopt;
    if (segment.empty() || segment == ".") continue;
    if (!plain.empty()) plain += '/';
    plain += segment;
  }
  return plain;
}

std::size_t segments_of(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
}

bool is_top(std::string_view plain) {
  return segments_of(plain) == kTop && plain.ends_with("/PKG-INFO");
}

/// The texts that are least deep. There may be very many, and whoever made the archive has chosen them: in
/// order, and not by a hash of which he could have chosen many with the same value.
class Shallowest {
 public:
  void add(std::size_t depth, const Bytes& text) {
    if (depth > depth_) return;
    if (depth < depth_) {
      texts_.clear();
      bytes_ = 0;
    }
    depth_ = depth;
    if (texts_.insert(text).second) bytes_ += text.size();
  }
  bool takes(std::size_t depth) const { return depth <= depth_; }
  std::size_t depth() const { return depth_; }
  const std::set<Bytes>& texts() const { return texts_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t depth_ = std::numeric_limits<std::size_t>::max();
  std::set<Bytes> texts_;
  std::size_t bytes_ = 0;
};

/// Looks at the entries of an archive one after the other. Poetry (pkginfo) takes, of all files with PKG-INFO
/// in their path, the one with the fewest segments, as written, that says "Metadata-Version"; all others that
/// of the folder which is alone at the top.
class Search {
 public:
  explicit Search(const SdistLimits& limits) : limits_(limits) {}

  /// `read` gives the content, `max` at most; none for what is no file.
  template <typename Read>
  Result<void> look_at(std::string_view name, bool is_file, const Read& read) {
    if (!name.contains(kFile) || name.ends_with('/')) return {};
    const std::optional<std::string> plain = plain_path(name);
    if (!plain || (!is_file && segments_of(*plain) <= kTop))
      return fail(kSdistMetadata, "\"" + printable(name) + "\" is no plain file");
    if (!is_file) return {};
    // At the top all count: what one takes from its folder, another takes from beside it.
    const std::size_t depth = std::max(segments_of(*plain), kTop);
    const std::size_t raw_depth = std::max(segments_of(name), kTop);
    if (!by_path_.takes(depth) && !as_written_.takes(raw_depth)) return {};
    const Bytes text = TRY(read(limits_.metadata_bytes));
    if (!text_of(text).contains("Metadata-Version")) {
      if (is_top(*plain))
        return fail(kSdistMetadata, "\"" + printable(name) + "\" does not say \"Metadata-Version\"");
      return {};
    }
    by_path_.add(depth, text);
    as_written_.add(raw_depth, text);
    if (by_path_.bytes() + as_written_.bytes() > 2 * limits_.metadata_bytes)
      return fail(kSdistTooLarge, "its PKG-INFO files are larger than our limits allow");
    has_top_ = has_top_ || is_top(*plain);
    return {};
  }

  bool has_top() const { return has_top_; }
  Result<std::vector<Bytes>> found() const {
    std::set<Bytes> all = by_path_.texts();
    all.insert(as_written_.texts().begin(), as_written_.texts().end());
    std::vector<Bytes> texts(all.begin(), all.end());
    if (!texts.empty() && by_path_.depth() <= kTop && (texts.size() > 1 || !has_top_))
      return fail(kSdistMetadata, "it has more than one PKG-INFO at its top, or not in its folder");
    return texts;
  }

 private:
  const SdistLimits& limits_;
  Shallowest by_path_;
  Shallowest as_written_;
  bool has_top_ = false;
};

Result<void> search_tar(BytesView whole, const SdistLimits& limits, Search& search) {
  GzipReader gzip(whole, limits.unpacked_bytes);
  TarReader tar([&](std::span<std::uint8_t> out) { return gzip.read(out); });
  while (const std::optional<TarEntry> entry = TRY(tar.next())) {
    TRY(search.look_at(entry->name, entry->kind == TarEntry::Kind::file,
                       [&](std::size_t max) { return tar.content(max); }));
  }
  return {};
}

Result<void> search_zip(BytesView whole, const SdistLimits& limits, Search& search) {
  const Result<ZipArchive> zip = ZipArchive::parse(whole, limits.zip);
  if (!zip)
    return fail(zip.error().is(kWheelTooLarge) ? kSdistTooLarge : kSdistInvalid, zip.error().message());
  for (const ZipEntry& entry : zip->entries()) {
    TRY(search.look_at(entry.name, true, [&](std::size_t max) -> Result<Bytes> {
      Result<Bytes> text = ZipArchive::read(entry, max);
      if (!text) return fail(kSdistInvalid, text.error().message());
      return text;
    }));
  }
  return {};
}

Result<void> check_names_file(std::string_view text, const DistFilename& filename) {
  const std::vector<MetadataField> fields = metadata_fields(text);
  const std::string name = TRY(only_field(fields, "name", kSdistName, "PKG-INFO"));
  const std::string version = TRY(only_field(fields, "version", kSdistName, "PKG-INFO"));
  const Result<ProjectName> project = ProjectName::parse(name);
  // "foo-1-1.zip" may be of foo and of foo-1. Whoever expects a signer of one of them is asked for both.
  const Result<DistFilename> same =
      project ? DistFilename::parse_for(*project, filename.as_written()) : std::unexpected(project.error());
  if (!same) return fail(kSdistName, "PKG-INFO names the project \"" + printable(name) + "\"");
  const Result<Version> parsed = Version::parse(version);
  if (!parsed || *parsed != same->version())
    return fail(kSdistName, "PKG-INFO names the version \"" + printable(version) + "\"");
  return {};
}

Result<std::vector<Bytes>> metadata_in(BytesView whole, const DistFilename& filename,
                                       const SdistLimits& limits) {
  Search search(limits);
  TRY(filename.kind() == DistFilename::Kind::sdist_zip ? search_zip(whole, limits, search)
                                                       : search_tar(whole, limits, search));
  std::vector<Bytes> texts = TRY(search.found());
  if (search.has_top()) TRY(check_names_file(text_of(texts.front()), filename));
  return texts;
}

}  // namespace

Result<std::vector<Bytes>> metadata_of_sdist(BytesView whole_sdist, const DistFilename& filename,
                                             const SdistLimits& limits) {
  const std::string quoted = "\"" + printable(filename.as_written()) + "\"";
  if (filename.is_wheel()) return fail(kSdistInvalid, quoted + " is a wheel");
  return in(quoted, metadata_in(whole_sdist, filename, limits));
}

}  // namespace tomme
