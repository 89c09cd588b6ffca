#pragma once

#include <string>
#include <vector>

#include "testing/instance.h"
#include "testing/package.h"

namespace tomme::testing {

/// {"kind": "GitHub", …} as PyPI writes it.
json::Value github_publisher(const std::string& repository, const std::string& workflow = "release.yml",
                             const std::string& environment = "");
json::Value gitlab_publisher(const std::string& project, const std::string& path = ".gitlab-ci.yml");
json::Value google_publisher(const std::string& email);

/// A PEP 740 publish attestation for this file.
BundleParts attest(Instance& instance, const Signer& signer, const std::string& filename, BytesView content,
                   const Recipe& recipe = rekor_1("dsse"));

/// A provenance object with one bundle.
json::Value provenance_json(const json::Value& publisher, const std::vector<json::Value>& attestations);

/// One file of an index, with what the index says about it.
struct IndexedFile {
  Package package;
  std::string provenance_url = {};  ///< empty: none
  bool core_metadata = true;
};
/// The Simple API's two forms; `file_url` ends in "/" and stands before the file names.
json::Value simple_json(const std::string& project, const std::string& file_url,
                        const std::vector<IndexedFile>& files);
std::string simple_html(const std::string& project, const std::string& file_url,
                        const std::vector<IndexedFile>& files);

}  // namespace tomme::testing
