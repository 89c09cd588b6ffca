#include <algorithm>

#include "app/repository/acceptance.h"
#include "app/repository/ceremony.h"
#include "app/repository/change_words.h"
#include "app/repository/staged.h"
#include "tuf_roles.h"

namespace {

using namespace tomme;
using namespace tomme::repository;

const Time kNow = time_from_civil(2026, 11, 26, 0, 0, 0).value();

/// The key of RFC 8032 section 7.1, test 1: the seeds list its public half.
const SigningKey& signer() {
  static const MemorySigningKey kSigner(
      PrivateKey::parse_pkcs8(decode_hex("302e020100300506032b657004220420"
                                         "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
                                  .value())
          .value());
  return kSigner;
}

/// What is shown to whoever signs.
void check_words(const std::vector<std::string>& words) {
  require(!words.empty());
  for (const std::string& line : words) require(is_fit_to_show(line));
}

std::string without_frame(tuf::Root role) {
  role.version = tuf::Version(1);
  role.expires = kNow;
  for (tuf::RoleKeys* keys : {&role.root, &role.targets, &role.snapshot, &role.timestamp}) {
    std::ranges::sort(keys->keyids);
  }
  return role.to_canonical().value();
}
std::string without_frame(tuf::Targets role) {
  role.version = tuf::Version(1);
  role.expires = kNow;
  if (role.delegations) {
    if (auto* bins = std::get_if<tuf::SuccinctRoles>(&role.delegations->roles)) {
      std::ranges::sort(bins->keys.keyids);
    } else {
      for (auto& delegated : std::get<std::vector<tuf::DelegatedRole>>(role.delegations->roles)) {
        std::ranges::sort(delegated.keys.keyids);
      }
    }
  }
  return role.to_canonical().value();
}

/// Two lines are about version and expiry. There are others, besides those that call attention, where
/// anything else changes but the order of keys, and only there.
template <class T>
void check_difference(const std::vector<std::string>& words, const T& before, const T& after) {
  check_words(words);
  const auto calls = [](const std::string& line) { return line.starts_with("attention: "); };
  const auto said = words.size() - static_cast<std::size_t>(std::ranges::count_if(words, calls));
  require((said > 2) == (without_frame(before) != without_frame(after)));
}

template <class T>
std::optional<T> read(std::string_view file) {
  auto role = tuf::Signed<T>::parse(bytes_of(file), tuf::kFuzzLimits);
  if (!role) return std::nullopt;
  return std::move(role->value);
}

void check_merged(std::string_view file, std::string_view copy, const tuf::Keys& keys) {
  const auto merged = merge_signatures(file, copy, {keys});
  if (!merged) return require_sentence(merged.error());
  const tuf::Envelope before = tuf::Envelope::parse(bytes_of(file)).value();
  const tuf::Envelope after = tuf::Envelope::parse(bytes_of(merged->text)).value();
  require(after.canonical == before.canonical && after.signatures.size() >= before.signatures.size());
}

/// A signature that was added is one that counts.
void check_signed(std::string_view file, const tuf::Keys& keys) {
  const auto with = add_signature(file, signer(), {keys});
  if (!with) return require_sentence(with.error());
  const tuf::Envelope envelope = tuf::Envelope::parse(bytes_of(*with)).value();
  tuf::RoleKeys role;
  for (const auto& [id, key] : keys) {
    if (key.public_key() != nullptr && *key.public_key() == signer().public_key()) role.keyids.push_back(id);
  }
  require(
      tuf::verify_threshold("role", "fuzz", keys, role, envelope.canonical, envelope.signatures).has_value());
}

void check_acceptance(std::string_view root, std::string_view targets) {
  std::vector<StagedFile> staged{{"root", std::string(root)}, {"targets", std::string(targets)}};
  const Acceptance acceptance = accept_staged({}, std::move(staged), kNow).value();
  require(acceptance.all.size() == 2);
  for (const Readiness& file : acceptance.all) {
    if (!file.ready) require_sentence(file.ready.error());
  }
  require(acceptance.offline.root.has_value() + acceptance.offline.targets.size() ==
          acceptance.accepted.size());
  require(acceptance.offline.root || acceptance.accepted.empty());
}

}  // namespace

// Two staged files, with a byte of zeros between: a file and the copy that somebody signed, the version
// before and the one after, a root and the targets below it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [first, second] = two_texts(data, size);
  check_merged(first, second, {});
  if (const auto root = read<tuf::Root>(first)) {
    check_merged(first, second, root->keys);
    check_signed(first, root->keys);
    check_words(words_of_change(nullptr, *root, kNow));
    if (const auto after = read<tuf::Root>(second))
      check_difference(words_of_change(&*root, *after, kNow), *root, *after);
  }
  if (const auto targets = read<tuf::Targets>(first)) {
    check_words(words_of_change("role", nullptr, *targets, kNow));
    if (const auto after = read<tuf::Targets>(second))
      check_difference(words_of_change("role", &*targets, *after, kNow), *targets, *after);
  }
  check_acceptance(first, second);
  return 0;
}
