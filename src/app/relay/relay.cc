#include "app/relay/relay.h"

#include <algorithm>
#include <limits>

#include "app/relay/errors.h"
#include "app/relay/page.h"
#include "app/relay/phrase.h"
#include "core/encoding/text.h"
#include "io/net/byte_range.h"

namespace tomme::guard {

namespace {

constexpr std::uint64_t kWithheldBytes = 64 * 1024;
/// How long a connection sleeps between two looks at its client.
constexpr std::chrono::milliseconds kGlance{500};
constexpr std::string_view kMetadataSuffix = ".metadata";

std::string content_type_of(std::string_view filename) {
  if (filename.ends_with(".tar.gz")) return "application/gzip";
  if (filename.ends_with(".zip") || filename.ends_with(".whl")) return "application/zip";
  return "application/octet-stream";
}

/// Longer roots first: an index below another one is the one that is meant.
std::vector<Url> by_depth(std::vector<Url> indexes) {
  std::ranges::stable_sort(indexes, std::ranges::greater(), [](const Url& url) { return url.path().size(); });
  return indexes;
}

}  // namespace

Relay::Relay(net::HttpClient& client, const FileStore& store, const Gate& gate, Report& report,
             RelayOptions options)
    : report_(report),
      options_([&] {
        options.indexes = by_depth(std::move(options.indexes));
        return std::move(options);
      }()),
      pages_(client, listing_, report, {options_.intercepted, options_.indexes, options_.scratch_folder}),
      look_up_(client, listing_, options_.intercepted,
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
               [this](const Url& url, const std::string& filename, std::stop_token stop) {
                 return look_up_.find(url, filename, std::move(stop));
               },
               [this](const Url& url) { return look_up_.authorization_for(url); },
               {options_.intercepted,
                [this](const ProjectName&, std::string_view address) { return is_listed(address); },
                options_.proof_required, options_.expected}} {}

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
    constexpr std::string_view kWhy = "tomme run passes downloads only";
    // Not every client shows the phrase or the body of an answer.
    report_.note(printable(request.method, 20) + " to " + printable(request.url.origin().host_and_port()) +
                 " was not passed: " + std::string(kWhy) + ", so publish without it");
    return response.respond(405, kWhy, {{"Content-Type", "text/plain; charset=utf-8"}},
                            std::string(kWhy) + "\n");
  }
  look_up_.learn_authorization(request);
  const Route route = route_of(request.url, options_.indexes);
  if (const auto* file = std::get_if<FileRoute>(&route)) return answer_file(request, file->name, response);
  if (const auto* metadata = std::get_if<MetadataRoute>(&route))
    return answer_metadata(request, *metadata, response);
  return answer_page(request, route, response);
}

// --- files -----------------------------------------------------------------------------------------------

/// One for each file of the run. What could not be had may be tried again, with other credentials perhaps;
/// a verdict stands.
std::shared_ptr<const Download> Relay::download_for(const std::string& key, const Url& url,
                                                    const std::string& name, const net::Headers& headers) {
  net::Headers kept;
  if (const auto authorization = headers.find("Authorization"))
    kept.add("Authorization", std::string(*authorization));
  const auto listed = listing_.find(key);
  const std::lock_guard lock(mutex_);
  auto& download = downloads_[key];
  if (!download || download->has_failed()) {
    // What of the failed one has gone out need not be the beginning of what comes now.
    if (streamed_.contains(key)) unresumable_.insert(key);
    download = std::make_shared<const Download>(context_, listed ? listed->upstream : url.address(), name,
                                                std::move(kept));
  }
  return download;
}

