// Reads index pages and writes them anew by the functions by which `tomme run` does: for
// tests/e2e/pages_test.py, which compares what was written with what installers read of it. Requests and
// answers are lines of JSON:
//
//   {"page": URL, "project": NAME?, "from": KIND, "to": "json" / "html", "body": base64}
//       KIND = "json" / "html" / "legacy" (the older JSON API) / "list-json" / "list-html" (an index's
//       projects)
//       -> {"written": base64, "files": [what is listed of each], "left_out": [[name, why], ...]}
//   {"asked": URL}   an address as an installer asked for it
//       -> {"key": what it is looked up by}
//
// or {"error": message}.
#include <iostream>
#include <string>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/legacy_json.h"
#include "core/packaging/page_write.h"

namespace {

using namespace tomme;
using json::Member;
using json::Value;

template <class T>
Value text_or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}
Value hex_or_null(const std::optional<Sha256>& digest) {
  return digest ? Value(digest->to_hex()) : Value();
}

Value version_of(const PageFile& file, const std::optional<ProjectName>& project) {
  const auto name =
      project ? DistFilename::parse_for(*project, file.name()) : DistFilename::parse(file.name());
  return name ? Value(name->version().to_string()) : Value();
}

Value listed(const PageFile& file, const std::optional<ProjectName>& project) {
  const IndexFile& from = file.listed();
  std::vector<Member> hashes;
  if (from.sha256) hashes.push_back({"sha256", Value(from.sha256->to_hex())});
  for (const auto& [name, hex] : from.other_hashes) hashes.push_back({name, Value(hex)});
  return json::Object(
      {{"name", Value(file.name())},
       {"address", Value(file.address())},
       {"key", Value(file.key())},
       {"upstream", Value(file.upstream().to_string())},
       {"version", version_of(file, project)},
       {"hashes", Value(json::Object(std::move(hashes)))},
       {"requires_python", text_or_null(from.requires_python)},
       {"yanked", text_or_null(from.yanked)},
       {"size", from.size ? Value(*from.size) : Value()},
       {"upload_time", text_or_null(from.upload_time)},
       {"metadata", Value(file.offers_metadata())},
       {"metadata_sha256", file.offers_metadata() ? hex_or_null(from.core_metadata_sha256) : Value()},
       {"provenance", file.provenance() ? Value(file.provenance()->to_string()) : Value()}});
}

struct Request {
  std::string from;
  PageFormat to;
  Url page;
  std::optional<ProjectName> project;
  Bytes body;
};

Result<Request> parse_request(json::Fields& fields) {
  Request request{.from = std::string(TRY(fields.text("from"))),
                  .to = TRY(fields.text("to")) == "json" ? PageFormat::json : PageFormat::html,
                  .page = TRY(Url::parse(TRY(fields.text("page")))),
                  .project = std::nullopt,
                  .body = TRY(fields.base64("body"))};
  if (const auto project = TRY(fields.optional_text("project")))
    request.project = TRY(ProjectName::parse(*project));
  return request;
}

class Writing {
 public:
  explicit Writing(const Request& request) : request_(request) {}

  Result<Value> answer() {
    const std::string written = TRY(page());
    return json::Object({{"written", Value(encode_base64(bytes_of(written)))},
                         {"files", Value(std::move(files_))},
                         {"left_out", Value(std::move(left_out_))}});
  }

 private:
  Result<std::string> page() {
    if (request_.from == "json") return project_page(&read_simple_json);
    if (request_.from == "html") return project_page(&read_simple_html);
    if (request_.from == "list-json")
      return write_project_list(request_.to, TRY(read_project_list_json(request_.body)));
    if (request_.from == "list-html")
      return write_project_list(request_.to, TRY(read_project_list_html(request_.body)));
    const auto keep = [this](const PageFile& file) -> Result<void> {
      files_.push_back(listed(file, request_.project));
      return {};
    };
    return rewrite_legacy_json(request_.body, request_.page, *request_.project, keep, leave_out_);
  }

  Result<std::string> project_page(decltype(&read_simple_json) read) {
    PageWriter writer(request_.to, request_.project);
    const PageFiles files{.file = [&](IndexFile&& file, const PageHead& head) -> Result<void> {
                            const auto made =
                                PageFile::make(file, head.base, request_.page, request_.project);
                            if (!made) {
                              leave_out_(file.filename, made.error());
                              return {};
                            }
                            files_.push_back(listed(*made, request_.project));
                            writer.add(*made);
                            return {};
                          },
                          .unreadable = leave_out_};
    const PageHead head = TRY(read(request_.body, files, {}));
    return writer.head(head) + writer.text() + writer.tail(head);
  }

  const Request& request_;
  json::Array files_, left_out_;
  const std::function<void(std::string_view, const Error&)> leave_out_ = [this](std::string_view name,
                                                                                const Error& why) {
    left_out_.push_back(json::Array{Value(printable(name)), Value(std::string(why.message()))});
  };
};

Result<Value> answer(std::string_view line) {
  const Value value = TRY(json::parse(line, {.bytes = 128 * 1024 * 1024}));
  json::Fields fields = TRY(json::Fields::of(value, "request"));
  if (const auto asked = TRY(fields.optional_text("asked"))) {
    return json::Object({{"key", Value(address_key(TRY(Url::parse(*asked)).address()))}});
  }
  const Request request = TRY(parse_request(fields));
  return Writing(request).answer();
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const Result<Value> value = answer(line);
    const Value failure =
        value ? Value() : json::Object({{"error", Value(printable(value.error().message()))}});
    std::cout << json::to_canonical(value ? *value : failure) << "\n";
  }
  return std::cout.flush() ? 0 : 3;
}
