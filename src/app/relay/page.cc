#include "app/relay/page.h"

#include "app/relay/batches.h"
#include "app/relay/errors.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/legacy_json.h"
#include "io/remote/errors.h"

namespace tomme::guard {

namespace {

constexpr std::string_view kJson = "application/vnd.pypi.simple.v1+json";
constexpr std::string_view kAcceptBoth =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
constexpr std::string_view kAcceptHtml = "application/vnd.pypi.simple.v1+html, text/html;q=0.5";
constexpr std::string_view kAcceptAny = "application/json, text/html;q=0.5, */*;q=0.1";

/// The type without its parameters, in lower case.
std::string bare_type(std::string_view type) {
  std::string bare(type.substr(0, type.find(';')));
  while (bare.ends_with(' ') || bare.ends_with('\t')) bare.pop_back();
  for (char& c : bare) c = ascii::to_lower(c);
  return bare;
}

/// What of an installer's headers goes to the index: nothing that would make the answer partial, encoded or
/// absent.
net::Headers request_headers(const net::Headers& from, std::string accept) {
  net::Headers headers{{"Accept", std::move(accept)}};
  for (const std::string_view name : {"Authorization", "User-Agent"}) {
    if (const auto value = from.find(name)) headers.add(std::string(name), std::string(*value));
  }
  return headers;
}

PageAnswer status_of(const net::ResponseHead& head) {
  PageAnswer answer{.status = head.status, .reason = head.reason};
  for (const std::string_view name : {"WWW-Authenticate", "Retry-After"}) {
    if (const auto value = head.headers.find(name))
      answer.headers.add(std::string(name), std::string(*value));
  }
  return answer;
}

}  // namespace

std::optional<PageFormat> format_of(std::string_view content_type) {
  const std::string type = bare_type(content_type);
  if (type == kJson || type == "application/vnd.pypi.simple.latest+json") return PageFormat::json;
  if (type == "text/html" || type == "application/xhtml+xml" ||
      type == "application/vnd.pypi.simple.v1+html" || type == "application/vnd.pypi.simple.latest+html") {
    return PageFormat::html;
  }
  return std::nullopt;
}

bool accepts_json(const net::Headers& headers) {
  const auto accept = headers.find("Accept");
  return !accept || accept->contains("simple.v1+json") || accept->contains("simple.latest+json") ||
         accept->contains("*/*");
}

struct Pages::Upstream {
  Url url;
  net::ResponseHead head;
  std::string type;
  Scratch body;
  bool was_read;                     ///< while it came in
  std::optional<PageAnswer> answer;  ///< already, where there is nothing to read
};

/// Reads a long page while it comes in: one thread reads, one writes.
class Pages::Following {
 public:
  /// Writes to `client`, if there is one, as soon as it can.
  Following(Pages& pages, const net::Request& request, const PageSource& source, net::ResponseWriter* client)
      : pages_(pages), request_(request), source_(source), client_(client) {}

  bool follows(const net::ResponseHead& head) const {
    return request_.method == "GET" && head.status == 200 && head.content_encoding().empty() &&
           format_of(head.headers.find("Content-Type").value_or("")) == PageFormat::json;
  }
  Result<void> read(BytesView piece) {
    if (!state_) {
      const bool json = accepts_json(request_.headers);
      state_.emplace(pages_, json ? PageFormat::json : PageFormat::html, source_);
      if (json && client_ != nullptr) state_->page.send_to(*client_);
    }
    return state_->reader.read(piece);
  }
  /// After all of it was read.
  Result<PageAnswer> finish() {
    const PageHead head = TRY(state_->reader.finish());
    TRY(state_->batches.finish());
    return state_->page.finish(head);
  }

