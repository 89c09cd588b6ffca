#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

/// Small distributions that installers really install.
namespace tomme::testing {

struct PackageSpec {
  std::string name;  ///< normalised, with `-` between words
  std::string version = "1.0";
  std::vector<std::string> requires_dist = {};  ///< "other==1.0"
  std::size_t padding = 0;                      ///< bytes of a data file beside the module
};

struct Package {
  std::string filename;
  Bytes content;
  std::string metadata;  ///< METADATA, or PKG-INFO
};

/// `{name}-{version}-py3-none-any.whl`: a module that holds its own version, METADATA, WHEEL and RECORD;
/// nothing is compressed.
Package make_wheel(const PackageSpec& spec);
/// `{name}-{version}.tar.gz` with a build backend of its own, so that it installs without a network.
Package make_sdist(const PackageSpec& spec);

struct ArchiveFile {
  std::string name;
  std::string content;
};
/// Stored, in this order, with the date 1980-01-01.
Bytes make_zip(const std::vector<ArchiveFile>& files);
/// ustar in gzip whose blocks are stored.
Bytes make_tar_gz(const std::vector<ArchiveFile>& files);

}  // namespace tomme::testing
