#include <string>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/simple_page.h"
#include "core/packaging/simple_page_internal.h"

namespace tomme {
namespace {

using json::Fields;

std::unexpected<Error> refuse(std::string why) {
  return fail(kPageInvalid, std::move(why));
}

/// `{"sha256": "hex", …}`
Result<void> read_hashes(Fields& fields, IndexFile& file) {
  const auto hashes = TRY(fields.required("hashes"))->object();
  if (hashes == nullptr)
    return refuse("the hashes of \"" + printable(file.filename) + "\" are not an object");
  for (const json::Member& hash : *hashes) {
    const std::string* hex = hash.value.text();
    if (hex == nullptr) return refuse("a hash of \"" + printable(file.filename) + "\" is not a string");
    TRY(page::add_hash(file, hash.name, *hex));
  }
  return {};
}

/// true, false, or `{"sha256": "hex"}` (PEP 714). pip and uv look at the names in this order.
Result<void> read_core_metadata(Fields& fields, IndexFile& file) {
  for (std::string_view name : {"core-metadata", "dist-info-metadata", "data-dist-info-metadata"}) {
    const json::Value* value = fields.find(name);
    if (value == nullptr) continue;
    const bool* offered = value->boolean();
    const json::Object* hashes = value->object();
    if (offered == nullptr && hashes == nullptr) {
      return refuse("\"" + std::string(name) + "\" of \"" + printable(file.filename) +
                    "\" is neither true, false nor an object");
    }
    file.core_metadata = hashes != nullptr || *offered;
    const json::Value* sha256 = hashes == nullptr ? nullptr : hashes->find("sha256");
    if (sha256 == nullptr) return {};
    if (sha256->text() == nullptr)
      return refuse("the sha256 in \"" + std::string(name) + "\" is not a string");
    file.core_metadata_sha256 = TRY(page::parse_sha256(*sha256->text()));
    return {};
  }
  return {};
}

/// PEP 592: false, true, or the reason.
Result<void> read_yanked(Fields& fields, IndexFile& file) {
  const json::Value* yanked = fields.find("yanked");
  if (yanked == nullptr) return {};
  if (const bool* flag = yanked->boolean()) {
    if (*flag) file.yanked = "";
  } else if (const std::string* reason = yanked->text()) {
    // pip takes an empty reason for "not yanked".
    if (!reason->empty()) file.yanked = *reason;
  } else {
    return refuse("\"yanked\" of \"" + printable(file.filename) + "\" is neither a boolean nor a string");
  }
  return {};
}

Result<IndexFile> read_file(const json::Value& value) {
  Fields fields = TRY(Fields::of(value, "file"));
  IndexFile file;
  file.filename = TRY(fields.text("filename"));
  TRY(read_hashes(fields, file));
  file.url = TRY(fields.text("url"));
  const std::string name_in_url = TRY(page::settle_url(file, nullptr));
  TRY(page::expect_same_file(file.filename, name_in_url));
  if (const json::Value* size = fields.find("size")) {
    file.size = size->unsigned_integer();
    if (!file.size) return refuse("the size of \"" + printable(file.filename) + "\" is not a whole number");
  }
  if (const auto provenance = TRY(fields.optional_text("provenance")))
    file.provenance = std::string(*provenance);
  TRY(read_core_metadata(fields, file));
  TRY(read_yanked(fields, file));
  return file;
}

/// PEP 792's text has the marker at the top, its example inside `meta`.
Result<std::optional<std::string>> read_status(Fields& page, Fields& meta) {
  for (Fields* place : {&page, &meta}) {
    auto status = TRY(place->optional_object("project-status"));
    if (!status) continue;
    const auto text = TRY(status->optional_text("status"));
    return text ? std::optional<std::string>(*text) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<SimplePage> parse_simple_json(BytesView bytes, const PageLimits& limits) {
  if (bytes.size() > limits.bytes) return page::too_large(bytes.size(), limits);
  const json::Value root = TRY(json::parse(text_of(bytes), {.bytes = limits.bytes}));
  Fields fields = TRY(Fields::of(root, "index page"));
  Fields meta = TRY(fields.object("meta"));
  SimplePage result;
  result.api_version = std::string(TRY(meta.text("api-version")));
  TRY(page::check_api_version(*result.api_version));
  result.name = TRY(fields.text("name"));
  result.status = TRY(read_status(fields, meta));
  const json::Array& files = *TRY(fields.array("files"));
  if (files.size() > limits.files) return page::too_many_files(limits);
  result.files.reserve(files.size());
  for (const json::Value& file : files) result.files.push_back(TRY(read_file(file)));
  return result;
}

}  // namespace tomme
