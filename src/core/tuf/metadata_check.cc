#include <string>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/metadata.h"

namespace tomme::tuf {

namespace {

std::string bytes_text(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " byte" : " bytes");
}

std::unexpected<Error> wrong_length(std::string_view found, std::uint64_t listed) {
  return fail(kTufHash, "it has " + std::string(found) + " where the metadata says " + bytes_text(listed));
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

Result<void> check_meta_file(const MetaFile& listed, BytesView bytes) {
  TRY(expect_known(listed.hashes));
  if (listed.length && *listed.length != bytes.size()) {
    return wrong_length(bytes_text(bytes.size()), *listed.length);
  }
  for (const Digest& expected : listed.hashes.known) {
    const Digest found = digest(expected.algorithm(), bytes);
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

Result<void> TargetCheck::update(BytesView bytes) {
  if (too_long_ || bytes.size() > left_) {
    too_long_ = true;
    return wrong_length("more than " + bytes_text(length_), length_);
  }
  left_ -= bytes.size();
  for (auto& [expected, hasher] : hashers_) hasher.update(bytes);
  return {};
}

Result<void> TargetCheck::finish() {
  if (too_long_) return update({});
  if (left_ != 0) return wrong_length(bytes_text(length_ - left_), length_);
  for (auto& [expected, hasher] : hashers_) {
    const Digest found = hasher.finish();
    if (found != expected) return wrong_digest(found, expected);
  }
  return {};
}

Result<void> check_target(const TargetFile& target, BytesView bytes) {
  TargetCheck check = TRY(TargetCheck::make(target));
  TRY(check.update(bytes));
  return check.finish();
}

}  // namespace tomme::tuf
