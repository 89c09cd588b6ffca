#include "app/guard/relay.h"

#include <algorithm>

#include "app/guard/errors.h"
#include "app/guard/page.h"
#include "core/encoding/text.h"
#include "io/net/byte_range.h"

namespace tomme::guard {

namespace {

constexpr std::uint64_t kWithheldOctets = 64 * 1024;
/// How long a connection sleeps between two looks at its client.
constexpr std::chrono::milliseconds kGlance{500};
constexpr std::string_view kMetadataSuffix = ".metadata";

/// "tomme: <sentence> [code]": pip, uv and poetry print the reason phrase of a 403 word for word. uv drops a
/// phrase that is not all ASCII, and a very long one is cut by the server: the code must not be lost.
std::string refusal_phrase(const Error& error) {
  constexpr std::size_t kSentence = 340;
  std::string sentence;
  for (const char c : error.message()) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80) sentence += c;
    if (octet >= 0xc0) sentence += '?';  // one for each character, which has one such octet
  }
  if (sentence.size() > kSentence) sentence = sentence.substr(0, kSentence) + "...";
  return "tomme: " + sentence + " [" + std::string(error.code().name) + "]";
}

std::string content_type_of(std::string_view filename) {
  if (filename.ends_with(".tar.gz")) return "application/gzip";
  if (filename.ends_with(".zip") || filename.ends_with(".whl")) return "application/zip";
  return "application/octet-stream";
}

/// The file whose metadata `url` asks for: pip puts ".metadata" behind a query, uv before it.
std::optional<std::string> file_of_metadata(const Url& url, const std::string& key) {
  if (key.ends_with(kMetadataSuffix)) return key.substr(0, key.size() - kMetadataSuffix.size());
  if (!url.query() || !url.path().ends_with(kMetadataSuffix)) return std::nullopt;
  const std::size_t query = key.find('?');
  return key.substr(0, query - kMetadataSuffix.size()) + key.substr(query);
}

/// "<index>/<project>" with or without a slash behind it, and whatever else ends in a slash.
bool is_page_address(const Url& url, const std::vector<Url>& indexes) {
  if (url.path().ends_with('/')) return true;
  for (const Url& index : indexes) {
    std::string root = index.normalized().path();
    if (!root.ends_with('/')) root += '/';
    if (url.origin() != index.origin() || !url.path().starts_with(root)) continue;
    const std::string_view rest = std::string_view(url.path()).substr(root.size());
    if (!rest.contains('/') && !has_archive_name(url.filename())) return true;
  }
  return false;
}

}  // namespace

Relay::Relay(net::HttpClient& client, const FileStore& store, const Gate& gate, Report& report,
             RelayOptions options)
    : client_(client),
      report_(report),
      options_(std::move(options)),
      addresses_{options_.intercepted,
                 [this](const Url& url) { return is_page_address(url, options_.indexes); }},
      look_up_(client, listing_, addresses_,
               {.indexes = options_.indexes,
                .credentials = options_.credentials,
                .locked_files = options_.locked_files,
                .proof_required = options_.proof_required,
                .expected = options_.expected}),
      context_{client,
               store,
               gate,
               report,
               options_.intercepted,
               [this](const net::Url& url, const std::string& filename, std::stop_token stop) {
                 return look_up_.find(url, filename, std::move(stop));
               },
               [this](const net::Url& url) { return look_up_.authorization_for(url); },
               {options_.intercepted, options_.proof_required, options_.expected}} {}

Relay::~Relay() {
  stop();
}

