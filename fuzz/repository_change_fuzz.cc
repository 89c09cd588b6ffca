#include "app/repository/bin_text.h"
#include "app/repository/layout.h"
#include "app/repository/target.h"
#include "claims.h"
#include "core/encoding/json.h"
#include "core/tuf/metadata.h"

namespace {

using namespace tomme;
using namespace tomme::repository;

const Time kExpires = time_from_civil(2030, 1, 31, 12, 0, 0).value();

/// What is written into a bin is read from it again, and the bin is the canonical form of its JSON.
void check_entry(const Change& change) {
  std::string entries;
  append_entry(entries, change.path(), *change.file());
  EntryReader reader(entries);
  const EntryView entry = reader.next().value().value();
  require(entry.text == entries && !reader.next().value());
  require(compare_escaped(entry.path, change.path()) == 0);
  const Change again = change_of(entry).value();
  require(again.path() == change.path() && again.file() == change.file());

  const std::string bin = render_bin("bins-0", entries, 7, kExpires);
  const json::Value value = json::parse(bin).value();
  require(json::to_olpc_canonical(value).value() == bin);
  const tuf::Targets targets = tuf::Targets::parse(value).value();
  const tuf::TargetFile* listed = targets.targets.find(change.path());
  require(targets.targets.size() == 1 && listed != nullptr && listed->length == change.file()->length());
  require(targets.version.value() == 7 && targets.expires == kExpires);
  const BinText read = BinText::parse(bin).value();
  require(read.entries == entries && read.version == 7 && read.expires == kExpires);
}

/// A target's file is below its folder, under a name that begins with its digest.
void check_key(const Change& change) {
  const auto key = target_key(change.path(), change.file()->sha256());
  if (!key) return require_sentence(key.error());
  require(key->text().starts_with("targets/") && !("/" + key->text() + "/").contains("/../"));
  require(key->text().contains("/" + change.file()->sha256().to_hex() + "."));
}

}  // namespace

// A change as the queue has it: the path, a byte of zeros, what is custom. The path also as a stored
// file's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [path, custom] = two_texts(data, size);
  if (const auto name = read_metadata_key(path))
    require(metadata_key(name->role, name->version).text() == path);
  auto file = TargetFile::make(size, sha256({data, size}), custom);
  if (!file) {
    require_sentence(file.error());
    return 0;
  }
  const auto change = Change::set(path, *std::move(file));
  if (!change) {
    require_sentence(change.error());
    return 0;
  }
  check_entry(*change);
  check_key(*change);
  return 0;
}
