#include "testing/rekor.h"

#include <algorithm>
#include <bit>

#include "core/base/byte_reader.h"
#include "core/encoding/text.h"
#include "testing/keys.h"
#include "testing/must.h"

namespace tomme::testing {

namespace {

using Leaves = std::span<const Bytes>;

/// RFC 6962 section 2.1: the largest power of two below n.
std::size_t split_of(std::size_t n) {
  return std::bit_floor(n - 1);
}

Sha256 root_of(Leaves leaves) {
  if (leaves.size() == 1) return leaf_hash(leaves[0]);
  const std::size_t split = split_of(leaves.size());
  return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

/// RFC 6962 section 2.1.1.
std::vector<Sha256> path_to(std::size_t index, Leaves leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t split = split_of(leaves.size());
  const bool left = index < split;
  auto path = left ? path_to(index, leaves.first(split)) : path_to(index - split, leaves.subspan(split));
  path.push_back(root_of(left ? leaves.subspan(split) : leaves.first(split)));
  return path;
}

std::string host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/:")));
}

}  // namespace

NoteKey RekorLog::note_key() const {
  return NoteKey::make(name.empty() ? host_of(url) : name, key.public_key());
}

Bytes RekorLog::sign(BytesView message) const {
  return must(key.sign(scheme.value_or(key.public_key().default_scheme()), message));
}

KeyHint RekorLog::hint() const {
  KeyHint hint;
  std::ranges::copy_n(log_id().begin(), hint.size(), hint.begin());
  return hint;
}

Bytes RekorLog::log_id() const {
  return to_bytes(version == Version::v1 ? key.public_key().spki_sha256().view() : note_key().id().view());
}

void RekorLog::fill(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(to_bytes(bytes_of("entry " + std::to_string(leaves.size()) + " of somebody else")));
  }
}

LogEntry RekorLog::add(std::string kind, std::string kind_version, Bytes body, Time at) {
  leaves.push_back(body);
  const std::uint64_t index = leaves.size() - 1;
  const bool v1 = version == Version::v1;
  LogEntry entry{LogIndex(index + (v1 ? static_cast<std::uint64_t>(index_offset) : 0)),
                 log_id(),
                 std::move(kind),
                 std::move(kind_version),
                 v1 ? at : Time{},
                 {},
                 prove(index),
                 std::move(body)};
  if (v1) entry.promise = promise_for(entry);
  return entry;
}

Bytes RekorLog::promise_for(const LogEntry& entry) const {
  const std::string payload = "{\"body\":\"" + encode_base64(entry.body) +
                              "\",\"integratedTime\":" + std::to_string(to_unix(entry.integrated_time)) +
                              ",\"logID\":\"" + encode_hex(entry.log_id) +
                              "\",\"logIndex\":" + std::to_string(entry.index.value()) + "}";
  return sign(bytes_of(payload));
}

LogEntry::InclusionProof RekorLog::prove(std::uint64_t index) const {
  return {LogIndex(index), TreeSize(leaves.size()), root(), path_to(index, leaves),
          sign_note(checkpoint_text())};
}

Sha256 RekorLog::root() const {
  return root_of(leaves);
}

std::string RekorLog::checkpoint_text() const {
  const std::string origin = note_key().name() + (version == Version::v1 ? " - " + tree_id : "");
  return origin + "\n" + std::to_string(leaves.size()) + "\n" + encode_base64(root().view()) + "\n";
}

std::string RekorLog::sign_note(const std::string& text) const {
  const NoteKey note = note_key();
  std::string out = text + "\n" + note_line(note.name(), hint(), sign(bytes_of(text)));
  for (const WitnessSigner& witness : witnesses) out += cosignature_line(witness, text);
  return out;
}

std::string note_line(const std::string& name, const KeyHint& hint, BytesView bytes) {
  Bytes all(hint.begin(), hint.end());
  append(all, bytes);
  return "\xe2\x80\x94 " + name + " " + encode_base64(all) + "\n";
}

std::string cosignature_line(const WitnessSigner& witness, const std::string& text) {
  const std::uint8_t separator_and_type[] = {'\n', 4};
  const Sha256 id = sha256(
      {bytes_of(witness.name), BytesView(separator_and_type), witness.key.public_key().ed25519_point()});
  KeyHint hint;
  std::copy_n(id.bytes.begin(), hint.size(), hint.begin());
  const auto seconds = static_cast<std::uint64_t>(to_unix(witness.time));
  Bytes bytes;
  append_uint<8>(bytes, seconds);
  append(bytes, sign(witness.key, bytes_of("cosignature/v1\ntime " + std::to_string(seconds) + "\n" + text)));
  return note_line(witness.name, hint, bytes);
}

}  // namespace tomme::testing