void Relay::stop() {
  std::map<std::string, std::shared_ptr<const Download>> ending;
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
  look_up_.learn_authorization(request);
  const Result<std::string> key = url_key(request.url.to_string());
  if (!key) return response.respond(400, refusal_phrase(key.error()), {}, "");
  const Url url = TRY(Url::parse(*key));
  // Metadata first: a page must not be able to list it as a file of its own, which nothing would vouch for.
  if (const auto file_key = file_of_metadata(url, *key)) {
    const Result<Url> file = Url::parse(*file_key);
    if (listing_.find(*file_key) || (file && has_archive_name(file->filename()))) {
      return answer_metadata(request, *file_key, response);
    }
  }
  if (const auto listed = listing_.find(*key)) {
    if (listed->rival_names) {
      const Error rival(kGuardRival, printable(listed->filename) + " is listed under another name as well");
      report_.refused(listed->filename, rival);
      return refuse(rival, response);
    }
    return answer_file(request, *key, listed->filename, response);
  }
  if (has_archive_name(url.filename())) return answer_file(request, *key, url.filename(), response);
  if (has_archive_name(last_name_of(url))) {
    // A file to pip, which strips the slash, and a page to others.
    const Error unclear(kGuardRequest, "the address has a slash behind a distribution's name");
    report_.refused(request.url.to_string(), unclear);
    return refuse(unclear, response);
  }
  return answer_page(request, response);
}

// --- files -----------------------------------------------------------------------------------------------

/// One for each file of the run. What could not be had may be tried again, with other credentials perhaps;
/// a verdict stands.
std::shared_ptr<const Download> Relay::download_for(const std::string& key, const net::Url& url,
                                                    const std::string& filename,
                                                    const net::Headers& headers) {
  net::Headers kept;
  if (const auto authorization = headers.find("Authorization"))
    kept.add("Authorization", std::string(*authorization));
  const std::lock_guard lock(mutex_);
  auto& download = downloads_[key];
  if (!download || download->has_failed()) {
    // What of the failed one has gone out need not be the beginning of what comes now.
    if (streamed_.contains(key)) unresumable_.insert(key);
    download = std::make_shared<const Download>(context_, url, filename, std::move(kept));
  }
  return download;
}

Result<void> Relay::answer_file(const net::Request& request, const std::string& key,
                                const std::string& filename, net::ResponseWriter& response) {
  const auto download = download_for(key, request.url, filename, request.headers);
  const std::stop_token stop = response.stop_token();
  const auto soon = [] { return std::chrono::steady_clock::now() + kGlance; };
  Download::State state =
      download->wait(options_.hold_octets, std::chrono::steady_clock::now() + options_.hold_time, stop);
  // Before the server has answered, nothing is known that could be announced: not even that there is a
  // file.
  while (!state.done && state.fd < 0 && !stop.stop_requested() && !response.client_gone()) {
    state = download->wait(0, soon(), stop);
  }
  // An installer that does not count octets would take a part for the whole where no digest is listed either.
  const bool may_stream = !state.done && has_one_digest(key);
  if (!may_stream) state = download->wait_done(stop);
  if (state.done) return deliver(request, key, state, response);
  if (state.fd < 0 || !may_stream) {
    response.abort();
    return {};
  }
  {
    const std::lock_guard lock(mutex_);
    streamed_.insert(key);
  }
  return stream(request, *download, state, response);
}

bool Relay::has_one_digest(const std::string& key) const {
  const auto listed = listing_.find(key);
  return listed && listed->digests.size() == 1;
}

bool Relay::may_resume(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return !unresumable_.contains(key);
}

Result<void> Relay::refuse(const Error& error, net::ResponseWriter& response) {
  const std::string phrase = refusal_phrase(error);
  std::string body = phrase + "\n";
  if (!error.hint().empty()) body += "hint: " + std::string(error.hint()) + "\n";
  return response.respond(403, phrase, {{"Content-Type", "text/plain; charset=utf-8"}}, body);
}

Result<void> Relay::deliver(const net::Request& request, const std::string& key, const Download::State& state,
                            net::ResponseWriter& response) {
  if (state.refusal) return refuse(*state.refusal, response);
  if (state.failure) return response.respond(502, refusal_phrase(*state.failure), {}, "");
  if (state.other_answer) {
    net::Headers headers;
    if (const auto challenge = state.other_answer->headers.find("WWW-Authenticate")) {
      headers.add("WWW-Authenticate", std::string(*challenge));
    }
    return response.respond(state.other_answer->status, state.other_answer->reason, headers, "");
  }
  const StoredFile& file = *state.file;
  net::Headers headers{{"Content-Type", content_type_of(request.url.target)},
                       {"Accept-Ranges", "bytes"},
                       {"ETag", "\"" + file.digest().to_hex() + "\""}};
  const auto range = net::ByteRange::parse(request.headers.find("Range").value_or(""), file.size());
  if (range && request.method == "GET" && may_resume(key)) {
    headers.add("Content-Range", range->content_range(file.size()));
    TRY(response.head(206, "", headers, range->length));
    return response.write_file(file.fd(), range->first, range->length);
  }
  TRY(response.head(200, "", headers, file.size()));
  if (request.method == "HEAD") return {};
  return response.write_file(file.fd(), 0, file.size());
}

