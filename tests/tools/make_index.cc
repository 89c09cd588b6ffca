// Writes a small package index with its own Sigstore behind it, as static files: for whole-program tests and
// benchmarks. A plain file server (or the folder itself) then is an index.
//
//   OUT/trusted_root.json
//   OUT/simple/index.{json,html}                          the list of projects
//   OUT/simple/NAME/index.{json,html}                     PEP 691, PEP 503
//   OUT/files/FILE, FILE.metadata, FILE.provenance
//   OUT/integrity/NAME/VERSION/FILE/provenance            the URL that the pages name
//   OUT/bundles/FILE.sigstore.json                        the same signer, as a bundle over the file
//   OUT/manifest.json                                     what is there and who signed it
//
// The first project depends on all others. --unsigned, --tampered and --other-signer name projects whose
// proof is missing, whose file is not the one that was signed, and that somebody else signed.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/encoding/text.h"
#include "testing/must.h"
#include "testing/provenance.h"

namespace {

using namespace tomme;
using namespace tomme::testing;
namespace fs = std::filesystem;

struct Settings {
  fs::path out;
  std::string base_url = "http://127.0.0.1:8000";
  std::string project = "tomme-demo";
  unsigned dependencies = 10;
  std::size_t padding = 0;
  std::string repository = "example/";  ///< the project's name is put behind
  bool sdists = false;
  bool rekor_v2 = false;
  Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::set<std::string> unsigned_projects, tampered, other_signer;
};

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

int usage() {
  std::fputs(
      "usage: tomme_make_index --out DIR [--base-url URL] [--project NAME] [--dependencies N]\n"
      "                        [--padding BYTES] [--repository OWNER/] [--sdists] [--rekor-v2]\n"
      "                        [--time RFC3339] [--unsigned NAME]... [--tampered NAME]...\n"
      "                        [--other-signer NAME]...\n",
      stderr);
  return 2;
}

/// Sets what `flag` names; nothing where the flag is unknown or the value unreadable.
bool apply(Settings& settings, std::string_view flag, const std::string& value) {
  if (flag == "--out")
    settings.out = value;
  else if (flag == "--base-url")
    settings.base_url = value;
  else if (flag == "--project")
    settings.project = value;
  else if (flag == "--dependencies")
    settings.dependencies = static_cast<unsigned>(std::stoul(value));
  else if (flag == "--padding")
    settings.padding = std::stoul(value);
  else if (flag == "--repository")
    settings.repository = value;
  else if (flag == "--unsigned")
    settings.unsigned_projects.insert(value);
  else if (flag == "--tampered")
    settings.tampered.insert(value);
  else if (flag == "--other-signer")
    settings.other_signer.insert(value);
  else if (flag == "--time" && parse_rfc3339(value))
    settings.now = *parse_rfc3339(value);
  else
    return false;
  return true;
}

bool parse(int argc, char** argv, Settings& settings) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--sdists")
      settings.sdists = true;
    else if (flag == "--rekor-v2")
      settings.rekor_v2 = true;
    else if (++i == argc || !apply(settings, flag, argv[i]))
      return false;
  }
  return !settings.out.empty();
}

class IndexWriter {
 public:
  IndexWriter(const Settings& settings, Instance& instance) : settings_(settings), instance_(instance) {}

  void write_project(const PackageSpec& spec) {
    const std::string repository =
        (settings_.other_signer.contains(spec.name) ? "somebody-else/" : settings_.repository) + spec.name;
    std::vector<IndexedFile> files;
    files.push_back(write_file(spec, make_wheel(spec), repository));
    if (settings_.sdists) files.push_back(write_file(spec, make_sdist(spec), repository));
    const fs::path page = settings_.out / "simple" / spec.name;
    const std::string file_url = settings_.base_url + "/files/";
    write(page / "index.json", json::to_canonical(simple_json(spec.name, file_url, files)));
    write(page / "index.html", simple_html(spec.name, file_url, files));
    projects_.push_back(spec.name);
  }

