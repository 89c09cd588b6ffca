#include "app/repository/signing.h"

#include <algorithm>

#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

bool has_another(const tuf::Keys& keys, const tuf::KeyId& id, const tuf::Key& key) {
  const auto there = keys.find(id);
  return there != keys.end() && there->second.counted_as() != key.counted_as();
}

}  // namespace

Result<std::string> add_signature(std::string_view file, const SigningKey& signer,
                                  const SignerTables& tables) {
  tuf::Envelope envelope = TRY(tuf::Envelope::parse(bytes_of(file)));
  bool known = false;
  for (auto table = tables.begin(); table != tables.end(); ++table) {
    for (const auto& [id, key] : *table) {
      if (key.public_key() == nullptr || !(*key.public_key() == signer.public_key())) continue;
      // Under the id of somebody else's key it would take the place of that one's signature.
      if (std::any_of(tables.begin(), table,
                      [&](const tuf::Keys& keys) { return has_another(keys, id, key); }))
        continue;
      const Bytes signature = TRY(signer.sign(key.signature_scheme(), bytes_of(envelope.canonical)));
      std::erase_if(envelope.signatures, [&](const tuf::Signature& s) { return s.keyid == id; });
      envelope.signatures.push_back(tuf::Signature{id, encode_hex(signature), {}});
      known = true;
    }
  }
  if (!known) {
    return fail(kRepositoryKey, "the key " + tuf::Key::of(signer.public_key()).id().value().substr(0, 12) +
                                    " is not one that may sign this");
  }
  return tuf::write_envelope(envelope.canonical, envelope.signatures);
}

namespace {

void add_table(SignerTables& tables, const SaidKeys& said) {
  tuf::Keys table;
  for (const tuf::KeyId& id : said.role->keyids) {
    if (const auto key = said.keys->find(id); key != said.keys->end()) table.insert(*key);
  }
  tables.push_back(std::move(table));
}

/// What of the staged files can be read: others are in nobody's way.
struct ReadFiles {
  std::optional<tuf::Root> root;
  std::map<std::string, tuf::Targets> targets;

  explicit ReadFiles(const std::vector<StagedFile>& staged) {
    for (const StagedFile& file : staged) {
      if (file.role == "root") {
        if (auto read = tuf::Signed<tuf::Root>::parse(bytes_of(file.text))) root = std::move(read->value);
      } else if (auto read = tuf::parse_targets_of(file.role, bytes_of(file.text))) {
        targets.insert_or_assign(file.role, std::move(read->value));
      }
    }
  }
};

}  // namespace

SignerTables tables_for(const std::string& role, const OfflineRoles& published,
                        const std::vector<StagedFile>& staged) {
  SignerTables tables;
  const ReadFiles read(staged);
  const RolesView before = published.view();
  if (role == "root" || role == "targets") {
    for (const tuf::Root* root : {before.root, read.root ? &*read.root : nullptr}) {
      if (root != nullptr)
        add_table(tables, role == "root" ? said_of_root(*root, "") : said_of_targets(*root));
    }
    return tables;
  }
  RolesView after = before;
  for (const auto& [name, file] : read.targets) after.targets[name] = &file;
  const Delegators by_before(before), by_after(after);
  // Whose word counts comes first, so that what another says of an id changes nothing.
  for (const Delegators* by : {&by_before, &by_after}) {
    if (const SaidKeys* said = by->nearest(role)) add_table(tables, *said);
  }
  for (const Delegators* by : {&by_before, &by_after}) {
    for (const SaidKeys& said : by->of(role)) add_table(tables, said);
  }
  if (published.root) return tables;
  // Of copies, what leads to those that delegate may be missing.
  for (const auto& [name, file] : read.targets) {
    if (const auto said = said_by(name, file, role)) add_table(tables, *said);
  }
  return tables;
}

namespace {

/// In which of the tables a signature is good, first the first one.
std::vector<bool> good_in(const tuf::Signature& signature, const std::string& canonical,
                          const SignerTables& tables) {
  std::vector<bool> out(tables.size());
  const auto bytes = decode_hex(signature.hex);
  if (!bytes || bytes->empty()) return out;
  const auto digest_of = [&](HashAlgorithm algorithm) { return digest(algorithm, bytes_of(canonical)); };
  for (std::size_t at = 0; at < tables.size(); ++at) {
    const auto key = tables[at].find(signature.keyid);
    out[at] =
        key != tables[at].end() && key->second.verify(bytes_of(canonical), digest_of, *bytes).has_value();
  }
  return out;
}

}  // namespace

