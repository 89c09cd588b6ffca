#include <cstdlib>
#include <string>

#include "core/encoding/text.h"
#include "core/transparency/note.h"

namespace {

using namespace tomme;

std::string write(const SignedNote& note) {
  std::string out = note.text + "\n";
  for (const SignedNote::Signature& signature : note.signatures) {
    Bytes bytes(signature.hint.begin(), signature.hint.end());
    append(bytes, signature.bytes);
    out += "\xe2\x80\x94 " + signature.name + " " + encode_base64(bytes) + "\n";
  }
  return out;
}

std::string write(const Checkpoint& checkpoint) {
  std::string out = checkpoint.origin + "\n" + std::to_string(checkpoint.size.value()) + "\n" +
                    encode_base64(checkpoint.root.view()) + "\n";
  for (const std::string& line : checkpoint.extensions) out += line + "\n";
  return out;
}

const PublicKey& fresh_key() {
  static const PublicKey key = PrivateKey::generate(KeyType::ed25519).value().public_key();
  return key;
}

}  // namespace

/// A note and a checkpoint have one form each: what was read is written the same. Nobody signed with our key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  if (auto checkpoint = Checkpoint::parse(text); checkpoint && write(*checkpoint) != text) std::abort();
  const auto note = SignedNote::parse(text);
  if (!note) return 0;
  if (write(*note) != text) std::abort();
  if (auto checkpoint = Checkpoint::parse(note->text); checkpoint && write(*checkpoint) != note->text)
    std::abort();
  NoteKey key = NoteKey::make(note->signatures.front().name, fresh_key());
  if (verify_note(*note, key) || verify_cosignature(*note, key.name(), fresh_key())) std::abort();
  SignedNote ours = *note;
  ours.signatures.front().hint = key.hint();
  if (verify_note(ours, key)) std::abort();
  return 0;
}
