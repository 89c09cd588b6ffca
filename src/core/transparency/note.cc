#include "core/transparency/note.h"

#include <algorithm>
#include <charconv>

#include "core/base/byte_reader.h"
#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "core/transparency/errors.h"

namespace tomme {

namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kHintBytes = std::tuple_size_v<KeyHint>;
constexpr std::uint8_t kTypeEd25519 = 0x01;
constexpr std::uint8_t kTypeCosignature = 0x04;
constexpr std::uint8_t kTypeOther = 0xff;
constexpr std::string_view kRsaTypeName = "PKIX-RSA-PKCS#1v1.5";
constexpr std::uint64_t kLastSecond = 253402300799;  // of year 9999

// Unicode's White_Space above U+0020, in UTF-8. No such sequence can begin inside another character.
constexpr std::string_view kWideSpaces[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
                                            "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
                                            "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
                                            "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                            "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

bool is_key_name(std::string_view name) {
  if (name.empty() || name.find_first_of(" +\n") != std::string_view::npos) return false;
  return std::none_of(std::begin(kWideSpaces), std::end(kWideSpaces),
                      [&](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

Result<void> check_characters(std::string_view envelope) {
  if (!is_utf8(envelope)) return fail(kLogCheckpointInvalid, "the note is not UTF-8");
  auto control = std::find_if(envelope.begin(), envelope.end(),
                              [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (control == envelope.end()) return {};
  return fail(kLogCheckpointInvalid, "the note has the control character " +
                                         printable(std::string_view(&*control, 1)) + " at byte " +
                                         std::to_string(control - envelope.begin()));
}

/// The text before the first newline of `rest`, which moves behind it. Every line ends in a newline.
std::string_view take_line(std::string_view& rest) {
  std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

// "— " name " " base64(4 bytes of key id || signature)
Result<SignedNote::Signature> parse_signature_line(std::string_view line) {
  auto malformed = [&](std::string_view what) {
    return fail(kLogCheckpointInvalid,
                "the note's signature line \"" + printable(line, 100) + "\" " + std::string(what));
  };
  if (!line.starts_with(kDash)) return malformed("does not begin with an em dash and a space");
  std::string_view rest = line.substr(kDash.size());
  std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return malformed("has no signature after the name");
  std::string_view name = rest.substr(0, space);
  if (!is_key_name(name)) return malformed("has a name that is empty or holds a space or a plus sign");
  auto bytes = decode_base64(rest.substr(space + 1));
  if (!bytes) return malformed("has a signature that is not canonical base64");
  if (bytes->size() <= kHintBytes) return malformed("has fewer than five bytes of signature");
  SignedNote::Signature signature{std::string(name), {}, {}};
  std::copy_n(bytes->begin(), kHintBytes, signature.hint.begin());
  signature.bytes.assign(bytes->begin() + kHintBytes, bytes->end());
  return signature;
}

Result<std::uint64_t> parse_size(std::string_view line) {
  std::uint64_t size = 0;
  const char* end = line.data() + line.size();
  auto [stop, problem] = std::from_chars(line.data(), end, size);
  bool canonical = problem == std::errc() && stop == end && (line.front() != '0' || line.size() == 1);
  if (!canonical)
    return fail(kLogCheckpointInvalid, "the checkpoint's size \"" + printable(line, 40) +
                                           "\" is not a decimal number below 2^64 without leading zeros");
  return size;
}

Result<Sha256> parse_root(std::string_view line) {
  auto bytes = decode_base64(line);
  if (!bytes || bytes->size() != 32)
    return fail(kLogCheckpointInvalid, "the checkpoint's root hash \"" + printable(line, 60) +
                                           "\" is not the canonical base64 of 32 bytes");
  return Sha256::from_bytes(*bytes);
}

Sha256 named_key_id(std::string_view name, std::uint8_t type, std::string_view type_name, BytesView key) {
  const std::uint8_t separator_and_type[] = {'\n', type};
  return sha256({bytes_of(name), BytesView(separator_and_type), bytes_of(type_name), key});
}

Sha256 note_key_id(std::string_view name, const PublicKey& key) {
  switch (key.type()) {
    case KeyType::ed25519:
      return named_key_id(name, kTypeEd25519, "", key.ed25519_point());
    case KeyType::rsa:
      return named_key_id(name, kTypeOther, kRsaTypeName, key.spki());
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521:
      break;
  }
  return key.spki_sha256();
}

KeyHint hint_of(const Sha256& id) {
  KeyHint hint;
  std::copy_n(id.bytes.begin(), kHintBytes, hint.begin());
  return hint;
}

// C2SP tlog-cosignature: u64 seconds since 1970, then an Ed25519 signature over
// "cosignature/v1\n" "time " decimal "\n" note text.
std::optional<Time> cosigned_at(std::string_view text, BytesView bytes, const PublicKey& key) {
  ByteReader reader(bytes);
  auto seconds = reader.uint<8>();
  if (!seconds || *seconds > kLastSecond) return std::nullopt;
  std::string message = "cosignature/v1\ntime " + std::to_string(*seconds) + "\n";
  message += text;
  if (!key.verify(key.default_scheme(), bytes_of(message), reader.rest())) return std::nullopt;
  return time_from_unix(static_cast<std::int64_t>(*seconds));
}

}  // namespace

Result<SignedNote> SignedNote::parse(std::string_view envelope, const Limits& limits) {
  if (envelope.size() > limits.bytes)
    return fail(kLogCheckpointInvalid, "the note has " + std::to_string(envelope.size()) +
                                           " bytes, more than the " + std::to_string(limits.bytes) +
                                           " allowed");
  TRY(check_characters(envelope));
  // The last blank line, so that a text may hold blank lines but never a signature line that is read as one.
  std::size_t blank = envelope.rfind("\n\n");
  if (blank == std::string_view::npos || blank == 0)
    return fail(kLogCheckpointInvalid, "the note has no text with a blank line after it");
  std::string_view lines = envelope.substr(blank + 2);
  if (lines.empty()) return fail(kLogCheckpointInvalid, "the note has no signature line");
  if (lines.back() != '\n') return fail(kLogCheckpointInvalid, "the note does not end in a newline");
  SignedNote note{std::string(envelope.substr(0, blank + 1)), {}};
  while (!lines.empty()) {
    if (note.signatures.size() == limits.signatures)
      return fail(kLogCheckpointInvalid,
                  "the note has more than the " + std::to_string(limits.signatures) + " signatures allowed");
    note.signatures.push_back(TRY(parse_signature_line(take_line(lines))));
  }
  return note;
}

// C2SP tlog-checkpoint: origin, size, root and any extensions, each a line that is not empty.
Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  if (text.empty() || text.back() != '\n')
    return fail(kLogCheckpointInvalid, "the checkpoint does not end in a newline");
  if (std::count(text.begin(), text.end(), '\n') < 3)
    return fail(kLogCheckpointInvalid, "the checkpoint lacks one of origin, size and root hash");
  std::string_view origin = take_line(text);
  if (origin.empty()) return fail(kLogCheckpointInvalid, "the checkpoint's origin is empty");
  std::uint64_t size = TRY(parse_size(take_line(text)));
  Checkpoint checkpoint{std::string(origin), TreeSize(size), TRY(parse_root(take_line(text))), {}};
  while (!text.empty()) {
    std::string_view extension = take_line(text);
    if (extension.empty()) return fail(kLogCheckpointInvalid, "the checkpoint has an empty extension line");
    checkpoint.extensions.emplace_back(extension);
  }
  return checkpoint;
}

NoteKey::NoteKey(std::string name, PublicKey key, SignatureScheme scheme)
    : name_(std::move(name)), key_(std::move(key)), scheme_(scheme), id_(note_key_id(name_, key_)) {}

NoteKey NoteKey::make(std::string name, PublicKey key) {
  const SignatureScheme scheme = key.default_scheme();
  NoteKey made(std::move(name), std::move(key), scheme);
  made.hints_ = {made.hint()};
  return made;
}

NoteKey NoteKey::of_log(std::string name, PublicKey key, SignatureScheme scheme,
                        const std::vector<BytesView>& ids) {
  NoteKey made(std::move(name), std::move(key), scheme);
  for (const BytesView id : ids) {
    if (id.size() < kHintBytes) continue;
    std::copy_n(id.begin(), kHintBytes, made.hints_.emplace_back().begin());
  }
  return made;
}

KeyHint NoteKey::hint() const {
  return hint_of(id_);
}

Result<void> verify_note(const SignedNote& note, const NoteKey& key) {
  bool found = false;
  for (const SignedNote::Signature& signature : note.signatures) {
    if (signature.name != key.name() || std::ranges::find(key.hints(), signature.hint) == key.hints().end())
      continue;
    if (!key.key().verify(key.scheme(), bytes_of(note.text), signature.bytes)) {
      const bool usual = key.scheme().hash == key.key().default_scheme().hash;
      return fail(
          kSignatureInvalid,
          "the checkpoint's signature by \"" + printable(key.name()) + "\" is not over this checkpoint" +
              (usual ? "" : " by " + std::string(name_of(key.scheme().hash))),
          "the checkpoint was changed, or the log signs in another way than the trust root's keyDetails "
          "say");
    }
    found = true;
  }
  if (found) return {};
  std::string ids;
  for (const KeyHint& hint : key.hints()) ids += (ids.empty() ? "" : " or ") + encode_hex(hint);
  return fail(kLogCheckpointSignature,
              "no signature line is by \"" + printable(key.name()) + "\" with key id " + ids);
}

std::optional<Cosignature> verify_cosignature(const SignedNote& note, const std::string& witness_name,
                                              const PublicKey& key) {
  if (key.type() != KeyType::ed25519) return std::nullopt;
  const KeyHint hint = hint_of(named_key_id(witness_name, kTypeCosignature, "", key.ed25519_point()));
  for (const SignedNote::Signature& signature : note.signatures) {
    if (signature.name != witness_name || signature.hint != hint) continue;
    if (auto time = cosigned_at(note.text, signature.bytes, key)) return Cosignature{witness_name, *time};
  }
  return std::nullopt;
}

}  // namespace tomme
