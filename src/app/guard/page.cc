#include "app/guard/page.h"

#include <string>

#include "app/guard/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/url_reference.h"
#include "io/remote/errors.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

namespace {

using IsJudged = std::function<bool(const net::Url&)>;

Result<json::Value> parse_json(BytesView body) {
  return json::parse(text_of(body), {.depth = 64, .bytes = body.size() + 1});
}

/// Without parameters, and HTML always as UTF-8: as that it was checked, and a client that reads it in
/// another charset would see other links.
std::string page_type(std::string_view type) {
  std::string bare(type.substr(0, type.find(';')));
  while (bare.ends_with(' ') || bare.ends_with('\t')) bare.pop_back();
  for (char& c : bare) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return bare.ends_with("html") ? bare + "; charset=utf-8" : bare;
}

Result<net::Url> address_of(const Url& url) {
  return net::Url::parse(url.without_userinfo().without_fragment().to_string());
}

Result<Url> redirect_target(const net::Url& from, const net::ResponseHead& head) {
  const Url url = TRY(Url::parse(from.to_string()));
  return url.resolve(head.headers.find("Location").value_or(""));
}

Result<void> check_redirect(const net::Url& from, const net::ResponseHead& head, const IsJudged& is_judged) {
  const Url target = TRY(redirect_target(from, head));
  const net::Url address = TRY(address_of(target));
  if (is_judged(address)) return {};
  return fail(kRedirect, printable(from.authority.host) + " redirects to " +
                             printable(address.authority.to_string()) + ", where files are not judged");
}

/// tarfile.calc_chksums: the sum of a header's 512 octets, its own checksum field counted as blanks; older
/// archives summed signed octets.
bool is_tar(BytesView body) {
  constexpr std::size_t kBlock = 512, kField = 148, kFieldSize = 8;
  if (body.size() < kBlock) return false;
  std::int64_t plain = 0, with_sign = 0, stated = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool in_field = i >= kField && i < kField + kFieldSize;
    const std::uint8_t octet = in_field ? std::uint8_t{' '} : body[i];
    plain += octet;
    with_sign += static_cast<std::int8_t>(octet);
  }
  // Python takes more than digits here ("0o17", "1_7"): what is none is passed over.
  for (const std::uint8_t octet : body.subspan(kField, kFieldSize)) {
    if (octet >= '0' && octet <= '7') stated = stated * 8 + (octet - '0');
  }
  return stated == plain || stated == with_sign;
}

/// pip unpacks by content what has no archive's name: no page may be an archive as well. (Zip files need NUL
/// octets, which no page may have; gzip and xz begin with octets that are no text.)
bool is_archive(BytesView body) {
  return is_tar(body) || text_of(body).starts_with("BZh") || text_of(body).starts_with("PK") ||
         text_of(body).starts_with("\x1f\x8b") ||
         text_of(body).starts_with(
             "\xfd"
             "7zXZ") ||
         text_of(body).contains('\0');
}

bool is_index_root(BytesView body) {
  const Result<json::Value> value = parse_json(body);
  const json::Object* object = value ? value->object() : nullptr;
  return object && object->find("projects") && !object->find("files");
}

Result<void> check_legacy_files(const json::Value& files, const Url& page, const IsJudged& is_judged) {
  if (!files.array()) return {};
  for (const json::Value& file : *files.array()) {
    const json::Value* text = file.object() ? file.object()->find("url") : nullptr;
    if (!text || !text->text()) continue;
    const Url url = TRY(page.resolve(*text->text()));
    const Result<net::Url> address = address_of(url);
    if (address && is_judged(*address)) continue;
    return fail(kGuardElsewhere, "the page lists a file at " + printable(url.without_userinfo().to_string()) +
                                     ", where files are not judged");
  }
  return {};
}

/// PyPI's older API has files under "urls" and "releases". It does not say which are attested: that is looked
/// up when they are asked for.
Result<void> check_legacy(const json::Value& answer, const Url& page, const IsJudged& is_judged) {
  const json::Object* object = answer.object();
  if (!object) return {};
  if (const json::Value* files = object->find("urls")) TRY(check_legacy_files(*files, page, is_judged));
  const json::Value* releases = object->find("releases");
  if (!releases || !releases->object()) return {};
  for (const json::Member& release : *releases->object()) {
    TRY(check_legacy_files(release.value, page, is_judged));
  }
  return {};
}

}  // namespace

net::Headers page_request_headers(const net::Headers& from) {
  net::Headers headers;
  for (const std::string_view name : {"Accept", "Accept-Language", "Authorization", "If-None-Match",
                                      "If-Modified-Since", "Cache-Control", "User-Agent"}) {
    if (const auto value = from.find(name)) headers.add(std::string(name), std::string(*value));
  }
  return headers;
}

// requests takes every status below 400 for success, so what is neither a page nor a redirect must be an
// error.
Result<std::optional<SimplePage>> read_page(const net::Request& request, const net::Response& answer,
                                            const IsJudged& is_judged) {
  const unsigned status = answer.head.status;
  const std::string host = printable(request.url.authority.host);
  if (net::is_redirect(status)) {
    TRY(check_redirect(request.url, answer.head, is_judged));
    return std::nullopt;
  }
  if (status >= 400 || status == 304) return std::nullopt;
  if (status != 200) {
    return fail(kGuardRequest, "the answer of " + host + " has status " + std::to_string(status) +
                                   ", which is neither success nor failure");
  }
  if (request.method == "HEAD") return std::nullopt;
  if (const std::string encoding = answer.head.content_encoding(); !encoding.empty()) {
    return fail(kGuardEncoding, "the page came encoded as " + printable(encoding));
  }
  if (is_archive(answer.body)) {
    return fail(kGuardRequest, "what " + host + " answered with is an archive, and not at a file's address");
  }
  const std::string_view type = answer.head.headers.find("Content-Type").value_or("");
  Result<std::optional<SimplePage>> page = parse_page(type, answer.body);
  if (!page && is_index_root(answer.body)) return std::nullopt;
  if (!page || *page) return page;
  if (!type.starts_with("application/json")) {
    return fail(kGuardRequest,
                "the answer of " + host + " is neither a page nor a file with a distribution's name");
  }
  const Url url = TRY(Url::parse(request.url.to_string()));
  const json::Value value = TRY(parse_json(answer.body));
  TRY(check_legacy(value, url, is_judged));
  return std::nullopt;
}

Result<net::Headers> page_answer_headers(const net::Url& asked, const net::ResponseHead& head) {
  net::Headers headers;
  if (const auto type = head.headers.find("Content-Type")) headers.add("Content-Type", page_type(*type));
  if (net::is_redirect(head.status)) headers.add("Location", TRY(redirect_target(asked, head)).to_string());
  for (const std::string_view name : {"ETag", "Last-Modified", "Cache-Control", "Vary", "WWW-Authenticate",
                                      "Retry-After", "X-PyPI-Last-Serial"}) {
    if (const auto value = head.headers.find(name)) headers.add(std::string(name), std::string(*value));
  }
  return headers;
}

}  // namespace tomme::guard
