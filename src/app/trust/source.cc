#include "app/trust/source.h"

#include "core/sigstore/builtin_roots.h"
#include "core/tuf/names.h"
#include "core/tuf/paths.h"
#include "io/remote/tuf_mirror.h"

namespace tomme::trust {

Result<Source> Source::of(std::string_view mirror) {
  TRY(check_mirror_address(mirror));
  while (mirror.ends_with('/')) mirror.remove_suffix(1);
  Source source{.mirror = std::string(mirror)};
  if (mirror == kPublicMirror) {
    source.first_root = public_good_tuf_root();
    source.built_in = &public_good_root;
  } else if (mirror == kStagingMirror) {
    source.first_root = staging_tuf_root();
    source.built_in = &staging_root;
  }
  return source;
}

std::string Source::folder_name() const {
  const Result<tuf::TargetPath> quotable = tuf::TargetPath::parse(mirror);
  return quotable ? tuf::local_target_name(*quotable) : "none";  // an address of a mirror always is
}

}  // namespace tomme::trust
