#include "core/packaging/dist_filename.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

std::unexpected<Error> refuse(std::string_view filename, std::string_view why) {
  return fail(kFilenameInvalid, "\"" + printable(filename) + "\" " + std::string(why));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

/// "py2.py3" as {"py2", "py3"}; nothing where a tag is empty or holds other than letters, digits and `_`.
std::optional<std::vector<std::string>> parse_tag_set(std::string_view text) {
  std::vector<std::string> tags;
  for (std::string_view tag : split(text, '.')) {
    const auto allowed = [](char c) { return ascii::is_alnum(c) || c == '_'; };
    if (tag.empty() || !std::all_of(tag.begin(), tag.end(), allowed)) return std::nullopt;
    tags.push_back(ascii::to_lower(tag));
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

std::optional<WheelTags> parse_tags(std::string_view python, std::string_view abi,
                                    std::string_view platform) {
  auto pythons = parse_tag_set(python);
  auto abis = parse_tag_set(abi);
  auto platforms = parse_tag_set(platform);
  if (!pythons || !abis || !platforms) return std::nullopt;
  return WheelTags{*std::move(pythons), *std::move(abis), *std::move(platforms)};
}

std::optional<BuildTag> parse_build(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0) return std::nullopt;
  return BuildTag{Digits(text.substr(0, digits)), std::string(text.substr(digits))};
}

Result<void> check_bytes(std::string_view filename) {
  if (filename.size() > DistFilename::kMaxBytes) {
    return fail(kFilenameInvalid, "a file name of " + std::to_string(filename.size()) +
                                      " bytes is longer than " + std::to_string(DistFilename::kMaxBytes));
  }
  const auto allowed = [](char c) { return ascii::is_printable(c) && c != '/' && c != '\\'; };
  if (!std::all_of(filename.begin(), filename.end(), allowed)) {
    return refuse(filename, "holds a character that no distribution's file name has");
  }
  return {};
}

/// Bytes of the ending by which installers know an archive, of whatever age; 0 where there is none.
std::size_t archive_ending_of(std::string_view filename) {
  constexpr std::array<std::string_view, 15> kEndings = {
      ".whl",    ".tar.gz", ".zip",      ".tgz", ".tar.bz2", ".tbz",     ".tar.xz", ".txz",
      ".tar.lz", ".tlz",    ".tar.lzma", ".tar", ".egg",     ".tar.zst", ".tar.z"};
  if (filename.ends_with(kEndings[0])) return kEndings[0].size();  // as nearly all of a page do
  const std::string lower = ascii::to_lower(filename);
  const auto* ending =
      std::ranges::find_if(kEndings, [&](std::string_view candidate) { return lower.ends_with(candidate); });
  return ending == kEndings.end() ? 0 : ending->size();
}

/// All that an honest name has. Others may turn into these: "%2D" is decoded, U+212A is a "k" in lower case.
bool is_plain(std::string_view filename) {
  const auto plain = [](char c) { return ascii::is_alnum(c) || std::string_view("-_.+!~").contains(c); };
  return std::ranges::all_of(filename, plain);
}

/// Nothing unless every installer reads the same project. Poetry wants a digit behind the hyphen: for it
/// "demo-v1-2-py3-none-any.whl" is version 2 of demo-v1.
std::optional<ProjectName> project_of_strict_wheel(std::string_view filename) {
  const Result<DistFilename> wheel = DistFilename::parse(filename);
  if (!wheel || !wheel->is_wheel() || !ascii::is_digit(filename[filename.find('-') + 1])) return std::nullopt;
  return wheel->project();
}

/// What stands behind a normalised name with which `filename` begins in any spelling.
std::optional<std::string_view> behind_name(std::string_view normalized, std::string_view filename) {
  for (const char c : normalized) {
    const std::size_t run = std::min(filename.find_first_not_of("-_."), filename.size());
    const bool fits = c == '-' ? run > 0 : run == 0 && !filename.empty() && ascii::to_lower(filename[0]) == c;
    if (!fits) return std::nullopt;
    filename.remove_prefix(c == '-' ? run : 1);
  }
  return filename;
}

/// What every grammar of versions demands of the first character; more than that is not asked.
bool begins_like_a_version(std::string_view text) {
  return !text.empty() && (ascii::is_digit(text[0]) || ascii::to_lower(text[0]) == 'v');
}

/// The longest version that a text begins with and a dot, or nothing, follows: 1.0 of "1.0.win32.exe".
std::optional<Version> version_in_front(std::string_view text) {
  for (std::size_t end = text.size(); end != std::string_view::npos && end > 0;
       end = text.rfind('.', end - 1)) {
    if (auto version = Version::parse(text.substr(0, end))) return *std::move(version);
  }
  return std::nullopt;
}

/// Whether all that stands before the first hyphen is this name, normalised (PEP 503).
bool begins_with_name_and_hyphen(std::string_view normalized, std::string_view filename) {
  const auto is_separator = [](char letter) { return letter == '_' || letter == '.'; };
  std::size_t at = 0;
  for (std::size_t i = 0; i < filename.size() && filename[i] != '-'; ++i) {
    const bool separates = is_separator(filename[i]);
    if (separates && i > 0 && is_separator(filename[i - 1])) continue;
    if (at == normalized.size() || normalized[at++] != (separates ? '-' : ascii::to_lower(filename[i])))
      return false;
  }
  return at == normalized.size() && filename.contains('-');
}

}  // namespace

Result<DistFilename> DistFilename::parse_wheel(std::string_view filename) {
  const auto parts = split(filename.substr(0, filename.size() - 4), '-');
  if (parts.size() != 5 && parts.size() != 6) {
    return refuse(filename, "has " + std::to_string(parts.size()) +
                                " parts between hyphens; a wheel's name has 5 or 6");
  }
  const std::size_t n = parts.size();
  DistFilename wheel(Kind::wheel, TRY(in(printable(filename), ProjectName::parse(parts[0]))),
                     TRY(in(printable(filename), Version::parse(parts[1]))), filename);
  if (n == 6) {
    if (parts[2].empty()) return refuse(filename, "has an empty build tag");
    wheel.build_ = parse_build(parts[2]);
    if (!wheel.build_) return refuse(filename, "has a build tag that does not begin with a number");
  }
  auto tags = parse_tags(parts[n - 3], parts[n - 2], parts[n - 1]);
  if (!tags) return refuse(filename, "has a tag that is empty or not of letters, digits and _");
  wheel.tags_ = *std::move(tags);
  return wheel;
}

Result<DistFilename> DistFilename::parse_sdist(Kind kind, std::string_view stem, std::string_view filename,
                                               const ProjectName* project) {
  for (std::size_t hyphen = stem.rfind('-'); hyphen != std::string_view::npos && hyphen > 0;
       hyphen = stem.rfind('-', hyphen - 1)) {
    auto version = Version::parse(stem.substr(hyphen + 1));
    if (!version) continue;
    auto name = ProjectName::parse(stem.substr(0, hyphen));
    if (!name || (project != nullptr && *name != *project)) continue;
    return DistFilename(kind, *std::move(name), *std::move(version), filename);
  }
  if (project != nullptr) {
    return refuse(filename, "is not a source distribution of " + project->normalized());
  }
  return refuse(filename, "has no project name and version with a hyphen between them");
}

Result<DistFilename> DistFilename::parse(std::string_view filename) {
  TRY(check_bytes(filename));
  if (filename.ends_with(".whl")) {
    auto wheel = parse_wheel(filename);
    if (wheel || wheel.error().is(kFilenameInvalid)) return wheel;
    return fail(kFilenameInvalid, wheel.error().message());
  }
  if (filename.ends_with(".tar.gz")) {
    return parse_sdist(Kind::sdist_tar_gz, filename.substr(0, filename.size() - 7), filename, nullptr);
  }
  if (filename.ends_with(".zip")) {
    return parse_sdist(Kind::sdist_zip, filename.substr(0, filename.size() - 4), filename, nullptr);
  }
  return refuse(filename, "does not end in .whl, .tar.gz or .zip");
}

Result<DistFilename> DistFilename::parse_for(const ProjectName& project, std::string_view filename) {
  TRY(check_bytes(filename));
  if (filename.ends_with(".tar.gz")) {
    return parse_sdist(Kind::sdist_tar_gz, filename.substr(0, filename.size() - 7), filename, &project);
  }
  if (filename.ends_with(".zip")) {
    return parse_sdist(Kind::sdist_zip, filename.substr(0, filename.size() - 4), filename, &project);
  }
  DistFilename wheel = TRY(parse(filename));
  if (wheel.project() != project) return refuse(filename, "is not a wheel of " + project.normalized());
  return wheel;
}

bool has_archive_name(std::string_view filename) {
  return archive_ending_of(filename) != 0;
}

bool has_wheel_name(std::string_view filename) {
  return ascii::to_lower(filename).ends_with(".whl");
}

// Each installer's own rule, which tests/e2e/file_names_test.py compares with this one:
//   pip, uv, PDM, packaging   at a hyphen before which the name stands, normalised
//   Poetry                    at the first hyphen with a digit behind it, for wheels too
//   PDM with UNEARTH_LOOSE_FILENAME=1, and the first versions of uv: at "_" too, uv even at a letter
bool may_be_of(const ProjectName& project, std::string_view filename) {
  if (!is_plain(filename)) return true;
  if (begins_with_name_and_hyphen(project.normalized(), filename)) return true;  // as current tools write it
  if (const std::optional<ProjectName> exact = project_of_strict_wheel(filename)) return *exact == project;
  const std::optional<std::string_view> rest = behind_name(project.normalized(), filename);
  if (!rest) return false;
  const std::string_view stem = rest->substr(0, rest->size() - archive_ending_of(*rest));
  const std::size_t cut = std::min(stem.find_first_not_of("-_."), stem.size());
  if (cut == stem.size() || stem.substr(0, cut).contains('-')) return true;
  if (cut == 0) return Version::parse(stem.substr(1)).has_value();
  return begins_like_a_version(stem.substr(cut));
}

bool may_be_of_release(const ProjectName& project, const Version& version, std::string_view filename) {
  for (const std::string_view ending : {".asc", ".sig", ".metadata", ".provenance"}) {
    if (filename.ends_with(ending)) return false;
  }
  if (filename.size() > DistFilename::kMaxBytes) return true;
  const std::optional<std::string_view> rest = behind_name(project.normalized(), filename);
  if (!rest) return false;
  const std::size_t start = rest->find_first_not_of("-_.");
  if (start == std::string_view::npos) return true;
  const std::string_view text = rest->substr(start);
  for (std::size_t end = text.find_first_of("-_");; end = text.find_first_of("-_", end + 1)) {
    const std::optional<Version> version_there = version_in_front(text.substr(0, end));
    if (version_there && *version_there == version) return true;
    if (end == std::string_view::npos) return false;
  }
}

bool tells_a_project(std::string_view filename) {
  for (std::size_t hyphen = filename.find('-'); hyphen != std::string_view::npos;
       hyphen = filename.find('-', hyphen + 1)) {
    if (ProjectName::parse(filename.substr(0, hyphen))) return true;
  }
  return false;
}

bool operator==(const DistFilename& a, const DistFilename& b) {
  return a.kind_ == b.kind_ && a.project_ == b.project_ && a.version_ == b.version_ && a.build_ == b.build_ &&
         a.tags_ == b.tags_;
}

}  // namespace tomme
