#include "tuf_roles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme::tuf;
  const auto file = read_role<Root>(data, size);
  if (!file) return 0;
  const Root& root = file->value;
  for (const auto& [id, key] : root.keys) {
    const bool usable = key.public_key() != nullptr || key.oidc_signer() != nullptr;
    require(usable == key.why_unusable().empty() && usable != key.counted_as().starts_with("unusable:"));
    require(key.id().value().size() == 64);
  }
  for (const RoleKeys* role : {&root.root, &root.timestamp, &root.snapshot, &root.targets}) {
    verify(*file, root.keys, *role);
  }
  return 0;
}
