#include "app/guard/relay.h"

#include <algorithm>
#include <charconv>

#include "app/guard/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/packaging/wheel_metadata.h"
#include "io/remote/errors.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

namespace {

constexpr std::uint64_t kWithheldOctets = 64 * 1024;
constexpr std::string_view kMetadataSuffix = ".metadata";

/// "tomme: <sentence> [code]": pip, uv and poetry print the reason phrase of a 403 word for word.
std::string refusal_phrase(const Error& error) {
  return "tomme: " + error.message() + " [" + std::string(error.code().name) + "]";
}

/// A single range of RFC 9110 section 14.1.2; nothing where the header is anything else (then it is ignored,
/// as servers may).
struct ByteRange {
  std::uint64_t first;
  std::uint64_t length;
};
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=") || header.contains(',')) return std::nullopt;
  header.remove_prefix(6);
  const auto dash = header.find('-');
  if (dash == std::string_view::npos || size == 0) return std::nullopt;
  const auto number = [](std::string_view text) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  };
  const auto first = number(header.substr(0, dash));
  const auto last = number(header.substr(dash + 1));
  if (first && *first < size && (last || dash + 1 == header.size())) {
    const std::uint64_t end = std::min(last.value_or(size - 1), size - 1);
    if (end < *first) return std::nullopt;
    return ByteRange{*first, end - *first + 1};
  }
  if (dash == 0 && last && *last > 0) {
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  return std::nullopt;
}

std::string content_type_of(std::string_view filename) {
  if (filename.ends_with(".tar.gz")) return "application/gzip";
  if (filename.ends_with(".zip") || filename.ends_with(".whl")) return "application/zip";
  return "application/octet-stream";
}

/// What of the client's headers goes upstream with a page: nothing that would make the answer partial or
/// encoded.
net::Headers page_request_headers(const net::Headers& from) {
  net::Headers headers;
  for (const std::string_view name : {"Accept", "Accept-Language", "Authorization", "If-None-Match",
                                      "If-Modified-Since", "Cache-Control", "User-Agent"}) {
    if (const auto value = from.find(name)) headers.add(std::string(name), std::string(*value));
  }
  return headers;
}

bool is_index_root(const net::Response& answer) {
  const auto value = json::parse(text_of(answer.body), {.depth = 64, .bytes = answer.body.size() + 1});
  const json::Object* object = value ? value->object() : nullptr;
  return object && object->find("projects") && !object->find("files");
}

}  // namespace

Relay::Relay(net::HttpClient& client, const FileStore& store, const Gate& gate, Report& report,
             RelayOptions options)
    : client_(client),
      report_(report),
      options_(std::move(options)),
      context_{client,
               store,
               gate,
               report,
               options_.intercepted,
               [this](const net::Url& url, const std::string& filename, std::stop_token stop) {
                 return look_up(url, filename, std::move(stop));
               },
               [this](const net::Authority& authority) { return authorization_for(authority); }} {}

Relay::~Relay() {
  stop();
}

void Relay::stop() {
  std::map<std::string, std::unique_ptr<Download>> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(downloads_);
  }
}

void Relay::handle(const net::Request& request, net::ResponseWriter& response) {
  // What is left of an error here is that the client has gone: nobody to tell.
  [[maybe_unused]] const Result<void> told = answer(request, response);
}

Result<void> Relay::answer(const net::Request& request, net::ResponseWriter& response) {
  if (request.method != "GET" && request.method != "HEAD") {
    return response.respond(405, "tomme run passes downloads only", {}, "");
  }
  learn_authorization(request);
  const Result<std::string> key = url_key(request.url.to_string());
  if (!key) return response.respond(400, refusal_phrase(key.error()), {}, "");
  if (const auto listed = listing_.find(*key)) return answer_file(request, *key, listed->filename, response);
  const Url url = TRY(Url::parse(*key));
  const std::string filename = url.filename();
  if (has_archive_name(filename)) return answer_file(request, *key, filename, response);
  if (filename.ends_with(kMetadataSuffix) && !url.query()) {
    const std::string file_key = key->substr(0, key->size() - kMetadataSuffix.size());
    if (listing_.find(file_key) || has_archive_name(Url::parse(file_key)->filename())) {
      return answer_metadata(request, file_key, response);
    }
  }
  return answer_page(request, response);
}

// --- files -----------------------------------------------------------------------------------------------

