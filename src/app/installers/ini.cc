#include "app/installers/ini.h"

#include <algorithm>
#include <optional>
#include <set>

#include "app/installers/errors.h"
#include "core/encoding/text.h"
#include "core/url/url.h"

namespace tomme::guard {
namespace {

constexpr std::string_view kSpace = " \t\v\f\r\n";

std::string_view strip(std::string_view text) {
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string normalised(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return out.starts_with("--") ? out.substr(2) : out;
}

/// Lines of a file opened as text: LF, CR LF and a lone CR end one.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return lines;
}

class Parser {
 public:
  explicit Parser(std::string_view name) : file_(name) {}

  Result<std::vector<IniEntry>> run(std::string_view text) {
    for (std::string_view line : lines_of(text)) {
      ++number_;
      // Python takes some of them for white space and for ends of lines.
      if (std::ranges::any_of(line, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }))
        return wrong("a control character");
      std::string_view bare = strip(line);
      if (bare.starts_with('#') || bare.starts_with(';')) continue;
      if (bare.empty()) continue;  // an empty line inside a value adds nothing that we look at
      TRY(expect_plain(bare));
      std::size_t indentation = line.find_first_not_of(kSpace);
      if (open_ && indentation > indentation_) {
        entries_[*open_].value += "\n" + std::string(bare);
        continue;
      }
      indentation_ = indentation;
      TRY(header_or_entry(bare));
    }
    TRY(spread_defaults());
    return std::move(entries_);
  }

 private:
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(kGuardConfiguration,
                printable(file_) + ", line " + std::to_string(number_) + ": " + std::string(what));
  }

  /// Python's white space and small letters are Unicode's: a name is read here only where it is ASCII, and a
  /// value where no such space is at its ends.
  Result<void> expect_plain(std::string_view bare) const {
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    const std::string_view name = bare.substr(0, bare.find_first_of("=:"));
    if (std::ranges::all_of(name, is_ascii) && is_ascii(bare.front()) && is_ascii(bare.back()) &&
        is_ascii(strip(bare.substr(std::min(name.size() + 1, bare.size() - 1))).front()))
      return {};
    return wrong("a character that is not ASCII, in a name or at an end of a value");
  }

  Result<void> header_or_entry(std::string_view line) {
    open_.reset();
    std::size_t close = line.rfind(']');
    if (line.starts_with('[') && close != std::string_view::npos && close > 1) {
      section_ = line.substr(1, close - 1);
      if (!sections_.insert(*section_).second && section_ != "DEFAULT")
        return wrong("the section " + shown_address(*section_) + " is there twice");
      return {};
    }
    if (!section_) return wrong("a setting comes before the first section");
    std::size_t delimiter = line.find_first_of("=:");
    if (delimiter == std::string_view::npos || delimiter == 0)
      return wrong("neither a section nor a setting");
    IniEntry entry{*section_, normalised(strip(line.substr(0, delimiter))),
                   std::string(strip(line.substr(delimiter + 1)))};
    if (!known_.emplace(entry.section, entry.name).second)
      return wrong("the setting " + shown_address(entry.name) + " is there twice");
    open_ = entries_.size();
    entries_.push_back(std::move(entry));
    return {};
  }

  Result<void> spread_defaults() {
    constexpr std::size_t kMost = 100'000;
    std::vector<IniEntry> defaults;
    std::ranges::copy_if(entries_, std::back_inserter(defaults),
                         [](const IniEntry& entry) { return entry.section == "DEFAULT"; });
    if (defaults.size() * sections_.size() > kMost)
      return wrong("more settings for all sections than there can be");
    for (const std::string& section : sections_) {
      for (const IniEntry& entry : defaults) {
        if (known_.emplace(section, entry.name).second)
          entries_.push_back({section, entry.name, entry.value});
      }
    }
    return {};
  }

  std::string_view file_;
  std::size_t number_ = 0;
  std::size_t indentation_ = 0;
  std::optional<std::size_t> open_;  ///< the entry that a deeper line continues
  std::optional<std::string> section_;
  std::set<std::string> sections_;
  std::set<std::pair<std::string, std::string>> known_;  ///< section and name of each entry
  std::vector<IniEntry> entries_;
};

}  // namespace

Result<std::vector<IniEntry>> parse_ini(std::string_view text, std::string_view name) {
  return Parser(name).run(text);
}

}  // namespace tomme::guard
