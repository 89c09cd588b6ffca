#include "core/packaging/legacy_json.h"

#include <array>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/page_hash.h"
#include "core/packaging/page_limits.h"
#include "core/packaging/version.h"

namespace tomme {
namespace {

/// Texts of `info` that clients show to a person, or compare with Python's version.
constexpr std::array<std::string_view, 12> kTexts{
    "author",     "author_email",     "home_page", "keywords",        "license", "license_expression",
    "maintainer", "maintainer_email", "platform",  "requires_python", "summary", "yanked_reason"};

const json::Value* member(const json::Object& object, std::string_view name) {
  return object.find(name);
}

const std::string* text(const json::Object& object, std::string_view name) {
  const json::Value* value = member(object, name);
  return value == nullptr ? nullptr : value->text();
}

bool is_true(const json::Object& object, std::string_view name) {
  const json::Value* value = member(object, name);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

json::Value copy_of(const std::string* text) {
  return text == nullptr ? json::Value() : json::Value(*text);
}

Result<IndexFile> read_file(const json::Object& entry) {
  const std::string* name = text(entry, "filename");
  const std::string* url = text(entry, "url");
  if (name == nullptr || url == nullptr) return fail(kPageLink, "it has no name or no address");
  IndexFile file;
  file.filename = *name;
  file.url = *url;
  if (const json::Value* digests = member(entry, "digests");
      digests != nullptr && digests->object() != nullptr) {
    for (const json::Member& digest : *digests->object()) {
      if (digest.value.text() != nullptr) TRY(add_page_hash(file, digest.name, *digest.value.text()));
    }
  }
  if (const json::Value* size = member(entry, "size")) file.size = size->unsigned_integer();
  if (const std::string* time = text(entry, "upload_time_iso_8601")) file.upload_time = *time;
  if (const std::string* python = text(entry, "requires_python")) file.requires_python = *python;
  if (is_true(entry, "yanked")) {
    const std::string* reason = text(entry, "yanked_reason");
    file.yanked = reason == nullptr ? "" : *reason;
  }
  return file;
}

json::Value written(const PageFile& file) {
  const IndexFile& listed = file.listed();
  std::vector<json::Member> digests;
  if (listed.sha256) digests.push_back({"sha256", json::Value(listed.sha256->to_hex())});
  for (const auto& [name, hex] : listed.other_hashes) digests.push_back({name, json::Value(hex)});
  const bool is_wheel = file.name().ends_with(".whl");
  std::vector<json::Member> members{
      {"filename", json::Value(file.name())},
      {"url", json::Value(file.address())},
      {"packagetype", json::Value(std::string(is_wheel ? "bdist_wheel" : "sdist"))},
      {"digests", json::Value(json::Object(std::move(digests)))},
      {"requires_python", copy_of(listed.requires_python ? &*listed.requires_python : nullptr)},
      {"yanked", json::Value(listed.yanked.has_value())},
      {"yanked_reason", copy_of(listed.yanked && !listed.yanked->empty() ? &*listed.yanked : nullptr)}};
  if (listed.size) members.push_back({"size", json::Value(*listed.size)});
  if (listed.upload_time) members.push_back({"upload_time_iso_8601", json::Value(*listed.upload_time)});
  return json::Value(json::Object(std::move(members)));
}

class Rewriting {
 public:
  Rewriting(const Url& page, const ProjectName& project,
            const std::function<Result<void>(const PageFile&)>& keep,
            const std::function<void(std::string_view, const Error&)>& left_out, const PageLimits& limits)
      : page_(page), project_(project), keep_(keep), left_out_(left_out), limits_(limits) {}

  Result<std::string> rewrite(const json::Object& answer) {
    const json::Value* info = member(answer, "info");
    if (info == nullptr || info->object() == nullptr)
      return fail(kPageInvalid, "the index's JSON has no 'info'");
    std::vector<json::Member> members{{"info", TRY(written_info(*info->object()))}};
    if (const json::Value* urls = member(answer, "urls")) members.push_back({"urls", TRY(files(*urls))});
    const json::Value* releases = member(answer, "releases");
    if (releases != nullptr && releases->object() != nullptr) {
      std::vector<json::Member> written_releases;
      for (const json::Member& release : *releases->object()) {
        if (Version::parse(release.name))
          written_releases.push_back({release.name, TRY(files(release.value))});
      }
      members.push_back({"releases", json::Value(json::Object(std::move(written_releases)))});
    }
    return json::to_canonical(json::Value(json::Object(std::move(members))));
  }

 private:
  Result<json::Value> written_info(const json::Object& info) {
    const std::string* name = text(info, "name");
    const std::string* version = text(info, "version");
    const auto project = ProjectName::parse(name == nullptr ? "" : *name);
    if (!project || *project != project_ || version == nullptr || !Version::parse(*version)) {
      return fail(kPageInvalid,
                  "the index's JSON about " + project_.normalized() + " is about another project");
    }
    std::vector<json::Member> members{{"name", json::Value(*name)},
                                      {"version", json::Value(*version)},
                                      {"requires_dist", json::Value()},
                                      {"yanked", json::Value(is_true(info, "yanked"))}};
    for (const std::string_view field : kTexts)
      members.push_back({std::string(field), copy_of(text(info, field))});
    return json::Value(json::Object(std::move(members)));
  }

  Result<json::Value> files(const json::Value& list) {
    json::Array out;
    if (list.array() == nullptr) return json::Value(std::move(out));
    for (const json::Value& entry : *list.array()) {
      TRY(page::expect_room(count_++, limits_));
      Result<IndexFile> listed = entry.object() == nullptr
                                     ? Result<IndexFile>(fail(kPageLink, "it is no object"))
                                     : read_file(*entry.object());
      const std::string name = listed ? listed->filename : "an entry";
      Result<PageFile> file = listed ? PageFile::make(*listed, {}, page_, project_)
                                     : Result<PageFile>(std::unexpected(listed.error()));
      const Result<void> kept = file ? keep_(*file) : Result<void>(std::unexpected(file.error()));
      if (kept) {
        out.push_back(written(*file));
      } else if (!is_no_distribution(name)) {
        left_out_(name, kept.error());
      }
    }
    return json::Value(std::move(out));
  }

  const Url& page_;
  const ProjectName& project_;
  const std::function<Result<void>(const PageFile&)>& keep_;
  const std::function<void(std::string_view, const Error&)>& left_out_;
  const PageLimits& limits_;
  std::size_t count_ = 0;
};

}  // namespace

Result<std::string> rewrite_legacy_json(
    BytesView answer, const Url& page, const ProjectName& project,
    const std::function<Result<void>(const PageFile&)>& keep,
    const std::function<void(std::string_view name, const Error&)>& left_out, const PageLimits& limits) {
  TRY(page::expect_size(answer, limits));
  const json::Value value = TRY(json::parse(text_of(answer), {.bytes = limits.bytes}));
  if (value.object() == nullptr) return fail(kPageInvalid, "the index's JSON is no object");
  return Rewriting(page, project, keep, left_out, limits).rewrite(*value.object());
}

}  // namespace tomme