Result<void> Relay::answer_file(const net::Request& request, const std::string& name,
                                net::ResponseWriter& response) {
  const std::string key = address_key(request.url);
  if (const auto why = left_out(key, request.url, name, response.stop_token())) {
    report_.refused(name, *why);
    return refuse(*why, response);
  }
  const auto download = download_for(key, request.url, name, request.headers);
  const std::stop_token stop = response.stop_token();
  const auto soon = [] { return std::chrono::steady_clock::now() + kGlance; };
  const bool is_head = request.method == "HEAD";
  Download::State state = download->wait(
      is_head ? std::numeric_limits<std::uint64_t>::max() : options_.hold_bytes,
      std::chrono::steady_clock::now() + (is_head ? options_.head_time : options_.hold_time), stop);
  // Before the server has answered, nothing is known that could be announced: not even that there is a
  // file.
  while (!state.done && state.fd < 0 && !stop.stop_requested() && !response.client_gone()) {
    state = download->wait(0, soon(), stop);
  }
  // An installer that does not count bytes would take a part for the whole where no digest is listed either.
  const bool may_stream = !state.done && has_one_digest(key);
  if (!may_stream) state = download->wait_done(stop);
  if (state.done) return deliver(request, key, *download, state, response);
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

/// Called by a wheel's download: what it wants may be on a page that nobody has asked for yet.
bool Relay::is_listed(std::string_view address) {
  const Result<Url> url = Url::parse(address);
  if (!url) return false;
  const auto listed = look_up_.find(*url, url->filename(), {});
  return listed && *listed;
}

std::optional<Error> Relay::left_out(const std::string& key, const Url& url, const std::string& name,
                                     std::stop_token stop) {
  const std::optional<Error> why = listing_.why_left_out(key);
  if (!why) return std::nullopt;
  // What one page leaves out as none of its project's, the page of its own project may list.
  const auto listed = look_up_.find(url, name, std::move(stop));
  if (listed && *listed) return std::nullopt;
  return Error(kGuardLeftOut, "its page was written without it: " + why->message());
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
  const std::string phrase = phrase_of(error);
  std::string body = phrase + "\n";
  if (!error.hint().empty()) body += "hint: " + std::string(error.hint()) + "\n";
  return response.respond(403, phrase, {{"Content-Type", "text/plain; charset=utf-8"}}, body);
}

Result<void> Relay::could_not_tell(const Error& error, net::ResponseWriter& response) {
  const std::string phrase = phrase_of(error);
  return response.respond(502, phrase, {{"Content-Type", "text/plain; charset=utf-8"}}, phrase + "\n");
}

Result<void> Relay::deliver(const net::Request& request, const std::string& key, const Download& download,
                            const Download::State& state, net::ResponseWriter& response) {
  if (state.refusal) return refuse(*state.refusal, response);
  if (state.failure) return could_not_tell(*state.failure, response);
  if (state.other_answer) {
    net::Headers headers;
    if (const auto challenge = state.other_answer->headers.find("WWW-Authenticate")) {
      headers.add("WWW-Authenticate", std::string(*challenge));
    }
    return response.respond(state.other_answer->status, state.other_answer->reason, headers, "");
  }
  const StoredFile& file = *state.file;
  net::Headers headers{{"Content-Type", content_type_of(download.filename())},
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
  // Not so a range, by which uv and Poetry read a wheel's METADATA where the index has none of it.
  report_.sent(download.url().shown(), download.filename(), key);
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
    const std::uint64_t allowed = std::min(state.received, end > kWithheldBytes ? end - kWithheldBytes : 0);
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
  report_.sent(download.url().shown(), download.filename(), address_key(request.url));
  return response.write_file(state.file->fd(), sent, state.file->size() - sent);
}

Result<void> Relay::answer_metadata(const net::Request& request, const MetadataRoute& route,
                                    net::ResponseWriter& response) {
  // No page of ours offers one for a source distribution (PEP 658: what it says is known when it is built).
  if (!route.name.ends_with(".whl")) return response.respond(404, "", {}, "");
  const Url url = TRY(Url::parse(route.file));
  if (const auto why = left_out(route.file, url, route.name, response.stop_token())) {
    report_.refused(route.name, *why);
    return refuse(*why, response);
  }
  const auto download = download_for(route.file, url, route.name, request.headers);
  const Download::State state = download->wait_done(response.stop_token());
  if (!state.done) {
    response.abort();
    return {};
  }
  if (!state.file) return deliver(request, route.file, *download, state, response);
  if (!state.metadata) return response.respond(404, "", {}, "");
  const auto listed = listing_.find(route.file);
  for (const Sha256& digest : listed ? listed->metadata_digests : std::vector<Sha256>()) {
    if (sha256(*state.metadata) == digest) continue;
    const Error other(kGuardMetadata, "the index shows other metadata for " + printable(route.name) +
                                          " than the wheel holds");
    report_.refused(route.name + ".metadata", other);
    return refuse(other, response);
  }
  return response.respond(200, "", {{"Content-Type", "application/octet-stream"}}, *state.metadata);
}

// --- pages -----------------------------------------------------------------------------------------------

Result<PageAnswer> Relay::page_for(const net::Request& request, const Route& route,
                                   net::ResponseWriter& response) {
  if (const auto* page = std::get_if<PageRoute>(&route)) return pages_.project(request, *page, response);
  std::stop_token stop = response.stop_token();
  if (std::holds_alternative<ListRoute>(route)) return pages_.list(request, std::move(stop));
  if (const auto* legacy = std::get_if<LegacyRoute>(&route))
    return pages_.legacy(request, *legacy, std::move(stop));
  if (options_.is_strict()) {
    if (std::get<OtherRoute>(route).is_project_json) return PageAnswer{.status = 404};
    return fail(kGuardRequest, "it is neither a page of an index nor a file with a distribution's name");
  }
  return pages_.other(request, std::move(stop));
}

Result<void> Relay::answer_page(const net::Request& request, const Route& route,
                                net::ResponseWriter& response) {
  const std::string shown = request.url.shown();
  const Result<PageAnswer> answer = page_for(request, route, response);
  if (answer) {
    report_.recovered(shown);
    return answer->send(response);
  }
  const Error& error = answer.error();
  const bool is_refused = error.outcome() == Outcome::refused;
  const bool is_begun = response.head_sent();
  // A page on its way most likely failed of the client's going.
  if (!is_begun || !response.client_gone()) {
    is_refused ? report_.refused(shown, error) : report_.failed(shown, error);
  }
  if (!is_begun) return is_refused ? refuse(error, response) : could_not_tell(error, response);
  response.abort();
  return {};
}

}  // namespace tomme::guard