  void write_lists() const {
    json::Array list;
    std::string html = "<!DOCTYPE html>\n<html>\n  <body>\n";
    for (const std::string& name : projects_) {
      list.push_back(object({{"name", name}}));
      html += "    <a href=\"" + settings_.base_url + "/simple/" + name + "/\">" + name + "</a>\n";
    }
    write(settings_.out / "simple" / "index.json",
          json::to_canonical(object({{"meta", object({{"api-version", "1.3"}})}, {"projects", list}})));
    write(settings_.out / "simple" / "index.html", html + "  </body>\n</html>\n");
    write(settings_.out / "trusted_root.json", json::to_pretty(instance_.trusted_root()));
    write(settings_.out / "manifest.json",
          json::to_pretty(object({{"base_url", settings_.base_url}, {"files", manifest_}})));
  }

 private:
  IndexedFile write_file(const PackageSpec& spec, Package package, const std::string& repository) {
    const fs::path files = settings_.out / "files";
    const bool proven = !settings_.unsigned_projects.contains(spec.name);
    IndexedFile indexed{package};
    indexed.core_metadata = package.filename.ends_with(".whl");
    const LeafSpec leaf = github(repository);
    if (proven) write_proof(spec, package, repository, leaf, indexed);
    // The index lists the very file it serves: only the proof tells that it is another.
    if (settings_.tampered.contains(spec.name)) indexed.package = tampered(spec, package);
    write(files / package.filename, text_of(indexed.package.content));
    if (indexed.core_metadata) write(files / (package.filename + ".metadata"), indexed.package.metadata);
    manifest_.push_back(object({{"project", spec.name},
                                {"version", spec.version},
                                {"filename", package.filename},
                                {"sha256", sha256(indexed.package.content).to_hex()},
                                {"repository", proven ? json::Value(repository) : json::Value()},
                                {"workflow", "release.yml"},
                                {"identity", leaf.subject.value},
                                {"issuer", leaf.issuer},
                                {"tampered", settings_.tampered.contains(spec.name)}}));
    return indexed;
  }

  static Package tampered(const PackageSpec& spec, const Package& package) {
    PackageSpec other = spec;
    other.padding += 7;
    return package.filename.ends_with(".whl") ? make_wheel(other) : package;
  }

  void write_proof(const PackageSpec& spec, const Package& package, const std::string& repository,
                   const LeafSpec& leaf, IndexedFile& indexed) {
    const Signer signer = certify(instance_, leaf);
    const Recipe recipe = settings_.rekor_v2 ? rekor_2() : rekor_1("dsse");
    const BundleParts parts = attest(instance_, signer, package.filename, package.content, recipe);
    const std::string provenance =
        json::to_canonical(provenance_json(github_publisher(repository), {attestation_json(parts)}));
    const std::string path =
        "integrity/" + spec.name + "/" + spec.version + "/" + package.filename + "/provenance";
    write(settings_.out / path, provenance);
    write(settings_.out / "files" / (package.filename + ".provenance"), provenance);
    indexed.provenance_url = settings_.base_url + "/" + path;
    const BundleParts bundle =
        sign_message(instance_, signer, package.content, settings_.rekor_v2 ? rekor_2() : rekor_1());
    write(settings_.out / "bundles" / (package.filename + ".sigstore.json"), bundle.to_text());
  }

  const Settings& settings_;
  Instance& instance_;
  std::vector<std::string> projects_;
  json::Array manifest_;
};

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!parse(argc, argv, settings)) return usage();
  Instance instance = make_instance(settings.now);
  IndexWriter index(settings, instance);
  PackageSpec first{.name = settings.project, .padding = settings.padding};
  for (unsigned i = 1; i <= settings.dependencies; ++i) {
    PackageSpec dependency{.name = settings.project + "-dep" + std::to_string(i),
                           .padding = settings.padding};
    first.requires_dist.push_back(dependency.name + "==" + dependency.version);
    index.write_project(dependency);
  }
  index.write_project(first);
  index.write_lists();
  return 0;
}
