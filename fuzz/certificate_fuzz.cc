// A certificate that was read keeps its promises: views lie inside it, and what is written from them can be
// read.
#include <cstdlib>

#include "core/crypto/certificate.h"
#include "core/encoding/der.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

bool inside(tomme::BytesView part, tomme::BytesView whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  Result<Certificate> read = Certificate::parse(BytesView(data, size));
  if (!read) return 0;
  const Certificate& certificate = *read;
  require(certificate.der().size() == size);
  for (BytesView part : {certificate.tbs(), certificate.serial(), certificate.issuer(), certificate.subject(),
                         certificate.subject_key_id(), certificate.authority_key_id()}) {
    require(inside(part, certificate.der()));
  }
  require(!certificate.path_length() || certificate.is_ca());
  require(certificate.validity().contains(certificate.validity().start));
  require(!certificate.describe().empty());
  Bytes precertificate = certificate.precertificate_tbs();
  require(precertificate.size() <= certificate.tbs().size());
  der::Reader outer(precertificate);
  require(outer.sequence().has_value() && outer.at_end());
  static_cast<void>(certificate.verify_signed_by(certificate.key()));
  return 0;
}
