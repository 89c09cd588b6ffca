#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/packaging/simple_page.h"

/// What the JSON and the HTML page have in common.
namespace tomme::page {

std::unexpected<Error> too_large(std::size_t bytes, const PageLimits& limits);
std::unexpected<Error> too_many_files(const PageLimits& limits);

/// "1.anything".
Result<void> check_api_version(std::string_view version);

/// 64 hexadecimal digits in either case, as installers take them.
Result<Sha256> parse_sha256(std::string_view hex);

/// Notes a hash; two that contradict each other are refused.
Result<void> add_hash(IndexFile& file, std::string_view algorithm, std::string_view hex);

/// Checks `file.url`, moves the hashes of its fragment to the hashes, and gives the file name at the end of
/// its path. `base` is the page's <base>, or null.
Result<std::string> settle_url(IndexFile& file, const Url* base);

/// Refuses a URL that leads pip to another distribution than the declared name leads uv.
Result<void> expect_same_file(std::string_view declared, std::string_view in_url);

}  // namespace tomme::page
