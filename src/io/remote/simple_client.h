#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/project_name.h"
#include "core/packaging/simple_page.h"
#include "core/url/url.h"
#include "io/net/http_client.h"

namespace tomme {

/// A project page together with where it was finally found, which its relative URLs count from.
struct FetchedPage {
  Url url;
  SimplePage page;
};

/// Whether an address may be asked or followed: https, or http on this machine, plus what the caller says.
using MayVisit = std::function<bool(const Url&)>;

/// The project's page on an index ("https://pypi.org/simple/"), JSON preferred, redirects followed (at most
/// 5). kIndexNoProject for 404; kIndexUnavailable for other statuses. `authorization` is sent to the index's
/// own host only; may be empty.
Result<FetchedPage> fetch_project_page(net::HttpClient& client, const Url& index, const ProjectName& project,
                                       std::string_view authorization, const MayVisit& may_visit,
                                       std::stop_token stop = {});

/// Reads a page by its Content-Type: PEP 691 JSON, or HTML. Nothing where it is of neither kind.
Result<std::optional<SimplePage>> parse_page(std::string_view content_type, BytesView body);

/// The text of a listed provenance object. Every failure is kProvenanceUnavailable: listed and not to be had
/// is not the same as absent. At most 8 MiB.
Result<std::string> fetch_provenance(net::HttpClient& client, const Url& url, std::string_view authorization,
                                     const MayVisit& may_visit, std::stop_token stop = {});

/// The provenance that an index has for this file by its Integrity API (PEP 740),
/// `<base>integrity/<project>/<version>/<file>/provenance`; nothing where it has none (404). `base` ends in a
/// slash; no other origin is followed to. kProofsElsewhere where the index did not say. At most 8 MiB.
Result<std::optional<std::string>> fetch_integrity(net::HttpClient& client, const Url& base,
                                                   const DistFilename& filename,
                                                   std::string_view authorization, std::stop_token stop = {});

/// GET with redirects followed inside (at most 5), each of which `may_visit` must allow (kRedirect).
/// `authorization` is dropped on the way to another authority.
Result<net::ResponseHead> fetch_following(net::HttpClient& client, net::Request request, net::BodySink& sink,
                                          const MayVisit& may_visit, const net::FetchLimits& limits,
                                          std::stop_token stop, Url* final_url = nullptr);

}  // namespace tomme