 private:
  using Entry = std::pair<IndexFile, std::optional<Url>>;
  struct State {
    State(Pages& pages, PageFormat to, const PageSource& source)
        : page(pages.written_as(to, source)),
          batches([this](Entry&& entry) { return page.add(entry.first, entry.second); }),
          reader(
              {.file = [this](IndexFile&& file,
                              const PageHead& head) { return batches.add({std::move(file), head.base}); },
               .unreadable = [this](std::string_view name, const Error& why) { page.left_out(name, why); }},
              pages.options_.limits) {}
    WrittenPage page;
    Batches<Entry> batches;
    SimpleJsonReader reader;
  };
  Pages& pages_;
  const net::Request& request_;
  const PageSource& source_;
  net::ResponseWriter* const client_;
  std::optional<State> state_;
};

Pages::Pages(net::HttpClient& client, Listing& listing, Report& report, PageOptions options)
    : client_(client), listing_(listing), report_(report), options_(std::move(options)) {}

Result<Pages::Upstream> Pages::ask(const net::Request& request, std::string accept, std::stop_token stop) {
  PageIntake intake(options_.scratch_folder);
  return ask(request, std::move(accept), intake, std::move(stop));
}

// requests takes every status below 400 for success, so what is neither a page nor a redirect must be an
// error.
Result<Pages::Upstream> Pages::ask(const net::Request& request, std::string accept, PageIntake& intake,
                                   std::stop_token stop) {
  const Url url = request.url.address();
  net::ResponseHead head =
      TRY(client_.fetch({request.method, url, request_headers(request.headers, std::move(accept))}, intake,
                        {.body_bytes = options_.limits.bytes, .decode = true}, std::move(stop)));
  const bool was_read = TRY(intake.was_read());
  Upstream upstream{
      url,      head, std::string(head.headers.find("Content-Type").value_or("")), std::move(intake).take(),
      was_read, {}};
  const std::string host = printable(url.host());
  if (net::is_redirect(head.status)) {
    const Url target = TRY(url.resolve(head.headers.find("Location").value_or(""))).address();
    if (!options_.is_judged(target)) {
      return fail(kRedirect, host + " redirects to " + printable(target.origin().to_string()) +
                                 ", where files are not judged");
    }
    // Poetry reads whatever it was led to as a page: a file is none, whoever vouches for it.
    const Route to = route_of(target, options_.indexes);
    if (std::holds_alternative<FileRoute>(to) || std::holds_alternative<MetadataRoute>(to)) {
      return fail(kRedirect, host + " redirects who asks for a page to a file");
    }
    upstream.answer = PageAnswer{.status = head.status, .headers = {{"Location", target.to_string()}}};
  } else if (head.status >= 400) {
    if (head.status == 401) report_.unauthorized(url.origin().host_and_port());
    upstream.answer = status_of(head);
  } else if (head.status != 200 && head.status != 203) {  // 203: some proxy on the way changed the headers
    return fail(kGuardRequest, "the answer of " + host + " has status " + std::to_string(head.status) +
                                   ", which is neither success nor failure");
  } else if (const std::string encoding = head.content_encoding(); !encoding.empty()) {
    return fail(kGuardEncoding, "the page came encoded as " + printable(encoding));
  }
  return upstream;
}

WrittenPage Pages::written_as(PageFormat format, const PageSource& source) {
  return WrittenPage(format, source, options_.scratch_folder, listing_, report_, options_.is_judged);
}

Result<PageAnswer> Pages::written_page(const net::Request& request, const Upstream& upstream, PageFormat from,
                                       const PageSource& source) {
  const PageFormat to = accepts_json(request.headers) ? from : PageFormat::html;
  if (request.method == "HEAD") return PageAnswer::of_type(content_type_of(to));
  // One at a time: a page of 64 MB takes as much memory while it is read.
  const std::unique_lock turn =
      upstream.body.is_large() ? std::unique_lock(large_) : std::unique_lock<std::mutex>();
  WrittenPage page = written_as(to, source);
  const PageFiles files{
      .file = [&page](IndexFile&& listed, const PageHead& head) { return page.add(listed, head.base); },
      .unreadable = [&page](std::string_view name, const Error& why) { page.left_out(name, why); }};
  PageHead head;
  TRY(upstream.body.read([&](BytesView bytes) -> Result<void> {
    const auto read = from == PageFormat::json ? &read_simple_json : &read_simple_html;
    head = TRY(read(bytes, files, options_.limits));
    return {};
  }));
  return page.finish(head);
}

Result<PageAnswer> Pages::project(const net::Request& request, const PageRoute& route,
                                  net::ResponseWriter& response) {
  const std::string address = request.url.to_string();
  const auto is_held = [&] {
    const std::lock_guard lock(mutex_);
    return held_.contains(address);
  };
  Result<PageAnswer> answer = project(request, route, is_held() ? nullptr : &response, response.stop_token());
  if (!answer && response.head_sent()) {
    const std::lock_guard lock(mutex_);
    held_.insert(address);
  }
  return answer;
}

Result<PageAnswer> Pages::project(const net::Request& request, const PageRoute& route,
                                  net::ResponseWriter* client, std::stop_token stop) {
  const bool json = accepts_json(request.headers);
  const PageSource source{request.url.address(), route.index, route.project, route.project.normalized()};
  Following following(*this, request, source, client);
  PageIntake intake(
      options_.scratch_folder, [&](const net::ResponseHead& head) { return following.follows(head); },
      [&](BytesView piece) { return following.read(piece); });
  Upstream upstream =
      TRY(ask(request, std::string(json ? kAcceptBoth : kAcceptHtml), intake, std::move(stop)));
  if (upstream.answer) return *std::move(upstream.answer);
  if (upstream.was_read) return following.finish();
  const auto format = format_of(upstream.type);
  if (!format) {
    return fail(kGuardRequest, "the answer of " + printable(upstream.url.host()) + " is no page of " +
                                   route.project.normalized());
  }
  return written_page(request, upstream, *format, source);
}

Result<PageAnswer> Pages::list_of(const net::Request& request, const Upstream& upstream, PageFormat from) {
  const PageFormat to = accepts_json(request.headers) ? from : PageFormat::html;
  PageAnswer answer = PageAnswer::of_type(content_type_of(to));
  if (request.method == "HEAD") return answer;
  const std::lock_guard turn(large_);
  TRY(upstream.body.read([&](BytesView bytes) -> Result<void> {
    const auto read = from == PageFormat::json ? &read_project_list_json : &read_project_list_html;
    answer.front = write_project_list(to, TRY(read(bytes, options_.limits)));
    return {};
  }));
  return answer;
}

Result<PageAnswer> Pages::list(const net::Request& request, std::stop_token stop) {
  const bool json = accepts_json(request.headers);
  Upstream upstream = TRY(ask(request, std::string(json ? kAcceptBoth : kAcceptHtml), std::move(stop)));
  if (upstream.answer) return *std::move(upstream.answer);
  const auto format = format_of(upstream.type);
  if (!format)
    return fail(kGuardRequest, "the answer of " + printable(upstream.url.host()) + " is no list of projects");
  return list_of(request, upstream, *format);
}

Result<PageAnswer> Pages::legacy(const net::Request& request, const LegacyRoute& route,
                                 std::stop_token stop) {
  Upstream upstream = TRY(ask(request, "application/json", std::move(stop)));
  if (upstream.answer) return *std::move(upstream.answer);
  if (bare_type(upstream.type) != "application/json") {
    return fail(kGuardRequest, "the answer of " + printable(upstream.url.host()) + " about " +
                                   route.project.normalized() + " is no JSON");
  }
  PageAnswer answer = PageAnswer::of_type("application/json");
  if (request.method == "HEAD") return answer;
  const std::lock_guard turn(large_);
  TRY(upstream.body.read([&](BytesView bytes) -> Result<void> {
    answer.front = TRY(rewrite_legacy_json(
        bytes, upstream.url, route.project,
        // It does not say which files are attested: that is looked up on the project's page when they are
        // asked for.
        [&](const PageFile& file) { return Listing::expect_judged(file, options_.is_judged); },
        [&](std::string_view name, const Error& why) {
          report_.left_out(route.project.normalized(), std::string(name), why.message());
        },
        options_.limits));
    return {};
  }));
  return answer;
}

Result<PageAnswer> Pages::other(const net::Request& request, std::stop_token stop) {
  Upstream upstream =
      TRY(ask(request, std::string(request.headers.find("Accept").value_or(kAcceptAny)), std::move(stop)));
  if (upstream.answer) return *std::move(upstream.answer);
  if (const auto format = format_of(upstream.type)) {
    return written_page(request, upstream, *format, {upstream.url, {}, {}, upstream.url.shown()});
  }
  report_.tunnelled(upstream.url.shown());
  // Under a type that no installer reads as a page.
  PageAnswer answer{.headers = {{"Content-Type", "application/octet-stream"}}};
  if (request.method != "HEAD") answer.body = std::move(upstream.body);
  return answer;
}

}  // namespace tomme::guard
