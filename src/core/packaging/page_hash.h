#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/packaging/simple_page.h"

namespace tomme {

/// Notes a hash that a page gives for a file, under the one name of its algorithm. Algorithms that no
/// installer knows say nothing. Fails with kPageLink where one that is known has no value of its length, or
/// where two contradict each other.
Result<void> add_page_hash(IndexFile& file, std::string_view algorithm, std::string_view hex);

/// The hashes in the fragment of `file.url` ("#sha256=hex&…"); other fields say nothing.
Result<void> add_hashes_of_fragment(IndexFile& file);

}  // namespace tomme
