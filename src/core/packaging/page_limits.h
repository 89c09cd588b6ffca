#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/packaging/errors.h"
#include "core/packaging/simple_page.h"

/// What the readers of JSON and of HTML pages refuse in the same words.
namespace tomme::page {

inline Result<void> expect_size(BytesView page, const PageLimits& limits) {
  if (page.size() <= limits.bytes) return {};
  return fail(kPageTooLarge, "the index page has " + std::to_string(page.size()) + " bytes, more than " +
                                 std::to_string(limits.bytes));
}

inline Result<void> expect_room(std::size_t files, const PageLimits& limits) {
  if (files < limits.files) return {};
  return fail(kPageTooLarge, "the index page lists more than " + std::to_string(limits.files) + " files");
}

/// "1.anything".
Result<void> check_api_version(std::string_view version);

}  // namespace tomme::page
