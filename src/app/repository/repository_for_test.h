#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "app/repository/layout.h"
#include "app/repository/publisher.h"
#include "app/repository/schema.h"
#include "app/repository/verify.h"
#include "core/tuf/metadata.h"
#include "testing/folder.h"
#include "testing/keys.h"

/// A repository in a folder of its own, for the tests of this room. Keys are testing::key by number.
namespace tomme::repository::testing {

inline const Time kNow = time_from_unix(1'790'000'000);

/// The keys of a role, and how many of them have to sign.
struct Role {
  std::vector<const PrivateKey*> keys;
  std::uint64_t threshold = 1;
};

inline const PrivateKey* ed25519(unsigned number) {
  return &tomme::testing::key(KeyType::ed25519, number);
}
inline const PrivateKey* p256(unsigned number) {
  return &tomme::testing::key(KeyType::ecdsa_p256, number);
}

inline tuf::RoleKeys role_keys(const Role& role, tuf::Keys& keys) {
  tuf::RoleKeys out;
  out.threshold = role.threshold;
  for (const PrivateKey* key : role.keys) {
    const tuf::Key made = tuf::Key::of(key->public_key());
    out.keyids.push_back(made.id());
    keys.emplace(made.id(), made);
  }
  return out;
}

inline std::string signed_text(const std::string& canonical, const std::vector<const PrivateKey*>& signers) {
  std::vector<tuf::Signature> signatures;
  for (const PrivateKey* key : signers) {
    const tuf::Key made = tuf::Key::of(key->public_key());
    signatures.push_back(*tuf::sign(*key, made, made.id(), canonical));
  }
  return tuf::write_envelope(canonical, signatures);
}
template <class T>
std::string signed_file(const T& role, const std::vector<const PrivateKey*>& signers) {
  return signed_text(*role.to_canonical(), signers);
}

class RepositoryTest : public ::testing::Test {
 protected:
  tomme::testing::TestFolder folder_;
  std::unique_ptr<store::BlobStore> files_ = *store::open_blob_store(folder_.path("files"));
  std::unique_ptr<store::Database> database_ = *store::open_database("sqlite:" + folder_.path("r.db"));
  Place place_{*files_, *database_, folder_.path("lock"), folder_.path()};

  Role root_role_{{ed25519(1), ed25519(2)}, 2}, targets_role_{{ed25519(3)}, 1}, online_role_{{p256(4)}, 1};
  unsigned bits_ = 4;
  std::string prefix_ = "bins";

  void SetUp() override { ASSERT_TRUE(prepare_tables(*database_)); }

  tuf::Root root(std::uint64_t version = 1) const {
    tuf::Root root;
    root.version = tuf::Version(version);
    root.expires = kNow + std::chrono::days(365);
    root.consistent_snapshot = true;
    root.root = role_keys(root_role_, root.keys);
    root.targets = role_keys(targets_role_, root.keys);
    root.snapshot = root.timestamp = role_keys(online_role_, root.keys);
    return root;
  }
  tuf::Targets targets(std::uint64_t version = 1) const {
    tuf::Targets targets;
    targets.version = tuf::Version(version);
    targets.expires = kNow + std::chrono::days(365);
    targets.delegations.emplace();
    tuf::SuccinctRoles bins;
    bins.keys = role_keys(online_role_, targets.delegations->keys);
    bins.bit_length = bits_;
    bins.name_prefix = prefix_;
    targets.delegations->roles = bins;
    return targets;
  }
  void put_staged(const std::string& role, const std::string& text) {
    ASSERT_TRUE(files_->put(staged_key(role), bytes_of(text)));
  }
  /// As this program stages it: a file of targets says its role.
  template <class T>
  void put_staged(const std::string& role, T metadata, const std::vector<const PrivateKey*>& signers) {
    if constexpr (std::is_same_v<T, tuf::Targets>) metadata.role = *tuf::RoleName::parse(role);
    put_staged(role, signed_file(metadata, signers));
  }
  void put_first_staged() {
    put_staged("root", root(), root_role_.keys);
    put_staged("targets", targets(), targets_role_.keys);
  }
  SigningKeys signers() const {
    SigningKeys out;
    for (const PrivateKey* key : online_role_.keys) out.push_back(std::make_shared<MemorySigningKey>(*key));
    return out;
  }
  Result<Publication> publish(Time now = kNow, const SigningKeys* others = nullptr) {
    Publisher publisher = TRY(Publisher::open(place_, others ? *others : signers()));
    Publication publication = TRY(publisher.publish(now));
    TRY(publisher.close());
    return publication;
  }
  static Change set(const std::string& path, std::uint64_t length = 1) {
    return *Change::set(path, *TargetFile::make(length, sha256(bytes_of(path + std::to_string(length)))));
  }
  void add(const std::vector<Change>& changes) { ASSERT_TRUE(Queue(*database_).add(changes)); }

  /// Everything is right for the strictest client, and this many targets are listed.
  void expect_good(std::uint64_t targets, Time now = kNow) {
    const auto found = verify_published(*files_, {.now = now});
    ASSERT_TRUE(found) << found.error().message();
    for (const Error& problem : found->problems) ADD_FAILURE() << problem.message();
    EXPECT_EQ(found->targets, targets);
  }
  /// The published file of the bin that answers for a path.
  MetadataName bin_of(const std::string& path) {
    const Published published = *load_published(*files_);
    const Bins bins = **published.offline.bins();
    const std::string name = bins.layout.name(bins.layout.of(sha256(bytes_of(path))));
    return {name, published.snapshot.version_of(snapshot_entry(name)).value_or(0)};
  }
  store::BlobKey bin_key(const std::string& path) {
    const MetadataName bin = bin_of(path);
    return metadata_key(bin.role, bin.version);
  }
  /// What the published bins list of a path.
  std::optional<tuf::TargetFile> listed(const std::string& path) {
    const Bytes file = **files_->get(bin_key(path), kMostTargetsBytes);
    const auto metadata = tuf::Signed<tuf::Targets>::parse(file);
    const tuf::TargetFile* found = metadata->value.targets.find(path);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
};

}  // namespace tomme::repository::testing
