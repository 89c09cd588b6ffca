#include <string>

#include "core/encoding/json_list.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/page_hash.h"
#include "core/packaging/page_limits.h"
#include "core/packaging/project_name.h"
#include "core/packaging/simple_page.h"

namespace tomme {

Result<void> page::check_api_version(std::string_view version) {
  if (version.starts_with("1.")) return {};
  return fail(kPageInvalid,
              "the index page is of version \"" + printable(version) + "\" of the Simple API, not 1");
}

namespace {

using json::Fields;

std::unexpected<Error> odd(std::string why) {
  return fail(kPageLink, std::move(why));
}

/// `{"sha256": "hex", …}`; null counts as absent.
Result<void> read_hashes(const json::Item& entry, IndexFile& file) {
  const json::Item* hashes = entry.find("hashes");
  if (hashes == nullptr) return {};
  if (!hashes->is_object()) return odd("its hashes are no object");
  for (const json::Item* hash = hashes->begin(); hash != hashes->end(); hash = hash->next()) {
    if (hash->is_null()) continue;
    if (hash->text() == nullptr) return odd("one of its hashes is no text");
    TRY(add_page_hash(file, hash->name(), *hash->text()));
  }
  return {};
}

/// true, false, or `{"sha256": "hex"}` (PEP 714). pip and uv look at the names in this order.
Result<void> read_core_metadata(const json::Item& entry, IndexFile& file) {
  for (const std::string_view name : {"core-metadata", "dist-info-metadata", "data-dist-info-metadata"}) {
    const json::Item* value = entry.find(name);
    if (value == nullptr) continue;
    const bool* offered = value->boolean();
    if (offered == nullptr && !value->is_object())
      return odd("its core metadata is neither true, false nor an object");
    file.core_metadata = offered == nullptr || *offered;
    const json::Item* sha256 = value->find("sha256");
    if (sha256 == nullptr || sha256->text() == nullptr) return {};
    IndexFile metadata;
    metadata.filename = file.filename + ".metadata";
    TRY(add_page_hash(metadata, "sha256", *sha256->text()));
    file.core_metadata_sha256 = metadata.sha256;
    return {};
  }
  return {};
}

/// PEP 592: false, true, or the reason. pip takes an empty reason for "not yanked".
Result<void> read_yanked(const json::Item& entry, IndexFile& file) {
  const json::Item* yanked = entry.find("yanked");
  if (yanked == nullptr) return {};
  if (const bool* flag = yanked->boolean()) {
    if (*flag) file.yanked = "";
  } else if (const std::string_view* reason = yanked->text()) {
    if (!reason->empty()) file.yanked = std::string(*reason);
  } else {
    return odd("it is yanked neither by true nor by a reason");
  }
  return {};
}

std::optional<std::string> text_of(const json::Item& entry, std::string_view name) {
  const json::Item* value = entry.find(name);
  return value != nullptr && value->text() != nullptr ? std::optional<std::string>(*value->text())
                                                      : std::nullopt;
}

/// `name` is what the entry is called as soon as that is known.
Result<IndexFile> read_file(const json::Item& entry, std::string& name) {
  if (!entry.is_object()) return odd("it is no object");
  IndexFile file;
  file.filename = TRY(entry.text("filename", "file"));
  name = file.filename;
  file.url = TRY(entry.text("url", "file"));
  TRY(read_hashes(entry, file));
  TRY(add_hashes_of_fragment(file));
  if (const json::Item* size = entry.find("size")) {
    file.size = size->unsigned_integer();
    if (!file.size) return odd("its size is no whole number");
  }
  file.upload_time = text_of(entry, "upload-time");
  file.requires_python = text_of(entry, "requires-python");
  if (const json::Item* provenance = entry.find("provenance")) {
    // What is listed and cannot be asked for is still listed.
    file.provenance = provenance->text() != nullptr ? *provenance->text() : "";
  }
  TRY(read_core_metadata(entry, file));
  TRY(read_yanked(entry, file));
  return file;
}

std::optional<std::string> text_of(Fields& fields, std::string_view name) {
  const json::Value* value = fields.find(name);
  return value != nullptr && value->text() != nullptr ? std::optional(*value->text()) : std::nullopt;
}

/// PEP 792's text has the marker at the top, its example inside `meta`.
Result<void> read_status(PageHead& head, Fields& page, Fields& meta) {
  for (Fields* place : {&page, &meta}) {
    auto status = TRY(place->optional_object("project-status"));
    if (!status) continue;
    head.status = text_of(*status, "status");
    head.status_reason = text_of(*status, "reason");
    return {};
  }
  return {};
}

Result<Fields> read_meta(Fields& fields, std::optional<std::string>& api_version) {
  Fields meta = TRY(fields.object("meta"));
  api_version = std::string(TRY(meta.text("api-version")));
  TRY(page::check_api_version(*api_version));
  return meta;
}

json::Limits limits_of(const PageLimits& limits) {
  return {.bytes = limits.bytes, .values = 1'000'000};
}

}  // namespace

SimpleJsonReader::SimpleJsonReader(PageFiles files, const PageLimits& limits)
    : files_(std::move(files)),
      limits_(limits),
      list_("files", [this](const json::Item& entry) { return take(entry); }, limits_of(limits)) {}

Result<void> SimpleJsonReader::take(const json::Item& entry) {
  TRY(page::expect_room(count_++, limits_));
  Result<IndexFile> file = read_file(entry, name_ = "an entry without a file name");
  if (file) return files_.file(*std::move(file), head_);
  if (files_.unreadable) files_.unreadable(name_, file.error());
  return {};
}

Result<void> SimpleJsonReader::read(BytesView piece) {
  return list_.read(tomme::text_of(piece));
}

Result<PageHead> SimpleJsonReader::finish() {
  const json::Value root = TRY(list_.finish());
  Fields fields = TRY(Fields::of(root, "index page"));
  Fields meta = TRY(read_meta(fields, head_.api_version));
  head_.name = TRY(fields.text("name"));
  TRY(read_status(head_, fields, meta));
  [[maybe_unused]] const auto& read = TRY(fields.array("files"));
  if (const json::Value* versions = fields.find("versions"); versions != nullptr && versions->array()) {
    for (const json::Value& version : *versions->array()) {
      if (version.text() != nullptr) head_.versions.push_back(*version.text());
    }
  }
  return std::move(head_);
}

Result<PageHead> read_simple_json(BytesView bytes, const PageFiles& files, const PageLimits& limits) {
  TRY(page::expect_size(bytes, limits));
  SimpleJsonReader reader(files, limits);
  TRY(reader.read(bytes));
  return reader.finish();
}

Result<std::vector<std::string>> read_project_list_json(BytesView bytes, const PageLimits& limits) {
  TRY(page::expect_size(bytes, limits));
  std::vector<std::string> names;
  const auto take = [&](const json::Item& entry) -> Result<void> {
    const json::Item* name = entry.find("name");
    if (name != nullptr && name->text() != nullptr && ProjectName::parse(*name->text())) {
      names.emplace_back(*name->text());
    }
    return {};
  };
  json::ListReader list("projects", take, limits_of(limits));
  TRY(list.read(tomme::text_of(bytes)));
  const json::Value root = TRY(list.finish());
  Fields fields = TRY(Fields::of(root, "list of projects"));
  std::optional<std::string> api_version;
  TRY(read_meta(fields, api_version));
  [[maybe_unused]] const auto& read = TRY(fields.array("projects"));
  return names;
}

}  // namespace tomme
