#include "core/tuf/signed_text.h"

#include <algorithm>

#include "core/tuf/scanner.h"

namespace tomme::tuf {

namespace {

constexpr std::size_t kMostSignatures = 64;

std::optional<Signature> take_signature(Scanner& scanner) {
  if (!scanner.take("{\"keyid\":")) return std::nullopt;
  const auto keyid = scanner.take_plain();
  if (!keyid || !scanner.take(",\"sig\":")) return std::nullopt;
  const auto hex = scanner.take_plain();
  if (!hex || !scanner.take("}")) return std::nullopt;
  return Signature{KeyId(std::string(*keyid)), std::string(*hex)};
}

}  // namespace

std::optional<SignedText> SignedText::split(std::string_view file) {
  Scanner scanner(file);
  if (!scanner.take("{\"signatures\":[")) return std::nullopt;
  SignedText out;
  while (!scanner.take("]")) {
    if (out.signatures.size() == kMostSignatures) return std::nullopt;
    if (!out.signatures.empty() && !scanner.take(",")) return std::nullopt;
    std::optional<Signature> next = take_signature(scanner);
    if (!next || std::ranges::find(out.signatures, next->keyid, &Signature::keyid) != out.signatures.end()) {
      return std::nullopt;
    }
    out.signatures.push_back(*std::move(next));
  }
  if (!scanner.take(",\"signed\":") || !file.ends_with('}') || scanner.rest().size() < 2) return std::nullopt;
  out.signed_part = scanner.rest().substr(0, scanner.rest().size() - 1);
  return out;
}

}  // namespace tomme::tuf
