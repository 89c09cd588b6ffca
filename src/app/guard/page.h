#pragma once

#include <functional>
#include <optional>

#include "core/base/result.h"
#include "core/packaging/simple_page.h"
#include "io/net/message.h"

namespace tomme::guard {

/// What of an installer's headers goes to the index with its request for a page: nothing that would make the
/// answer partial or encoded.
net::Headers page_request_headers(const net::Headers& from);

/// Reads what an index answered with, as it must be before an installer may have it:
///   * a page of the simple API is returned;
///   * nothing is returned for a redirect to where files are judged, for statuses that are errors, for the
///   list
///     of all projects, and for PyPI's older JSON if all its files lie where files are judged: they go on as
///     they came;
///   * anything else is refused: kRedirect, kGuardElsewhere, kGuardEncoding, kGuardRequest.
Result<std::optional<SimplePage>> read_page(const net::Request& request, const net::Response& answer,
                                            const std::function<bool(const net::Url&)>& is_judged);

/// What goes on to the installer with an answer that `read_page` took: the type without parameters that would
/// have it read otherwise, a redirect's target as we read it.
Result<net::Headers> page_answer_headers(const net::Url& asked, const net::ResponseHead& head);

}  // namespace tomme::guard
