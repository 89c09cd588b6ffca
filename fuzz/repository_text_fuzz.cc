#include <cstdint>
#include <cstdlib>

#include "app/repository/bin_text.h"
#include "app/repository/envelope.h"

namespace {

using namespace tomme;
using namespace tomme::repository;

void require(bool claim) {
  if (!claim) std::abort();
}

/// How many entries there are; nothing where they are not all in order and form.
std::optional<std::size_t> count(std::string_view entries) {
  EntryReader reader(entries);
  for (std::size_t n = 0;; ++n) {
    const auto entry = reader.next();
    if (!entry) return std::nullopt;
    if (!*entry) return n;
  }
}

/// A change to entries that can be read leaves entries that can be read, and undone leaves them as they were.
void splice(std::string_view entries) {
  const auto before = count(entries);
  const Change set = *Change::set("m/\"x\\", *TargetFile::make(1, Sha256{}));
  const Change remove = *Change::remove("m/\"x\\");
  const Change* const sets[] = {&set};
  const Change* const removes[] = {&remove};
  const auto with = merge_entries(entries, sets);
  require(with.has_value() == before.has_value());
  if (!with) return;
  require(count(with->text) == with->count);
  const auto without = merge_entries(with->text, removes);
  require(without && without->count + 1 == with->count && count(without->text) == without->count);
  if (with->count == *before + 1) require(without->text == entries);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  const auto envelope = tuf::SignedText::split(text);
  const std::string_view signed_part = envelope ? envelope->signed_part : text;
  if (const auto bin = BinText::parse(signed_part)) splice(bin->entries);
  splice(text);
  return 0;
}
