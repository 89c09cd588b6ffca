#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/repository/target.h"
#include "core/base/result.h"
#include "core/base/time.h"

/// The metadata of one hash bin as text. Bins are written as the canonical form of their JSON, so that what
/// is signed is what is served, and changed by putting entries between those that are there:
///
///     signed = '{"_type":"targets","expires":"' date '","spec_version":"' version '","targets":{'
///              [ entry *( "," entry ) ] '},"version":' number [ ',"x-tomme-role":' text ] '}'
///     entry  = text ':{' [ '"custom":' object ',' ] '"hashes":{"sha256":"' 64HEX '"},"length":' number '}'
///
/// with the entries in the order of the bytes of their paths (TUF 1.0.34 section 4.5). All that is written
/// now says its role; what earlier versions of this program wrote does not.
namespace tomme::repository {

/// What TUF version our files follow.
inline constexpr std::string_view kSpecVersion = "1.0.34";

/// One entry; borrows from the text it was read from.
struct EntryView {
  std::string_view path;    ///< between its quotes, `"` and `\` escaped
  std::string_view custom;  ///< canonical JSON; empty: none
  std::string_view sha256;  ///< 64 digits
  std::uint64_t length = 0;
  std::string_view text;  ///< all of it, without a comma
};

/// The change that lists what an entry lists.
Result<Change> change_of(const EntryView& entry);

/// Reads entries one after another. What follows is checked, what went before is believed.
class EntryReader {
 public:
  explicit EntryReader(std::string_view entries) : rest_(entries) {}
  /// Nothing behind the last. kRepositoryForm, also where a path is not behind the one before it.
  Result<std::optional<EntryView>> next();

 private:
  std::string_view rest_;
  std::string_view last_path_;
  bool first_ = true;
};

/// The parts of a bin's `signed`; borrows. Its entries are not read.
struct BinText {
  std::uint64_t version = 0;
  Time expires;
  std::string_view entries;
  std::string_view role;  ///< empty where it does not say it

  static Result<BinText> parse(std::string_view signed_part);  ///< kRepositoryForm
};

struct MergedEntries {
  std::string text;
  std::size_t count = 0;
  bool changed = false;  ///< false: `text` is what it was
};

/// Entries with changes in them; `changes` in the order of their paths, each path once.
Result<MergedEntries> merge_entries(std::string_view entries, std::span<const Change* const> changes);

void append_number(std::string& out, std::uint64_t number);
void append_entry(std::string& out, std::string_view path, const TargetFile& file);
/// `role` as BinLayout::name gives it.
std::string render_bin(std::string_view role, std::string_view entries, std::uint64_t version, Time expires);

/// <0, 0 or >0 as the path that `escaped` spells goes before `plain`, is it, or comes behind it.
int compare_escaped(std::string_view escaped, std::string_view plain);
/// The text that stands escaped between quotes in canonical JSON.
std::string unescaped(std::string_view escaped);

}  // namespace tomme::repository
