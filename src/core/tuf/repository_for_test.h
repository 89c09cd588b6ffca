#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/encoding/text.h"
#include "core/tuf/updater.h"

/// For tests only: a whole repository in memory that can do everything wrong, and a client's store.
namespace tomme::tuf::testing {

/// "2026-01-01T00:00:00Z"
inline const Time kNow = time_from_unix(1767225600);
inline constexpr std::chrono::hours kDay{24};

struct Signer {
  PrivateKey key;
  Key listed;
  KeyId id;

  explicit Signer(PrivateKey private_key)
      : key(std::move(private_key)), listed(Key::of(key.public_key())), id(listed.id()) {}
  Signer(PrivateKey private_key, std::string_view scheme)
      : key(std::move(private_key)), listed(Key::of(key.public_key(), scheme).value()), id(listed.id()) {}
};

/// The same Ed25519 key for the same number, all through a test program.
inline const Signer& signer(unsigned number) {
  static std::map<unsigned, Signer> made;
  const auto found = made.find(number);
  if (found != made.end()) return found->second;
  return made.emplace(number, Signer(PrivateKey::generate(KeyType::ed25519).value())).first->second;
}

inline RoleName role(std::string_view name) {
  return RoleName::parse(name).value();
}
inline TargetPath path(std::string_view text) {
  return TargetPath::parse(text).value();
}

inline TargetFile target_file(std::string_view content,
                              std::vector<HashAlgorithm> algorithms = {HashAlgorithm::sha256}) {
  TargetFile out;
  out.length = content.size();
  for (HashAlgorithm algorithm : algorithms) out.hashes.known.push_back(digest(algorithm, bytes_of(content)));
  return out;
}

/// Serves its present state: what a test changes is what the next request sees, roots apart.
class Repository : public Fetcher {
 public:
  Root root;
  Timestamp timestamp;
  Snapshot snapshot;
  std::map<std::string, Targets> roles;                ///< "targets" and delegated ones
  std::map<std::string, std::vector<Signer>> signers;  ///< who signs which role
  bool lists_hashes = false;                           ///< in timestamp and snapshot

  std::vector<std::string> roots;                        ///< files, from version 1
  std::vector<std::string> requests;                     ///< since the last take_requests()
  std::map<std::string, std::string> served;             ///< files instead of the state's, by path
  std::map<std::string, std::optional<Error>> withheld;  ///< by path; without an error it is "not there"
  /// Changes the file of a role before it is served or hashed.
  std::map<std::string, std::function<std::string(std::string)>> tamper;

  Repository() {
    root.consistent_snapshot = true;
    unsigned number = 0;
    for (Common* common : std::vector<Common*>{&root, &timestamp, &snapshot, &roles["targets"]}) {
      common->expires = kNow + 30 * kDay;
    }
    for (const char* name : {"root", "timestamp", "snapshot", "targets"}) add_key(name, signer(++number));
    publish_root(false);
    snapshot.version = Version(1);
    list_roles();
    list_snapshot();
  }

  RoleKeys& role_keys(const std::string& name) { return *const_cast<RoleKeys*>(root.find(role(name))); }
  void add_key(const std::string& name, const Signer& added) {
    root.keys.emplace(added.id, added.listed);
    role_keys(name).keyids.push_back(added.id);
    signers[name].push_back(added);
  }
  void clear_keys(const std::string& name) {
    role_keys(name).keyids.clear();
    signers[name].clear();
  }
  void rotate_key(const std::string& name, const Signer& added) {
    clear_keys(name);
    add_key(name, added);
  }

  void publish_root(bool bump = true) {
    if (bump) root.version = Version(root.version.value() + 1);
    roots.push_back(file_of("root", root));
  }
  /// The next snapshot lists all roles as they are, the next timestamp lists it.
  void publish() {
    snapshot.version = Version(snapshot.version.value() + 1);
    list_roles();
    publish_timestamp();
  }
  void publish_timestamp() {
    timestamp.version = Version(timestamp.version.value() + 1);
    list_snapshot();
  }
  void list_roles() {
    for (const auto& [name, targets] : roles) snapshot.meta.set(name + ".json", listing(name, targets));
  }
  void list_snapshot() { timestamp.snapshot = listing("snapshot", snapshot); }

  void bump(const std::string& name) { roles.at(name).version = Version(roles.at(name).version.value() + 1); }

  /// A role below `from`, signed by the key of that number.
  DelegatedRole& delegate(const std::string& from, const std::string& name, std::vector<std::string> patterns,
                          bool terminating = false, unsigned key = 10) {
    Delegations& delegations = delegations_of(from);
    const Signer& who = signer(key);
    delegations.keys.emplace(who.id, who.listed);
    auto& list = std::get<std::vector<DelegatedRole>>(delegations.roles);
    list.push_back(DelegatedRole{.name = role(name),
                                 .keys = {.keyids = {who.id}},
                                 .terminating = terminating,
                                 .covers = DelegatedRole::Paths{std::move(patterns)}});
    add_role(name, key);
    return list.back();
  }
  void add_role(const std::string& name, unsigned key = 10) {
    roles[name].expires = kNow + 30 * kDay;
    signers[name] = {signer(key)};
  }
  Delegations& delegations_of(const std::string& name) {
    Targets& targets = roles.at(name);
    if (!targets.delegations) targets.delegations.emplace();
    return *targets.delegations;
  }
  void add_target(const std::string& name, const std::string& target, std::string_view content = "content") {
    roles[name].targets.set(target, target_file(content));
  }

