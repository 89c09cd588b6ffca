#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/packaging/version.h"

namespace tomme {

/// "1", "1abc": a wheel's tie-breaker.
struct BuildTag {
  Digits number;
  std::string rest;  ///< as written, may be empty
  friend auto operator<=>(const BuildTag&, const BuildTag&) = default;
};

/// The tags of a wheel. A compressed set ("py2.py3-none-any") stands for the product of its three
/// parts, and two products are equal exactly when their parts are. Each part: lower case, sorted, unique.
struct WheelTags {
  std::vector<std::string> python;
  std::vector<std::string> abi;
  std::vector<std::string> platform;
  friend bool operator==(const WheelTags&, const WheelTags&) = default;
};

/// The name of a distribution file, without folders; ASCII, at most 255 bytes.
///
///     wheel = name "-" version ["-" build] "-" python "-" abi "-" platform ".whl"   (PEP 427, 425)
///     sdist = name "-" version (".tar.gz" / ".zip")                                 (PEP 625, and older)
///
/// Names and versions may stand as old tools wrote them ("shelf-reader-0.1.tar.gz"). Two file names are
/// equal when their parsed parts are, as PEP 740 compares an attestation's subject; not by their bytes.
class DistFilename {
 public:
  enum class Kind : std::uint8_t { wheel, sdist_tar_gz, sdist_zip };
  static constexpr std::size_t kMaxBytes = 255;

  /// A source distribution's name ends before the last hyphen that has a version behind it.
  /// Fails with kFilenameInvalid.
  static Result<DistFilename> parse(std::string_view filename);
  /// A file that belongs to `project`: settles where a source distribution's name ends ("foo-1-1.zip" is
  /// version 1.post1 of foo, and version 1 of foo-1). Fails where the file is another project's.
  static Result<DistFilename> parse_for(const ProjectName& project, std::string_view filename);

  Kind kind() const { return kind_; }
  bool is_wheel() const { return kind_ == Kind::wheel; }
  const ProjectName& project() const { return project_; }
  const Version& version() const { return version_; }
  const std::optional<BuildTag>& build() const { return build_; }  ///< wheels only
  const WheelTags& tags() const { return tags_; }                  ///< empty for source distributions
  const std::string& as_written() const { return as_written_; }

  friend bool operator==(const DistFilename& a, const DistFilename& b);

 private:
  DistFilename(Kind kind, ProjectName project, Version version, std::string_view as_written)
      : kind_(kind), project_(std::move(project)), version_(std::move(version)), as_written_(as_written) {}
  static Result<DistFilename> parse_wheel(std::string_view filename);
  static Result<DistFilename> parse_sdist(Kind kind, std::string_view stem, std::string_view filename,
                                          const ProjectName* project);
  Kind kind_;
  ProjectName project_;
  Version version_;
  std::optional<BuildTag> build_;
  WheelTags tags_;
  std::string as_written_;
};

/// Whether installers take a file of this name for a distribution, of whatever age: besides wheels, .tar.gz
/// and .zip the formats of the past, which carry no attestation.
bool has_archive_name(std::string_view filename);
/// ".whl" in any case; DistFilename takes small letters alone.
bool has_wheel_name(std::string_view filename);

/// Whether any installer may take a file of this name for one of `project`, whatever its version. Installers
/// know what they asked for and cut the name where it ends, so the answer is not the one project that
/// DistFilename names: "demo-1-1.tar.gz" may be of demo and of demo-1. Only a wheel whose name is strictly
/// one is exactly one project's. Says yes too often (what follows need not be a version), never too seldom;
/// a name with other characters than letters, digits and "-_.+!~" may be anybody's, as some decode it.
bool may_be_of(const ProjectName& project, std::string_view filename);
/// Whether a file whose name cannot be parsed may be of this version all the same: where the project's name
/// stands in front, and behind it that version, up to some hyphen or followed by other words behind a dot. A
/// signature beside a file is none.
bool may_be_of_release(const ProjectName& project, const Version& version, std::string_view filename);
/// Whether a project's name stands before a hyphen of it. What tells none is whatever it was asked for as.
bool tells_a_project(std::string_view filename);

}  // namespace tomme
