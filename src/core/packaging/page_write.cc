#include "core/packaging/page_write.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/html_text.h"
#include "core/packaging/version.h"

namespace tomme {
namespace {

constexpr std::array<std::string_view, 4> kStatuses{"active", "archived", "quarantined", "deprecated"};

/// Text of an alphabet that needs no escapes in JSON: addresses, file names, digests.
void append_plain(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":\"").append(value).append("\"");
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out.append(",\"").append(name).append("\":").append(json::quote(value));
}

// hashes = { "sha256": "hex", ... }
void append_hashes(std::string& out, const IndexFile& file) {
  out += "\"hashes\":{";
  if (file.sha256) {
    out += "\"sha256\":\"";
    append_hex(out, file.sha256->bytes);
    out += '"';
  }
  bool first = !file.sha256;
  for (const auto& [name, hex] : file.other_hashes) {
    out.append(first ? "\"" : ",\"").append(name).append("\":\"").append(hex).append("\"");
    first = false;
  }
  out += '}';
}

/// The one hash that a fragment can carry, if it is of an algorithm that all installers know: uv gives up on
/// a page that names another one.
std::string hash_of_fragment(const IndexFile& file) {
  if (file.sha256) return "#sha256=" + file.sha256->to_hex();
  for (const std::string_view name : {"sha512", "sha384", "md5"}) {
    const auto hash = file.other_hashes.find(std::string(name));
    if (hash != file.other_hashes.end()) return "#" + hash->first + "=" + hash->second;
  }
  return "";
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"");
  html::append_attribute_text(out, value);
  out += '"';
}

/// "1.0" to "1.9": what else an index may call its version says nothing that clients know.
std::string version_of(const PageHead& page) {
  const std::string version = page.api_version.value_or("1.0");
  return version.size() == 3 && ascii::is_digit(version[2]) ? version : "1.0";
}

std::optional<std::string> status_of(const PageHead& page) {
  return page.status && std::ranges::find(kStatuses, *page.status) != kStatuses.end() ? page.status
                                                                                      : std::nullopt;
}

std::string json_tail(const PageHead& page, const std::string& project) {
  std::string out = "],\"meta\":{\"api-version\":\"" + version_of(page) + "\"}";
  append_plain(out, "name", project);
  if (const auto status = status_of(page)) {
    out += ",\"project-status\":{\"status\":\"" + *status + "\"";
    if (page.status_reason && is_utf8(*page.status_reason)) append_text(out, "reason", *page.status_reason);
    out += '}';
  }
  std::string versions;
  for (const std::string& version : page.versions) {
    if (Version::parse(version))
      versions.append(versions.empty() ? "\"" : ",\"").append(version).append("\"");
  }
  if (!versions.empty()) out += ",\"versions\":[" + versions + "]";
  return out + "}";
}

std::string html_head(const PageHead& page, const std::string& project) {
  std::string out = "<!DOCTYPE html>\n<html>\n<head>\n<meta name=\"pypi:repository-version\" content=\"" +
                    version_of(page) + "\">\n";
  if (const auto status = status_of(page)) {
    out += "<meta name=\"pypi:project-status\" content=\"" + *status + "\">\n";
  }
  return out + "<title>Links for " + project + "</title>\n</head>\n<body>\n";
}

}  // namespace

std::string_view content_type_of(PageFormat format) {
  return format == PageFormat::json ? "application/vnd.pypi.simple.v1+json" : "text/html; charset=utf-8";
}

PageWriter::PageWriter(PageFormat format, std::optional<ProjectName> project)
    : format_(format), project_(project ? project->normalized() : "links") {}

void PageWriter::add(const PageFile& file) {
  if (format_ == PageFormat::json) {
    add_json(file);
  } else {
    add_html(file);
  }
}

std::string PageWriter::head(const PageHead& page) const {
  return format_ == PageFormat::json ? "{\"files\":[" : html_head(page, project_);
}

std::string PageWriter::tail(const PageHead& page) const {
  return format_ == PageFormat::json ? json_tail(page, project_) : "</body>\n</html>\n";
}

void PageWriter::add_json(const PageFile& file) {
  const IndexFile& listed = file.listed();
  out_ += is_first_ ? "{" : ",{";
  is_first_ = false;
  append_hashes(out_, listed);
  append_plain(out_, "filename", file.name());
  append_plain(out_, "url", file.address());
  if (listed.size) out_.append(",\"size\":").append(std::to_string(*listed.size));
  if (listed.upload_time) append_plain(out_, "upload-time", *listed.upload_time);
  if (listed.requires_python) append_text(out_, "requires-python", *listed.requires_python);
  if (listed.yanked) {
    if (listed.yanked->empty()) {
      out_ += ",\"yanked\":true";
    } else {
      append_text(out_, "yanked", *listed.yanked);
    }
  }
  if (file.offers_metadata()) {
    out_ += ",\"core-metadata\":";
    if (listed.core_metadata_sha256) {
      out_ += "{\"sha256\":\"";
      append_hex(out_, listed.core_metadata_sha256->bytes);
      out_ += "\"}";
    } else {
      out_ += "true";
    }
  }
  if (file.provenance()) append_text(out_, "provenance", file.provenance()->to_string());
  out_ += '}';
}

void PageWriter::add_html(const PageFile& file) {
  const IndexFile& listed = file.listed();
  out_ += "<a";
  append_attribute(out_, "href", file.address() + hash_of_fragment(listed));
  if (listed.requires_python) append_attribute(out_, "data-requires-python", *listed.requires_python);
  if (listed.yanked) append_attribute(out_, "data-yanked", *listed.yanked);
  if (file.offers_metadata()) {
    const auto& digest = listed.core_metadata_sha256;
    append_attribute(out_, "data-core-metadata", digest ? "sha256=" + digest->to_hex() : std::string("true"));
  }
  if (file.provenance()) append_attribute(out_, "data-provenance", file.provenance()->to_string());
  out_ += '>' + file.name() + "</a><br>\n";
}

std::string write_project_list(PageFormat format, const std::vector<std::string>& names) {
  std::string out = format == PageFormat::json
                        ? R"({"meta":{"api-version":"1.0"},"projects":[)"
                        : "<!DOCTYPE html>\n<html>\n<head>\n<title>Projects</title>\n</head>\n<body>\n";
  bool first = true;
  for (const std::string& name : names) {
    const auto project = ProjectName::parse(name);
    if (!project) continue;
    if (format == PageFormat::json) {
      out.append(first ? "" : ",").append("{\"name\":\"").append(project->as_written()).append("\"}");
    } else {
      out.append("<a href=\"").append(project->normalized()).append("/\">");
      out.append(project->as_written()).append("</a><br>\n");
    }
    first = false;
  }
  return out + (format == PageFormat::json ? "]}" : "</body>\n</html>\n");
}

}  // namespace tomme