/// Sends what is there but never the last block, until the verdict; a refusal then cuts the connection, and
/// whoever asks again gets the 403.
Result<void> Relay::stream(const net::Request& request, const Download& download, Download::State state,
                           net::ResponseWriter& response) {
  TRY(response.head(200, "", {{"Content-Type", content_type_of(download.filename())}}, state.total));
  if (request.method == "HEAD") return {};
  std::uint64_t sent = 0;
  while (!state.done) {
    // With a known size the last block is counted from the end; else from what has come so far.
    const std::uint64_t end = state.total.value_or(state.received);
    const std::uint64_t allowed = std::min(state.received, end > kWithheldOctets ? end - kWithheldOctets : 0);
    if (allowed > sent) {
      TRY(response.write_file(state.fd, sent, allowed - sent));
      sent = allowed;
    }
    if (response.client_gone() || response.stop_token().stop_requested()) break;
    state = download.wait(std::max(state.received, sent), std::chrono::steady_clock::now() + kGlance,
                          response.stop_token());
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
  const auto download = download_for(file_key, url, filename, request.headers);
  const Download::State state = download->wait_done(response.stop_token());
  if (!state.done) {
    response.abort();
    return {};
  }
  if (!state.file) return deliver(request, file_key, state, response);

  const auto checked = [&]() -> Result<std::shared_ptr<const Bytes>> {
    if (!state.metadata)
      return fail(kGuardMetadata, printable(filename) + " is no wheel and has no metadata file");
    for (const Sha256& digest : listed ? listed->metadata_digests : std::vector<Sha256>()) {
      if (sha256(*state.metadata) == digest) continue;
      return fail(kGuardMetadata,
                  "the index shows other metadata for " + printable(filename) + " than the wheel holds");
    }
    return state.metadata;
  };
  const auto metadata = checked();
  if (!metadata) {
    report_.refused(filename + std::string(kMetadataSuffix), metadata.error());
    return refuse(metadata.error(), response);
  }
  return response.respond(200, "", {{"Content-Type", "application/octet-stream"}}, **metadata);
}

// --- pages -----------------------------------------------------------------------------------------------

Result<void> Relay::answer_page(const net::Request& request, net::ResponseWriter& response) {
  const net::Request upstream{request.method, request.url, page_request_headers(request.headers)};
  const Result<net::Response> page =
      client_.fetch(upstream, {.body_octets = options_.page_octets, .decode = true}, response.stop_token());
  if (!page) {
    report_.failed(request.url.to_string(), page.error());
    return response.respond(502, refusal_phrase(page.error()), {}, "");
  }
  const Result<net::Headers> headers = take_page(request, *page);
  if (!headers) {
    report_.refused(request.url.to_string(), headers.error());
    return refuse(headers.error(), response);
  }
  report_.recovered(request.url.to_string());
  if (request.method == "HEAD")
    return response.head(page->head.status, page->head.reason, *headers, page->head.content_length());
  return response.respond(page->head.status, page->head.reason, *headers, page->body);
}

/// Nothing on the page leads past us, and all its files are remembered; what goes on to the installer with
/// it.
Result<net::Headers> Relay::take_page(const net::Request& request, const net::Response& answer) {
  if (const auto page = TRY(read_page(request, answer, options_.intercepted))) {
    TRY(listing_.remember(*page, TRY(Url::parse(request.url.to_string())), addresses_));
  }
  return page_answer_headers(request.url, answer.head);
}

}  // namespace tomme::guard
