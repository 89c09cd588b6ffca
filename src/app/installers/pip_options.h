#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "app/installers/arguments.h"
#include "app/installers/findings.h"
#include "core/base/result.h"

// The options of pip that others took over with their names and meanings.
namespace tomme::guard {

/// Of pip, its requirements files, pip-tools and uv.
inline constexpr Option kIndexOptions[] = {
    {"-i", true, Meaning::index},
    {"--index-url", true, Meaning::index},
    {"--extra-index-url", true, Meaning::index},
    {"-f", true, Meaning::find_links},
    {"--find-links", true, Meaning::find_links},
    {"--no-index", false, Meaning::no_index},
    {"--trusted-host", true, Meaning::insecure_host},
};

/// Of pip, pip-tools and uv.
inline constexpr Option kConnectionOptions[] = {
    {"--cert", true, Meaning::refused},
    {"--cache-dir", true, Meaning::refused},
    {"--client-cert", true, Meaning::client_certificate},
};

/// One table of several, in their order.
template <std::size_t... N>
constexpr std::array<Option, (N + ...)> joined(const Option (&... tables)[N]) {
  std::array<Option, (N + ...)> all{};
  auto end = all.begin();
  ((end = std::ranges::copy(tables, end).out), ...);
  return all;
}

/// Takes in what an option of these tables says, with any installer; an option of another meaning says
/// nothing here.
Result<void> collect_index_option(Findings& findings, const Found& option, const std::string& where);

/// Why an option of pip or uv would lead around the proxy, for the message.
std::string_view why_refused(std::string_view flag);

}  // namespace tomme::guard
