#include "core/tuf/paths.h"
#include "tuf_roles.h"

namespace {

using namespace tomme::tuf;

void check_delegations(const Signed<Targets>& file, const Delegations& delegations, const TargetPath& path) {
  for (const Delegation& matched : delegations.matching(path)) {
    require(!matched.name.is_top_level());
    require(delegations.find(matched.name) == matched.keys);
    require(local_metadata_name(matched.name).size() <= 255);
    require(!local_metadata_name(matched.name).contains('/'));
    verify(file, delegations.keys, *matched.keys);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = read_role<Targets>(data, size);
  if (!file) return 0;
  for (const auto& [name, target] : file->value.targets) {
    require(!target.hashes.empty());
    const auto path = TargetPath::parse(name);
    if (!path) continue;
    const std::string local = local_target_name(*path);
    require(local.size() <= 255 && !local.contains('/') && local != "." && local != "..");
    if (const auto request = target_request_path(*path, std::nullopt)) {
      require(!("/" + *request + "/").contains("/../"));
    }
    if (file->value.delegations) check_delegations(*file, *file->value.delegations, *path);
  }
  return 0;
}
