#include "cli/verbs.h"
#include "core/encoding/text.h"
#include "core/sigstore/builtin_roots.h"
#include "io/store/file.h"

namespace tomme::cli {

Result<std::shared_ptr<const TrustedRoot>> load_root(const TrustOptions& options) {
  if (options.staging) return staging_root();
  if (options.trusted_root.empty()) return public_good_root();
  const std::string text = TRY(read_file(options.trusted_root, TrustedRoot::Limits().bytes));
  return std::make_shared<const TrustedRoot>(
      TRY(in(printable(options.trusted_root), TrustedRoot::parse(text))));
}

int worse(int a, int b) {
  const auto weight = [](int code) { return code == 1 ? 3 : code == 3 ? 2 : code == 2 ? 1 : 0; };
  return weight(b) > weight(a) ? b : a;
}

}  // namespace tomme::cli