Download& Relay::download_for(const std::string& key, const net::Url& url, const std::string& filename,
                              const net::Headers& headers) {
  net::Headers kept;
  if (const auto authorization = headers.find("Authorization"))
    kept.add("Authorization", std::string(*authorization));
  const std::lock_guard lock(mutex_);
  auto& download = downloads_[key];
  if (!download) download = std::make_unique<Download>(context_, url, filename, std::move(kept));
  return *download;
}

Result<void> Relay::answer_file(const net::Request& request, const std::string& key,
                                const std::string& filename, net::ResponseWriter& response) {
  const Download& download = download_for(key, request.url, filename, request.headers);
  const Download::State state =
      download.wait(options_.hold_octets, std::chrono::steady_clock::now() + options_.hold_time);
  if (state.done && state.refusal) return refuse(*state.refusal, response);
  if (state.done) return deliver(request, state, response);
  return stream(download, state, response);
}

Result<void> Relay::refuse(const Error& error, net::ResponseWriter& response) {
  const std::string phrase = refusal_phrase(error);
  std::string body = phrase + "\n";
  if (!error.hint().empty()) body += "hint: " + std::string(error.hint()) + "\n";
  return response.respond(403, phrase, {{"Content-Type", "text/plain; charset=utf-8"}}, body);
}

Result<void> Relay::deliver(const net::Request& request, const Download::State& state,
                            net::ResponseWriter& response) {
  if (state.failure) return response.respond(502, refusal_phrase(*state.failure), {}, "");
  if (state.other_answer)
    return response.respond(state.other_answer->status, state.other_answer->reason, {}, "");
  const StoredFile& file = *state.file;
  net::Headers headers{{"Content-Type", content_type_of(request.url.target)},
                       {"Accept-Ranges", "bytes"},
                       {"ETag", "\"" + file.digest().to_hex() + "\""}};
  const auto range = parse_range(request.headers.find("Range").value_or(""), file.size());
  if (range && request.method == "GET") {
    headers.add("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                     std::to_string(range->first + range->length - 1) + "/" +
                                     std::to_string(file.size()));
    TRY(response.head(206, "", headers, range->length));
    return response.write_file(file.fd(), range->first, range->length);
  }
  TRY(response.head(200, "", headers, file.size()));
  if (request.method == "HEAD") return {};
  return response.write_file(file.fd(), 0, file.size());
}

