#include "app/installers/walk.h"

#include <algorithm>
#include <array>
#include <vector>

#include "app/installers/tables.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

bool names_a_source(std::string_view key) {
  constexpr std::array<std::string_view, 14> kKeys{"path", "paths", "url",        "git",     "hg",
                                                   "svn",  "bzr",   "file",       "files",   "directory",
                                                   "vcs",  "tree",  "find-links", "editable"};
  return std::ranges::find(kKeys, key) != kKeys.end();
}

bool may_lead_somewhere(std::string_view text) {
  if (text.contains("://") || ascii::to_lower(trim(text).substr(0, 5)) == "file:") return true;
  if (!text.contains('@')) return false;
  return text.contains(" @") || text.contains("@ ") || local_path_of(text).has_value();
}

class Walk {
 public:
  Walk(Findings& findings, const std::string& where, const KnownKeys& known)
      : findings_(findings), where_(where), known_(known) {}

  void value(const json::Value& here, bool is_source) {
    if (const std::string* text = here.text()) {
      if (!text->empty() && (is_source || may_lead_somewhere(*text))) watch(*text);
    }
    for (const json::Value& item : items_of(&here)) entry(item, is_source);
    const bool by_name = matches(known_.by_name);
    for (const json::Member& member : members_of(&here)) {
      keys_.push_back(member.name);
      if (!matches(known_.harmless)) {
        // Some iterate over a table where a list belongs, and take its keys.
        if (may_lead_somewhere(member.name)) watch(member.name);
        value(member.value, !by_name && names_a_source(member.name));
      }
      keys_.pop_back();
    }
  }

 private:
  /// An item of a list: many say what they are about.
  void entry(const json::Value& item, bool is_source) {
    const std::string_view before = about_;
    if (const auto name = text_at(item, "name")) about_ = *name;
    value(item, is_source);
    about_ = before;
  }

  void watch(std::string_view text) {
    if (!findings_.is_taken(text)) findings_.watch(text, place());
  }

  bool matches(KeyPatterns patterns) const {
    return std::ranges::any_of(patterns, [&](std::string_view pattern) {
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        const std::size_t dot = pattern.find('.');
        const std::string_view key = pattern.substr(0, dot);
        if (key != "*" && key != keys_[i]) return false;
        if (dot == std::string_view::npos) return i + 1 == keys_.size();
        pattern.remove_prefix(dot + 1);
      }
      return false;
    });
  }

  std::string place() const {
    std::string text = where_;
    for (std::size_t i = 0; i < keys_.size(); ++i) text += (i == 0 ? " " : ".") + shown_address(keys_[i]);
    return about_.empty() ? text : text + " of " + shown_address(about_);
  }

  Findings& findings_;
  const std::string& where_;
  const KnownKeys& known_;
  std::vector<std::string_view> keys_;
  std::string_view about_;  ///< the name in the innermost entry that has one
};

}  // namespace

void watch_texts(Findings& findings, const json::Value& root, const std::string& where,
                 const KnownKeys& known) {
  Walk(findings, where, known).value(root, false);
}

Result<void> expect_no_other_lists(Findings& findings, const json::Value& lock, const std::string& path,
                                   std::initializer_list<std::string_view> known) {
  for (const json::Member& member : members_of(&lock)) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    const auto is_table = [](const json::Value& item) { return item.object() != nullptr; };
    if (!std::ranges::any_of(items_of(&member.value), is_table)) continue;
    TRY(findings.unproven("a list that tomme does not know how to read",
                          path + ", " + shown_address(member.name),
                          "write the lock file anew with the installer that is to read it"));
  }
  return {};
}

}  // namespace tomme::guard
