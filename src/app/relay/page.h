#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/relay/listing.h"
#include "app/relay/page_intake.h"
#include "app/relay/report.h"
#include "app/relay/route.h"
#include "app/relay/written_page.h"
#include "io/net/http_client.h"

namespace tomme::guard {

struct PageOptions {
  std::function<bool(const Url&)> is_judged;  ///< files and pages there are judged
  std::vector<Url> indexes;                   ///< roots of the Simple API
  std::string scratch_folder;
  PageLimits limits = {};
};

/// Asks an index for what is no file, reads it, and writes it anew (core/packaging/page_write.h). Every file
/// that was written is in the Listing by then. What cannot be written is left out and told to the report.
/// Thread-safe; of pages above Scratch::kInMemory, those that cannot be read while they come in are read one
/// at a time. A long page of JSON goes out while it is written: where that fails, the client's connection is
/// cut, and when it asks again it gets the reason.
///
/// Answers that are neither success nor error, and such that cannot be read, are errors: kGuardRequest,
/// kGuardEncoding, kRedirect, and those of the readers.
class Pages {
 public:
  Pages(net::HttpClient& client, Listing& listing, Report& report, PageOptions options);

  /// `response` may have been begun with when this returns or fails (`head_sent`).
  Result<PageAnswer> project(const net::Request& request, const PageRoute& route,
                             net::ResponseWriter& response);
  Result<PageAnswer> list(const net::Request& request, std::stop_token stop);
  Result<PageAnswer> legacy(const net::Request& request, const LegacyRoute& route, std::stop_token stop);
  /// Anything else: a page of links is written anew like a project's, with files of any project; what is no
  /// page goes on unread, as bytes, and the report names it.
  Result<PageAnswer> other(const net::Request& request, std::stop_token stop);

 private:
  struct Upstream;
  class Following;
  Result<PageAnswer> project(const net::Request& request, const PageRoute& route, net::ResponseWriter* client,
                             std::stop_token stop);
  Result<Upstream> ask(const net::Request& request, std::string accept, std::stop_token stop);
  Result<Upstream> ask(const net::Request& request, std::string accept, PageIntake& intake,
                       std::stop_token stop);
  WrittenPage written_as(PageFormat format, const PageSource& source);
  Result<PageAnswer> written_page(const net::Request& request, const Upstream& upstream, PageFormat from,
                                  const PageSource& source);
  Result<PageAnswer> list_of(const net::Request& request, const Upstream& upstream, PageFormat from);

  net::HttpClient& client_;
  Listing& listing_;
  Report& report_;
  const PageOptions options_;
  std::mutex large_;            // held while a large page is read and written
  std::mutex mutex_;            // guards what follows
  std::set<std::string> held_;  ///< addresses of pages that failed on their way: written whole before they go
};

/// What a page is by its Content-Type; nothing where it is neither.
std::optional<PageFormat> format_of(std::string_view content_type);
/// Whether a client with these headers takes the JSON form of the Simple API.
bool accepts_json(const net::Headers& headers);

}  // namespace tomme::guard
