#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "app/installers/findings.h"
#include "core/encoding/json.h"

// The readers know keys; installers learn new ones. So that a key nobody has heard of brings nothing in,
// every document is walked through as a whole: what in it could lead to code must have been taken by a
// reader.
namespace tomme::guard {

/// Dotted keys below the root of what is walked: `*` is any one key, lists do not count.
using KeyPatterns = std::span<const std::string_view>;

struct KnownKeys {
  KeyPatterns harmless = {};  ///< they lead nowhere, and what stands below is not looked at
  KeyPatterns by_name = {};   ///< their tables have names of projects, extras or groups for keys
};

/// Watches every text and key that holds a URL or a `NAME @ PLACE`, and every text of a key that names a
/// source: `path`, `git`, ... `where` names the root: "x.toml, [tool.uv]".
void watch_texts(Findings& findings, const json::Value& root, const std::string& where,
                 const KnownKeys& known = {});

/// A lock without the lists that tomme reads, but with others: they may be the same under another name.
/// `known` are the lists that are read or lead nowhere.
Result<void> expect_no_other_lists(Findings& findings, const json::Value& lock, const std::string& path,
                                   std::initializer_list<std::string_view> known);

}  // namespace tomme::guard
