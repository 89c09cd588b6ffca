#include <string>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/metadata.h"

namespace tomme::tuf {

namespace {

std::string octets_text(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " octet" : " octets");
}

std::unexpected<Error> wrong_length(std::string_view found, std::uint64_t listed) {
  return fail(kTufHash, "it has " + std::string(found) + " where the metadata says " + octets_text(listed));
}

std::unexpected<Error> wrong_digest(const Digest& found, const Digest& listed) {
  return fail(kTufHash,
              "its digest is " + found.to_string() + " where the metadata says " + listed.to_string());
}

Result<void> expect_known(const Hashes& hashes) {
  if (!hashes.known.empty() || hashes.unknown.empty()) return {};
  return fail(kTufHashUnknown, "its digests are of algorithms that are not known here: " +
                                   hashes.unknown.front().first.substr(0, 40));
}

}  // namespace

const Digest* Hashes::find(HashAlgorithm algorithm) const {
  for (const Digest& digest : known) {
    if (digest.algorithm() == algorithm) return &digest;
  }
  return nullptr;
}

Result<void> expect_role(std::string_view role, const Targets& file) {
  if (!file.role || file.role->text() == role) return {};
  return fail(kTufRole, "the file says that it is of the role '" + printable(file.role->text(), 80) +
                            "', not of '" + printable(role, 80) + "'");
}

Result<Signed<Targets>> parse_targets_of(std::string_view role, BytesView file) {
  Signed<Targets> out = TRY(Signed<Targets>::parse(file));
  TRY(expect_role(role, out.value));
  return out;
}

Result<void> check_meta_file(const MetaFile& listed, BytesView octets) {
  TRY(expect_known(listed.hashes));
  if (listed.length && *listed.length != octets.size()) {
    return wrong_length(octets_text(octets.size()), *listed.length);
  }
  for (const Digest& expected : listed.hashes.known) {
    const Digest found = digest(expected.algorithm(), octets);
    if (found != expected) return wrong_digest(found, expected);
  }
  return {};
}

Result<TargetCheck> TargetCheck::make(const TargetFile& target) {
  TRY(expect_known(target.hashes));
  if (target.hashes.empty()) return fail(kTufHashUnknown, "the metadata lists no digest for it");
  TargetCheck out;
  out.length_ = out.left_ = target.length;
  for (const Digest& digest : target.hashes.known) {
    out.hashers_.emplace_back(digest, Hasher(digest.algorithm()));
  }
  return out;
}

Result<void> TargetCheck::update(BytesView octets) {
  if (too_long_ || octets.size() > left_) {
    too_long_ = true;
    return wrong_length("more than " + octets_text(length_), length_);
  }
  left_ -= octets.size();
  for (auto& [expected, hasher] : hashers_) hasher.update(octets);
  return {};
}

Result<void> TargetCheck::finish() {
  if (too_long_) return update({});
  if (left_ != 0) return wrong_length(octets_text(length_ - left_), length_);
  for (auto& [expected, hasher] : hashers_) {
    const Digest found = hasher.finish();
    if (found != expected) return wrong_digest(found, expected);
  }
  return {};
}

Result<void> check_target(const TargetFile& target, BytesView octets) {
  TargetCheck check = TRY(TargetCheck::make(target));
  TRY(check.update(octets));
  return check.finish();
}

}  // namespace tomme::tuf
