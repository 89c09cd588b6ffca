#include "testing/provenance.h"

#include "core/crypto/digest.h"

namespace tomme::testing {

json::Value github_publisher(const std::string& repository, const std::string& workflow,
                             const std::string& environment) {
  return object({{"kind", "GitHub"},
                 {"repository", repository},
                 {"workflow", workflow},
                 {"environment", environment},
                 {"claims", nullptr}});
}

json::Value gitlab_publisher(const std::string& project, const std::string& path) {
  return object({{"kind", "GitLab"},
                 {"repository", project},
                 {"workflow_filepath", path},
                 {"environment", nullptr},
                 {"claims", nullptr}});
}

json::Value google_publisher(const std::string& email) {
  return object({{"kind", "Google"}, {"email", email}, {"claims", nullptr}});
}

BundleParts attest(Instance& instance, const Signer& signer, const std::string& filename, BytesView content,
                   const Recipe& recipe) {
  return sign_statement(instance, signer, make_statement(filename, content), recipe);
}

json::Value provenance_json(const json::Value& publisher, const std::vector<json::Value>& attestations) {
  json::Array list(attestations.begin(), attestations.end());
  return object({{"version", 1},
                 {"attestation_bundles",
                  json::Array{object({{"publisher", publisher}, {"attestations", std::move(list)}})}}});
}

json::Value simple_json(const std::string& project, const std::string& file_url,
                        const std::vector<IndexedFile>& files) {
  json::Array list;
  for (const IndexedFile& file : files) {
    const auto sha256_json = [](BytesView bytes) { return object({{"sha256", sha256(bytes).to_hex()}}); };
    json::Value entry = object({{"filename", file.package.filename},
                                {"url", file_url + file.package.filename},
                                {"hashes", sha256_json(file.package.content)},
                                {"requires-python", ">=3.8"},
                                {"size", static_cast<std::int64_t>(file.package.content.size())},
                                {"upload-time", "2026-01-01T00:00:00.000000Z"},
                                {"yanked", false}});
    if (file.core_metadata)
      entry = with(entry, "core-metadata", sha256_json(bytes_of(file.package.metadata)));
    if (!file.provenance_url.empty()) entry = with(entry, "provenance", file.provenance_url);
    list.push_back(std::move(entry));
  }
  return object({{"meta", object({{"api-version", "1.3"}})},
                 {"name", project},
                 {"versions", json::Array{std::string("1.0")}},
                 {"files", std::move(list)}});
}

std::string simple_html(const std::string& project, const std::string& file_url,
                        const std::vector<IndexedFile>& files) {
  std::string out =
      "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" "
      "content=\"1.3\">\n    <title>Links for " +
      project + "</title>\n  </head>\n  <body>\n    <h1>Links for " + project + "</h1>\n";
  for (const IndexedFile& file : files) {
    const Package& package = file.package;
    out += "    <a href=\"" + file_url + package.filename + "#sha256=" + sha256(package.content).to_hex() +
           "\" data-requires-python=\"&gt;=3.8\"";
    if (file.core_metadata)
      out += " data-core-metadata=\"sha256=" + sha256(bytes_of(package.metadata)).to_hex() + "\"";
    if (!file.provenance_url.empty()) out += " data-provenance=\"" + file.provenance_url + "\"";
    out += ">" + package.filename + "</a><br />\n";
  }
  return out + "  </body>\n</html>\n";
}

}  // namespace tomme::testing