bool any_may_sign(const SigningKeys& signers, const SignerTables& tables) {
  const auto is_listed = [&](const PublicKey& key, const tuf::Keys& keys) {
    return std::ranges::any_of(keys, [&](const auto& listed) {
      return listed.second.public_key() != nullptr && *listed.second.public_key() == key;
    });
  };
  return std::ranges::any_of(signers, [&](const auto& signer) {
    return std::ranges::any_of(tables,
                               [&](const auto& keys) { return is_listed(signer->public_key(), keys); });
  });
}

Result<Merged> merge_signatures(std::string_view file, std::string_view copy, const SignerTables& tables) {
  tuf::Envelope envelope = TRY(tuf::Envelope::parse(bytes_of(file)));
  const tuf::Envelope other = TRY(in("the copy", tuf::Envelope::parse(bytes_of(copy))));
  if (other.canonical != envelope.canonical) {
    return fail(kRepositoryStaged, "the copy is not of what is staged now");
  }
  Merged merged;
  for (const tuf::Signature& signature : other.signatures) {
    const auto there = std::ranges::find(envelope.signatures, signature.keyid, &tuf::Signature::keyid);
    const bool known = there != envelope.signatures.end();
    const std::vector<bool> good = good_in(signature, envelope.canonical, tables);
    const bool is_good = std::ranges::find(good, true) != good.end();
    const std::vector<bool> before =
        known ? good_in(*there, envelope.canonical, tables) : std::vector<bool>(tables.size());
    if (!is_good && std::ranges::find(before, true) == before.end())
      merged.left_out.push_back(signature.keyid.value());
    if (good <= before) continue;
    if (known) envelope.signatures.erase(there);
    envelope.signatures.push_back(signature);
    ++merged.added;
  }
  merged.text = tuf::write_envelope(envelope.canonical, envelope.signatures);
  return merged;
}

Result<std::vector<StagedFile>> sign_copies_of(const std::vector<StagedFile>& shown,
                                               const OfflineRoles& published, const SigningKeys& signers) {
  std::vector<StagedFile> out;
  for (const StagedFile& file : shown) {
    if (file.role != "root") TRY(in(file.role, tuf::parse_targets_of(file.role, bytes_of(file.text))));
    const SignerTables keys = tables_for(file.role, published, shown);
    std::string text = file.text;
    bool any = false;
    for (const auto& signer : signers) {
      auto with = add_signature(text, *signer, keys);
      if (!with && !with.error().is(kRepositoryKey)) return std::unexpected(std::move(with).error());
      if (!with) continue;
      text = *std::move(with);
      any = true;
    }
    if (any) out.push_back({file.role, std::move(text)});
  }
  return out;
}

Result<void> put_signatures(store::BlobStore& files, const OfflineRoles& published,
                            const std::vector<StagedFile>& shown, const std::vector<StagedFile>& copies) {
  std::vector<std::string> texts;
  for (const StagedFile& copy : copies) {
    // Others may have signed it meanwhile, and somebody may have put another file there.
    const auto current = TRY(files.get(staged_key(copy.role), kMostTargetsBytes));
    const auto merged =
        current ? merge_signatures(text_of(*current), copy.text, tables_for(copy.role, published, shown))
                : Result<Merged>(Merged());
    if (!current || !merged) {
      return fail(kRepositoryStaged,
                  "the staged " + printable(copy.role, 80) +
                      " is not the one that was shown any more; nothing was signed",
                  "run the same again, and read what it says");
    }
    texts.push_back(merged->text);
  }
  for (std::size_t at = 0; at < copies.size(); ++at)
    TRY(files.put(staged_key(copies[at].role), bytes_of(texts[at])));
  return {};
}

Result<std::vector<std::string>> sign_shown(store::BlobStore& files, const OfflineRoles& published,
                                            const std::vector<StagedFile>& shown,
                                            const SigningKeys& signers) {
  const std::vector<StagedFile> copies = TRY(sign_copies_of(shown, published, signers));
  TRY(put_signatures(files, published, shown, copies));
  std::vector<std::string> roles;
  for (const StagedFile& copy : copies) roles.push_back(copy.role);
  return roles;
}

Result<void> expect_next_version(const std::string& role, std::string_view file, const Published& published) {
  // By what is published: what others have staged, and nobody has signed, is in nobody's way.
  const KeyUse keys = KeyUse::of(published.offline.view());
  if (role == "root") {
    const auto root = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(file)));
    return expect_next(role, root.value.version.value(), published, keys);
  }
  const auto metadata = TRY(tuf::parse_targets_of(role, bytes_of(file)));
  return expect_next(role, metadata.value.version.value(), published, keys);
}

}  // namespace tomme::repository
