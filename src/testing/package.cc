#include "testing/package.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/encoding/text.h"

namespace tomme::testing {

namespace {

std::string module_name(const PackageSpec& spec) {
  std::string name = spec.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string make_metadata(const PackageSpec& spec) {
  std::string text = "Metadata-Version: 2.1\nName: " + spec.name + "\nVersion: " + spec.version +
                     "\nSummary: made for a test\nRequires-Python: >=3.8\n";
  for (const std::string& requirement : spec.requires_dist) text += "Requires-Dist: " + requirement + "\n";
  return text;
}

std::string make_module(const PackageSpec& spec) {
  return "__version__ = \"" + spec.version + "\"\n";
}

std::string make_padding(std::size_t size) {
  std::string out;
  out.reserve(size);
  std::uint32_t state = 1;
  while (out.size() < size) {
    state = state * 1664525U + 1013904223U;
    out += static_cast<char>(state >> 24);
  }
  return out;
}

/// "sha256=" and URL-safe base64 without padding, as RECORD has it.
std::string record_line(const ArchiveFile& file) {
  std::string digest = encode_base64(sha256(bytes_of(file.content)).view());
  std::ranges::replace(digest, '+', '-');
  std::ranges::replace(digest, '/', '_');
  while (digest.ends_with('=')) digest.pop_back();
  return file.name + ",sha256=" + digest + "," + std::to_string(file.content.size()) + "\n";
}

/// PEP 517 in twenty lines: packs the module and the metadata that lie beside it.
constexpr std::string_view kBackend = R"(import base64, hashlib, os, zipfile

def _info(text):
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)

def build_wheel(directory, config_settings=None, metadata_directory=None):
    metadata = open("PKG-INFO", encoding="utf-8").read()
    info = _info(metadata)
    module = info["Name"].replace("-", "_")
    stem = module + "-" + info["Version"]
    files = {module + ".py": open(module + ".py", encoding="utf-8").read(),
             stem + ".dist-info/METADATA": metadata,
             stem + ".dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
                                        "Root-Is-Purelib: true\nTag: py3-none-any\n"}
    record = stem + ".dist-info/RECORD"
    lines = []
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append("%s,sha256=%s,%d\n" % (name, digest, len(text.encode())))
    files[record] = "".join(lines) + record + ",,\n"
    filename = stem + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, filename), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return filename
)";

}  // namespace

Package make_wheel(const PackageSpec& spec) {
  const std::string stem = module_name(spec) + "-" + spec.version;
  const std::string info = stem + ".dist-info/";
  const std::string metadata = make_metadata(spec);
  std::vector<ArchiveFile> files = {{module_name(spec) + ".py", make_module(spec)}};
  if (spec.padding != 0) files.push_back({module_name(spec) + "_data.bin", make_padding(spec.padding)});
  files.push_back({info + "METADATA", metadata});
  files.push_back({info + "WHEEL",
                   "Wheel-Version: 1.0\nGenerator: tomme-test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"});
  std::string record;
  for (const ArchiveFile& file : files) record += record_line(file);
  files.push_back({info + "RECORD", record + info + "RECORD,,\n"});
  return {stem + "-py3-none-any.whl", make_zip(files), metadata};
}

Package make_sdist(const PackageSpec& spec) {
  const std::string stem = module_name(spec) + "-" + spec.version;
  const std::string metadata = make_metadata(spec);
  return {
      stem + ".tar.gz",
      make_tar_gz({{stem + "/PKG-INFO", metadata},
                   {stem + "/pyproject.toml",
                    "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"},
                   {stem + "/backend.py", std::string(kBackend)},
                   {stem + "/" + module_name(spec) + ".py", make_module(spec)}}),
      metadata};
}

}  // namespace tomme::testing
