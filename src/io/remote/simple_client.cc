#include "io/remote/simple_client.h"

#include "core/encoding/text.h"
#include "io/net/errors.h"
#include "io/remote/errors.h"

namespace tomme {

namespace {

constexpr int kMaxRedirects = 5;
constexpr std::uint64_t kProvenanceBytes = 8 * 1024 * 1024;
/// An installer waits 15 s for an answer, and the refusal should come before it gives up.
constexpr std::chrono::milliseconds kProvenanceTime{10'000};
constexpr std::string_view kAcceptPage =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";

/// Hands on all but redirects; those it keeps to itself.
class FinalAnswer final : public net::BodySink {
 public:
  explicit FinalAnswer(net::BodySink& sink) : sink_(sink) {}
  Result<void> head(const net::ResponseHead& head) override {
    redirected_ = net::is_redirect(head.status);
    if (redirected_) return {};
    return sink_.head(head);
  }
  Result<void> body(BytesView bytes) override {
    if (redirected_) return {};
    return sink_.body(bytes);
  }

 private:
  net::BodySink& sink_;
  bool redirected_ = false;
};

class InMemory final : public net::BodySink {
 public:
  Result<void> head(const net::ResponseHead&) override { return {}; }
  Result<void> body(BytesView bytes) override {
    append(bytes_, bytes);
    return {};
  }
  Bytes bytes_;
};

Result<Url> redirect_target(const Url& from, const net::ResponseHead& head) {
  const auto location = head.headers.find("Location");
  if (!location) return fail(kIndexUnavailable, from.host() + " redirects without saying where to");
  return TRY(from.resolve(*location)).address();
}

/// Signed storage behind an index is the usual case: its host is what the person has to name.
std::string hint_of_redirect(const Origin& to) {
  if (!to.is_secure()) return "have it lead to https: over plain http a file can be exchanged on the way";
  return "if the place is right, --file-host " + printable(to.host_and_port()) + " has its files judged";
}

/// A segment of a path: "1.0+local" as "1.0%2Blocal".
std::string in_path(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += kPlain.contains(c) ? std::string(1, c) : std::string{'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

Result<net::ResponseHead> ask_for_provenance(net::HttpClient& client, const Url& url,
                                             std::string_view authorization, const MayVisit& may_visit,
                                             InMemory& answer, std::stop_token stop) {
  net::Request request{"GET", url};
  request.headers.add("Accept", "application/vnd.pypi.integrity.v1+json, application/json;q=0.5");
  if (!authorization.empty()) request.headers.add("Authorization", std::string(authorization));
  return fetch_following(client, std::move(request), answer, may_visit,
                         {.body_bytes = kProvenanceBytes,
                          .connect = kProvenanceTime,
                          .low_speed_time = std::chrono::duration_cast<std::chrono::seconds>(kProvenanceTime),
                          .total = kProvenanceTime,
                          .decode = true},
                         std::move(stop));
}

std::string in_words(unsigned status) {
  const std::string number = "status " + std::to_string(status);
  if (status == 401) return number + ": it wants a user name and a password, and none it accepts was sent";
  if (status == 403) return number + ": it does not let this user read that";
  return number;
}

/// No encoding was asked for; bytes of one are not what they stand for.
std::optional<std::string> encoded(const net::ResponseHead& head) {
  const std::string encoding = head.content_encoding();
  if (encoding.empty()) return std::nullopt;
  return "it comes encoded as " + printable(encoding, 40) + ", which was not asked for";
}

}  // namespace

Result<net::ResponseHead> fetch_following(net::HttpClient& client, net::Request request, net::BodySink& sink,
                                          const MayVisit& may_visit, const net::FetchLimits& limits,
                                          std::stop_token stop, Url* final_url) {
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    if (!may_visit(request.url)) {
      return fail(kRedirect,
                  "the address " + request.url.shown() + " leads to a place where files are not judged",
                  hint_of_redirect(request.url.origin()));
    }
    FinalAnswer final_answer(sink);
    net::ResponseHead head = TRY(client.fetch(request, final_answer, limits, stop));
    if (!net::is_redirect(head.status)) {
      if (final_url) *final_url = request.url;
      return head;
    }
    Url next = TRY(redirect_target(request.url, head));
    if (next.origin() != request.url.origin()) {
      request.headers.remove("Authorization");
      request.headers.remove("Cookie");
    }
    request.url = std::move(next);
  }
  return fail(kIndexUnavailable, "more than " + std::to_string(kMaxRedirects) + " redirects, the last to " +
                                     request.url.shown());
}

Result<std::optional<SimplePage>> parse_page(std::string_view content_type, BytesView body) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  const auto is = [&](std::string_view name) { return net::equal_ignoring_case(type, name); };
  if (is("application/vnd.pypi.simple.v1+json") || is("application/vnd.pypi.simple.latest+json")) {
    return TRY(parse_simple_json(body));
  }
  if (is("application/vnd.pypi.simple.v1+html") || is("application/vnd.pypi.simple.latest+html") ||
      is("text/html") || is("application/xhtml+xml")) {
    return TRY(parse_simple_html(body));
  }
  return std::optional<SimplePage>();
}

Result<FetchedPage> fetch_project_page(net::HttpClient& client, const Url& index, const ProjectName& project,
                                       std::string_view authorization, const MayVisit& may_visit,
                                       std::stop_token stop) {
  const std::string base = index.shown();
  net::Request request{"GET", index.child(project.normalized())};
  request.headers.add("Accept", std::string(kAcceptPage));
  if (!authorization.empty()) request.headers.add("Authorization", std::string(authorization));
  InMemory answer;
  Url final_url = request.url;
  const net::ResponseHead head =
      TRY(fetch_following(client, std::move(request), answer, may_visit, {.decode = true}, stop, &final_url));
  if (head.status == 404) {
    return fail(kIndexNoProject, "the index " + base + " does not have " + project.normalized());
  }
  if (head.status == 401 || head.status == 403) {
    return fail(kIndexDenied, "the index " + base + " answered with " + in_words(head.status));
  }
  if (head.status != 200) {
    return fail(kIndexUnavailable, "the index " + base + " answered with " + in_words(head.status));
  }
  if (const auto why = encoded(head))
    return fail(kIndexUnavailable, "the page of the index " + base + " cannot be read: " + *why);
  auto page = TRY(parse_page(head.headers.find("Content-Type").value_or(""), answer.bytes_));
  if (!page) {
    return fail(kIndexUnavailable, "the answer of the index " + base + " is not a project page");
  }
  return FetchedPage{std::move(final_url), std::move(*page)};
}

Result<std::string> fetch_provenance(net::HttpClient& client, const Url& url, std::string_view authorization,
                                     const MayVisit& may_visit, std::stop_token stop) {
  InMemory answer;
  const auto head = ask_for_provenance(client, url, authorization, may_visit, answer, std::move(stop));
  const auto unavailable = [&](const std::string& why) {
    return fail(kProvenanceUnavailable,
                "the attestation that the index lists at " + url.shown() + " cannot be had: " + why);
  };
  if (!head) return unavailable(head.error().message());
  if (head->status != 200) return unavailable(in_words(head->status));
  if (const auto why = encoded(*head)) return unavailable(*why);
  return std::string(text_of(answer.bytes_));
}

Result<std::optional<std::string>> fetch_integrity(net::HttpClient& client, const Url& base,
                                                   const DistFilename& filename,
                                                   std::string_view authorization, std::stop_token stop) {
  const Url url = TRY(base.resolve("integrity/" + filename.project().normalized() + "/" +
                                   in_path(filename.version().to_string()) + "/" +
                                   in_path(filename.as_written()) + "/provenance"));
  const auto stays = [&](const Url& to) { return to.origin() == base.origin(); };
  InMemory answer;
  const auto head = ask_for_provenance(client, url, authorization, stays, answer, std::move(stop));
  const std::string who =
      base.host() + " could not be asked for the attestation of " + printable(filename.as_written()) + ": ";
  if (!head) return fail(kProofsElsewhere, who + head.error().message());
  if (head->status == 404) return std::nullopt;
  if (head->status != 200) return fail(kProofsElsewhere, who + "status " + std::to_string(head->status));
  return std::string(text_of(answer.bytes_));
}

}  // namespace tomme
