#include "app/guard/page.h"

#include "app/guard/errors.h"
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
constexpr std::size_t kPiece = 64 * 1024;

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

/// "git+https://h/x@v1#egg=demo-1", which pip takes for a version by its fragment alone. No installer of
/// today takes an `.egg`.
bool is_named_by_fragment(std::string_view address) {
  const std::size_t hash = std::min(address.find('#'), address.size());
  return address.substr(hash).contains("egg=") && !address.substr(0, hash).ends_with(".egg");
}

PageAnswer written(std::string_view type) {
  // Ours to say: what an installer keeps of this page is of use as long as this run.
  return {.headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "max-age=600"}}};
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

Result<void> PageAnswer::send(net::ResponseWriter& response) const {
  const std::uint64_t length = front.size() + (body ? body->size() : 0) + back.size();
  TRY(response.head(status, reason, headers, length));
  if (!front.empty()) TRY(response.write(bytes_of(front)));
  if (body && body->size() > 0) TRY(body->send(response));
  if (!back.empty()) TRY(response.write(bytes_of(back)));
  return {};
}

struct Pages::Upstream {
  Url url;
  net::ResponseHead head;
  std::string type;
  Scratch body;
  std::optional<PageAnswer> answer;  ///< already, where there is nothing to read
};

/// Whose page it is.
struct Pages::Source {
  std::optional<Url> index;
  std::optional<ProjectName> project;
  std::string name;  ///< for the report
};

Pages::Pages(net::HttpClient& client, Listing& listing, Report& report, PageOptions options)
    : client_(client), listing_(listing), report_(report), options_(std::move(options)) {}

// requests takes every status below 400 for success, so what is neither a page nor a redirect must be an
// error.
Result<Pages::Upstream> Pages::ask(const net::Request& request, std::string accept, std::stop_token stop) {
  const Url url = request.url.address();
  ScratchSink sink(options_.scratch_folder);
  net::ResponseHead head =
      TRY(client_.fetch({request.method, url, request_headers(request.headers, std::move(accept))}, sink,
                        {.body_octets = options_.limits.bytes, .decode = true}, std::move(stop)));
  Upstream upstream{
      url, head, std::string(head.headers.find("Content-Type").value_or("")), std::move(sink).take(), {}};
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
  } else if (head.status != 200) {
    return fail(kGuardRequest, "the answer of " + host + " has status " + std::to_string(head.status) +
                                   ", which is neither success nor failure");
  } else if (const std::string encoding = head.content_encoding(); !encoding.empty()) {
    return fail(kGuardEncoding, "the page came encoded as " + printable(encoding));
  }
  return upstream;
}

Result<PageAnswer> Pages::written_page(const net::Request& request, const Upstream& upstream, PageFormat from,
                                       const Source& source) {
  const PageFormat to = accepts_json(request.headers) ? from : PageFormat::html;
  PageAnswer answer = written(content_type_of(to));
  if (request.method == "HEAD") return answer;
  // One at a time: a page of 64 MB takes some hundred while it is read.
  const std::unique_lock turn =
      upstream.body.is_large() ? std::unique_lock(large_) : std::unique_lock<std::mutex>();
  PageWriter writer(to, source.project);
  Scratch body(options_.scratch_folder);
  const auto left_out = [&](std::string_view name, const Error& why) {
    if (!is_no_distribution(name)) report_.left_out(source.name, std::string(name), why.message());
  };
  const auto not_listed = [&](const IndexFile& listed, const Error& why) {
    if (!is_no_distribution(listed.filename) || !is_named_by_fragment(listed.url))
      return left_out(listed.filename, why);
    report_.left_out(source.name, shown_address(listed.url), why.message());
  };
  const PageFiles files{
      .file = [&](IndexFile&& listed, const PageHead& head) -> Result<void> {
        const Result<PageFile> file = PageFile::make(listed, head, upstream.url, source.project);
        const Result<void> added = file ? listing_.add(*file, source.index, options_.is_judged)
                                        : Result<void>(std::unexpected(file.error()));
        if (!added) {
          if (file) left_out(file->name(), added.error());
          if (!file) not_listed(listed, added.error());
          return {};
        }
        writer.add(*file);
        return writer.size() < kPiece ? Result<void>() : body.append(writer.take());
      },
      .unreadable = left_out};
  PageHead head;
  TRY(upstream.body.read([&](BytesView bytes) -> Result<void> {
    const auto read = from == PageFormat::json ? &read_simple_json : &read_simple_html;
    head = TRY(read(bytes, files, options_.limits));
    return {};
  }));
  TRY(body.append(writer.take()));
  if (head.status && source.project) report_.project_status(source.project->normalized(), *head.status);
  answer.front = writer.head(head);
  answer.body = std::move(body);
  answer.back = writer.tail(head);
  return answer;
}

Result<PageAnswer> Pages::project(const net::Request& request, const PageRoute& route, std::stop_token stop) {
  const bool json = accepts_json(request.headers);
  Upstream upstream = TRY(ask(request, std::string(json ? kAcceptBoth : kAcceptHtml), std::move(stop)));
  if (upstream.answer) return *std::move(upstream.answer);
  const auto format = format_of(upstream.type);
  if (!format) {
    return fail(kGuardRequest, "the answer of " + printable(upstream.url.host()) + " is no page of " +
                                   route.project.normalized());
  }
  return written_page(request, upstream, *format, {route.index, route.project, route.project.normalized()});
}

Result<PageAnswer> Pages::list_of(const net::Request& request, const Upstream& upstream, PageFormat from) {
  const PageFormat to = accepts_json(request.headers) ? from : PageFormat::html;
  PageAnswer answer = written(content_type_of(to));
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
  PageAnswer answer = written("application/json");
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
    return written_page(request, upstream, *format, {{}, {}, upstream.url.shown()});
  }
  report_.tunnelled(upstream.url.shown());
  // Under a type that no installer reads as a page.
  PageAnswer answer{.headers = {{"Content-Type", "application/octet-stream"}}};
  if (request.method != "HEAD") answer.body = std::move(upstream.body);
  return answer;
}

}  // namespace tomme::guard
