#include "core/policy/verdict.h"

namespace tomme {

std::string_view describe(NoProof why) {
  switch (why) {
    case NoProof::not_listed:
      return "the index lists no attestation";
    case NoProof::none_elsewhere:
      return "the index lists no attestation, and the other one that was asked has none either";
    case NoProof::on_no_page:
      return "no page of an index lists it";
    case NoProof::impossible:
      break;
  }
  return "no attestation can be for a file of this kind";
}

}  // namespace tomme