  template <class T>
  std::string file_of(const std::string& name, const T& value) const {
    const std::string canonical = value.to_canonical().value();
    std::vector<Signature> signatures;
    for (const Signer& who : signers.at(name)) {
      signatures.push_back(sign(who.key, who.listed, who.id, canonical).value());
    }
    std::string file = write_envelope(canonical, signatures);
    const auto change = tamper.find(name);
    return change != tamper.end() ? change->second(std::move(file)) : file;
  }

  Result<std::optional<Bytes>> fetch(const std::string& asked, std::size_t) override {
    requests.push_back(asked);
    if (const auto no = withheld.find(asked); no != withheld.end()) {
      if (no->second) return std::unexpected(*no->second);
      return std::nullopt;
    }
    const std::optional<std::string> file = find_file(asked);
    if (!file) return std::nullopt;
    return to_bytes(bytes_of(*file));
  }

  std::string take_requests() {
    std::string out;
    for (const std::string& asked : std::exchange(requests, {})) out += (out.empty() ? "" : " ") + asked;
    return out;
  }

 private:
  template <class T>
  MetaFile listing(const std::string& name, const T& value) const {
    MetaFile out{.version = value.version};
    if (!lists_hashes) return out;
    const std::string file = file_of(name, value);
    out.length = file.size();
    out.hashes.known.push_back(Digest(sha256(bytes_of(file))));
    return out;
  }

  std::optional<std::string> find_file(const std::string& asked) const {
    if (const auto found = served.find(asked); found != served.end()) return found->second;
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (asked == std::to_string(i + 1) + ".root.json") return roots[i];
    }
    if (asked == "timestamp.json") return file_of("timestamp", timestamp);
    const auto is = [&](const std::string& name, Version version) {
      return asked ==
             metadata_path(role(name), root.consistent_snapshot ? std::optional(version) : std::nullopt);
    };
    if (is("snapshot", snapshot.version)) return file_of("snapshot", snapshot);
    for (const auto& [name, targets] : roles) {
      if (is(name, targets.version)) return file_of(name, targets);
    }
    return std::nullopt;
  }
};

class MemoryStore : public MetadataStore {
 public:
  std::map<std::string, std::string> files;  ///< by role
  std::optional<Error> trouble;              ///< of every call

  Result<std::optional<Bytes>> load(const RoleName& name) override {
    if (trouble) return std::unexpected(*trouble);
    const auto found = files.find(name.text());
    if (found == files.end()) return std::nullopt;
    return to_bytes(bytes_of(found->second));
  }
  Result<void> store(const RoleName& name, BytesView bytes) override {
    if (trouble) return std::unexpected(*trouble);
    files[name.text()] = std::string(text_of(bytes));
    return {};
  }

  /// "root 2, snapshot 1": what is trusted.
  std::string trusted() const {
    std::string out;
    for (const auto& [name, file] : files) {
      const json::Value whole = json::parse(file).value();
      const json::Value* version = whole.object()->find("signed")->object()->find("version");
      out += (out.empty() ? "" : ", ") + name + " " + std::to_string(version->integer().value_or(-1));
    }
    return out;
  }
};

/// A repository and a client that has its first root.
struct World {
  Repository repository;
  MemoryStore store;
  UpdaterOptions options{.now = kNow};

  World() { init(); }
  void init(std::size_t version = 1) { store.files = {{"root", repository.roots.at(version - 1)}}; }

  Result<Updater> refreshed() {
    Updater updater = TRY(Updater::open(store, repository, options));
    TRY(updater.refresh());
    return updater;
  }
  Result<void> refresh() {
    TRY(refreshed());
    return {};
  }
  Result<std::optional<FoundTarget>> find(std::string_view target) {
    Updater updater = TRY(Updater::open(store, repository, options));
    return updater.find_target(path(target));
  }
  /// The name of the role that lists it; "-" where none does, the error's code where the search fails.
  std::string role_of(std::string_view target) {
    const auto found = find(target);
    if (!found) return std::string(found.error().code().name);
    return *found ? (*found)->role.text() : "-";
  }
};

/// Takes all signatures away.
inline std::string unsigned_file(std::string file) {
  const std::size_t start = file.find('[') + 1;
  return file.erase(start, file.find(']') - start);
}

}  // namespace tomme::tuf::testing

#define EXPECT_OK(...)                                                  \
  do {                                                                  \
    const auto& result_ = (__VA_ARGS__);                                \
    EXPECT_TRUE(result_) << (result_ ? "" : result_.error().message()); \
  } while (false)

#define EXPECT_REFUSED(expected_, ...)                                                       \
  do {                                                                                       \
    const auto& result_ = (__VA_ARGS__);                                                     \
    EXPECT_FALSE(result_);                                                                   \
    if (!result_) {                                                                          \
      EXPECT_EQ(result_.error().code().name, (expected_).name) << result_.error().message(); \
    }                                                                                        \
  } while (false)
