#include "core/tuf/canonical_snapshot.h"
#include "tuf_roles.h"

/// What is read without a tree is what the tree has.
static void compare(const tomme::tuf::Signed<tomme::tuf::Snapshot>* whole, std::string_view text) {
  using namespace tomme::tuf;
  const auto quick = CanonicalSnapshot::read(text);
  if (!quick) return;
  require(whole != nullptr && quick->canonical == whole->canonical);
  require(quick->value.to_canonical().value() == whole->canonical);
  require(quick->signatures.size() == whole->signatures.size());
  for (std::size_t i = 0; i < whole->signatures.size(); ++i) {
    require(quick->signatures[i].keyid == whole->signatures[i].keyid);
    require(quick->signatures[i].hex == whole->signatures[i].hex);
  }
  require(!quick->value.meta.first_step_back(whole->value.meta));
  require(!whole->value.meta.first_step_back(quick->value.meta));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme::tuf;
  const auto file = read_role<Snapshot>(data, size);
  if (size <= 1 << 16) compare(file ? &*file : nullptr, tomme::text_of({data, size}));
  if (!file) return 0;
  for (const auto& [name, listed] : file->value.meta) {
    require(file->value.meta.find(name)->version == listed.version);
    require(listed.version.value() >= 1);
  }
  return 0;
}
