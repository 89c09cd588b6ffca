#include <utility>

#include "app/proofs/local_proofs.h"
#include "cli/errors.h"
#include "cli/inputs.h"
#include "cli/inspected.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/render.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

constexpr std::string_view kBanner =
    "NOT VERIFIED: these are claims, anyone can write them; tomme verify checks them\n";

/// What was found, as text at once or as JSON at the end.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  void found(const InspectedFile& file) {
    if (json_) return files_.push_back(to_json(file));
    say("\n" + to_text(file));
  }
  /// A file that has no proof is a finding, not a failure.
  void unattested(const std::string& name) {
    if (json_) return add(name, {"kind", json::Value(std::string("unattested"))});
    say("\n" + printable(name) + ": the index has no attestation for it\n");
  }
  void failed(const std::string& name, const Error& error) {
    code_ = worse(code_, std::to_underlying(error.outcome()));
    if (json_) return add(name, {"error", to_json(error)});
    print_error(error);
  }
  int finish() {
    if (json_) {
      print(json::to_pretty(json::Value(json::Object({{"version", json::Value(std::int64_t{1})},
                                                      {"verified", json::Value(false)},
                                                      {"exit", json::Value(std::int64_t{code_})},
                                                      {"files", json::Value(std::move(files_))}}))));
    }
    return code_;
  }

 private:
  void say(const std::string& text) {
    if (!std::exchange(warned_, true)) print(kBanner);
    print(text);
  }
  void add(const std::string& name, json::Member member) {
    files_.emplace_back(
        json::Object({{"file", json::Value(is_utf8(name) ? name : printable(name, name.size() * 4))},
                      {"verified", json::Value(false)},
                      std::move(member)}));
  }

  bool json_;
  bool warned_ = false;
  int code_ = 0;
  json::Array files_;
};

void inspect_release(const std::string& input, const std::string& index, Output& output) {
  const auto release = fetch_release(input, index);
  if (!release) return output.failed(input, Error(release.error()).in(printable(input)));
  for (const auto& [name, subject] : *release) {
    if (!subject) {
      if (subject.error().is(kPolicyUnattested)) {
        output.unattested(name);
      } else {
        output.failed(name, subject.error());
      }
      continue;
    }
    const Result<InspectedFile> file = to_inspected(name, subject->proofs.front().front());
    if (file) {
      output.found(*file);
    } else {
      output.failed(name, file.error());
    }
  }
}

/// A distribution was named where its proof was meant.
Error with_what_lies_beside(const std::string& path, const Error& error) {
  if (!error.is(kInspectKind)) return error;
  const auto name = path.find_last_of('/') + 1;  // 0 where there is none
  std::string found;
  for (const LocalProof& proof : list_local_proofs(path.substr(0, name), path.substr(name)))
    found += (found.empty() ? "" : " or ") + printable(proof.path);
  if (found.empty()) return error;
  return Error(error.code(), error.message(), "its proof is beside it: tomme inspect " + found);
}

void inspect_file(const std::string& path, Output& output) {
  const auto read = [&]() -> Result<InspectedFile> {
    if (path != "-") TRY(expect_there(path));
    const std::string content = TRY(read_file(path == "-" ? "/dev/stdin" : path, Bundle::Limits().bytes));
    return read_inspected(path == "-" ? "standard input" : path, content);
  };
  if (const Result<InspectedFile> file = read()) {
    output.found(*file);
  } else {
    output.failed(path, with_what_lies_beside(path, file.error()));
  }
}

}  // namespace

Result<int> inspect(const InspectCommand& command) {
  Output output(command.json);
  for (const std::string& input : command.inputs) {
    if (input.starts_with("pypi:")) {
      inspect_release(input, command.index, output);
    } else {
      inspect_file(input, output);
    }
  }
  return output.finish();
}

}  // namespace tomme::cli