/// Sends what is there but never the last block, until the verdict; a refusal then cuts the connection, and
/// whoever asks again gets the 403.
Result<void> Relay::stream(const Download& download, Download::State state, net::ResponseWriter& response) {
  TRY(response.head(200, "", {{"Content-Type", content_type_of(download.filename())}}, state.total));
  std::uint64_t sent = 0;
  while (!state.done) {
    // With a known size the last block is counted from the end; else from what has come so far.
    const std::uint64_t end = state.total.value_or(state.received);
    const std::uint64_t allowed = std::min(state.received, end > kWithheldOctets ? end - kWithheldOctets : 0);
    if (allowed > sent) {
      TRY(response.write_file(state.fd, sent, allowed - sent));
      sent = allowed;
    }
    if (response.client_gone()) return {};
    state = download.wait(std::max(state.received, sent),
                          std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
  }
  if (!state.file || (state.total && state.file->size() != *state.total)) {
    response.abort();
    return {};
  }
  return response.write_file(state.file->fd(), sent, state.file->size() - sent);
}

Result<void> Relay::answer_metadata(const net::Request& request, const std::string& file_key,
                                    net::ResponseWriter& response) {
  const net::Url url = TRY(net::Url::parse(file_key));
  const auto listed = listing_.find(file_key);
  const std::string filename = listed ? listed->filename : Url::parse(file_key)->filename();
  const Download& download = download_for(file_key, url, filename, request.headers);
  const Download::State state = download.wait_done();
  if (state.refusal) return refuse(*state.refusal, response);
  if (!state.file) return deliver(request, state, response);

  const auto extract = [&]() -> Result<Bytes> {
    const DistFilename name = TRY(DistFilename::parse(filename));
    if (!name.is_wheel())
      return fail(kGuardMetadata, printable(filename) + " is no wheel and has no metadata file");
    const MappedFile octets = TRY(state.file->map());
    Bytes metadata = TRY(metadata_of_wheel(octets.view(), name));
    for (const Sha256& digest : listed ? listed->metadata_digests : std::vector<Sha256>()) {
      if (sha256(metadata) != digest) {
        return fail(kGuardMetadata,
                    "the index shows other metadata for " + printable(filename) + " than the wheel holds");
      }
    }
    return metadata;
  };
  const Result<Bytes> metadata = extract();
  if (!metadata) {
    report_.refused(filename + std::string(kMetadataSuffix), metadata.error());
    return refuse(metadata.error(), response);
  }
  return response.respond(200, "", {{"Content-Type", "application/octet-stream"}}, *metadata);
}

/// A file that no page of this run has named: `uv sync --frozen` takes its URLs from the lock. It is looked
/// up on the project's page of each index; listed there under this very URL, its digest and proof count.
Result<std::optional<ListedFile>> Relay::look_up(const net::Url& url, const std::string& filename,
                                                 std::stop_token stop) {
  const std::string key = TRY(url_key(url.to_string()));
  if (auto listed = listing_.find(key)) return listed;
  const Result<DistFilename> distribution = DistFilename::parse(filename);
  if (!distribution) return std::nullopt;
  for (const Url& index : options_.indexes) {
    const Result<net::Url> address = net::Url::parse(index.without_userinfo().without_fragment().to_string());
    if (!address || !options_.intercepted(*address)) continue;
    const Result<FetchedPage> page =
        fetch_project_page(client_, index, distribution->project(), authorization_for(address->authority),
                           options_.intercepted, stop);
    if (!page && page.error().is(kIndexNoProject)) continue;
    if (!page) return std::unexpected(page.error());
    TRY(listing_.remember(page->page, page->url, options_.intercepted));
    if (auto listed = listing_.find(key)) return listed;
  }
  return std::nullopt;
}

// --- pages -----------------------------------------------------------------------------------------------

Result<void> Relay::answer_page(const net::Request& request, net::ResponseWriter& response) {
  net::Request upstream{request.method, request.url, page_request_headers(request.headers)};
  const Result<net::Response> page =
      client_.fetch(upstream, {.body_octets = options_.page_octets}, response.stop_token());
  if (!page) {
    report_.failed(request.url.to_string(), page.error());
    return response.respond(502, refusal_phrase(page.error()), {}, "");
  }
  if (const Result<void> ok = check_page(request, *page); !ok) {
    report_.refused(request.url.to_string(), ok.error());
    return refuse(ok.error(), response);
  }
  net::Headers headers;
  for (const std::string_view name : {"Content-Type", "ETag", "Last-Modified", "Cache-Control", "Vary",
                                      "Location", "WWW-Authenticate", "Retry-After", "X-PyPI-Last-Serial"}) {
    if (const auto value = page->head.headers.find(name)) headers.add(std::string(name), std::string(*value));
  }
  if (request.method == "HEAD")
    return response.head(page->head.status, page->head.reason, headers, page->head.content_length());
  return response.respond(page->head.status, page->head.reason, headers, page->body);
}

/// Nothing on the page leads past us, and all its files are remembered.
Result<void> Relay::check_page(const net::Request& request, const net::Response& page) {
  const Url url = TRY(Url::parse(request.url.to_string()));
  const unsigned status = page.head.status;
  if (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) {
    const Url target = TRY(url.resolve(page.head.headers.find("Location").value_or("")));
    const net::Url address = TRY(net::Url::parse(target.without_fragment().to_string()));
    if (options_.intercepted(address)) return {};
    return fail(kRedirect, printable(url.host()) + " redirects to " +
                               printable(address.authority.to_string()) + ", where files are not judged");
  }
  if (status != 200 || request.method == "HEAD") return {};
  if (!page.head.content_encoding().empty()) {
    return fail(kGuardEncoding, "the page came encoded as " + printable(page.head.content_encoding()));
  }
  const std::string_view type = page.head.headers.find("Content-Type").value_or("");
  const Result<std::optional<SimplePage>> parsed = parse_page(type, page.body);
  if (!parsed) return is_index_root(page) ? Result<void>() : std::unexpected(parsed.error());
  if (*parsed) return listing_.remember(**parsed, url, options_.intercepted);
  // Poetry reads PyPI's JSON besides: its files are looked up when they are asked for.
  if (type.starts_with("application/json")) {
    TRY(json::parse(text_of(page.body), {.depth = 64, .bytes = options_.page_octets}));
    return {};
  }
  return fail(kGuardRequest, "the answer of " + printable(url.host()) +
                                 " is neither a page nor a file with a distribution's name");
}

void Relay::learn_authorization(const net::Request& request) {
  const auto value = request.headers.find("Authorization");
  if (!value) return;
  const std::lock_guard lock(mutex_);
  authorizations_[request.url.authority.to_string()] = std::string(*value);
}

std::string Relay::authorization_for(const net::Authority& authority) const {
  const std::lock_guard lock(mutex_);
  const auto at = authorizations_.find(authority.to_string());
  return at == authorizations_.end() ? std::string() : at->second;
}

}  // namespace tomme::guard
