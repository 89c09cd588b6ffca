#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tomme::guard {

struct IniEntry {
  std::string section;
  std::string name;   ///< in lower case, `_` as `-`, without a leading `--`: as pip normalises names
  std::string value;  ///< lines joined by "\n", outer white space removed
};

/// A pip.conf the way Python's RawConfigParser reads it: `=` or `:`, comments on lines of their own, values
/// continued by deeper indentation, no interpolation, entries of [DEFAULT] in every section, duplicates
/// refused. Own code, because the INI libraries for C++ differ from it in each of these, and a difference is
/// a setting that pip sees and tomme does not. Fails with kGuardConfiguration; `name` stands in the message.
Result<std::vector<IniEntry>> parse_ini(std::string_view text, std::string_view name);

}  // namespace tomme::guard
