#pragma once

#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/packaging/page_file.h"

namespace tomme {

/// PyPI's older JSON API (`/pypi/NAME[/VERSION]/json`), which Poetry and PDM read, written anew from what was
/// read of it: of `info` what those two take, of `urls` and `releases` the files that `keep` lets pass.
/// `requires_dist` is always null: it would be the index's word where a judged wheel has its own, and both
/// then read the wheel.
///
/// `page` is the address that was asked. Fails with kPageInvalid, kPageTooLarge or kJsonInvalid, or where the
/// answer is about another project.
Result<std::string> rewrite_legacy_json(
    BytesView answer, const Url& page, const ProjectName& project,
    const std::function<Result<void>(const PageFile&)>& keep,
    const std::function<void(std::string_view name, const Error&)>& left_out, const PageLimits& limits = {});

}  // namespace tomme
