#include "app/repository/foreign_files.h"

#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "app/repository/published.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/threshold.h"
#include "io/system/errors.h"

namespace tomme::repository {

namespace {

using SignedRoot = tuf::Signed<tuf::Root>;

std::string named(std::uint64_t version) {
  return "root version " + std::to_string(version);
}

Result<SignedRoot> parse_root(BytesView file, std::uint64_t version) {
  auto root = TRY(in(named(version), SignedRoot::parse(file)));
  if (root.value.version.value() != version) {
    return fail(kRepositoryImport,
                named(version) + " says it is version " + std::to_string(root.value.version.value()));
  }
  TRY(tuf::verify_threshold(named(version), "itself", root.value.keys, root.value.root, root.canonical,
                            root.signatures));
  return root;
}

Result<void> expect_next(const SignedRoot& before, const SignedRoot& next) {
  return tuf::verify_threshold(named(next.value.version.value()), named(before.value.version.value()),
                               before.value.keys, before.value.root, next.canonical, next.signatures);
}

std::unexpected<Error> only_read(const store::BlobStore& store) {
  return fail(kFileWrite, store.describe() + " is only read");
}

}  // namespace

Result<std::unique_ptr<ForeignFiles>> ForeignFiles::open(store::BlobStore& from,
                                                         const std::optional<std::string>& trusted_root) {
  const bool at_top = TRY(from.exists(TRY(store::BlobKey::parse("timestamp.json"))));
  if (!at_top && !TRY(from.exists(timestamp_key()))) {
    return fail(kRepositoryImport,
                from.describe() + ": there is no timestamp.json, nor metadata/timestamp.json",
                "--from names the folder of a TUF repository, or the one in which its metadata/ is");
  }
  std::unique_ptr<ForeignFiles> files(new ForeignFiles(from, at_top ? "" : "metadata/"));
  TRY(files->load_roots(trusted_root));
  return files;
}

Result<std::optional<Bytes>> ForeignFiles::metadata(const std::string& name, std::uint64_t limit) {
  const auto key = store::BlobKey::parse(folder_ + name);
  if (!key) return std::nullopt;
  return from_.get(*key, limit);
}

/// Programs keep old roots beside the others or in `root_history`; some keep the newest only.
Result<std::optional<Bytes>> ForeignFiles::root_file(std::uint64_t version) {
  const std::string name = std::to_string(version) + ".root.json";
  for (const std::string& place : {name, "root_history/" + name}) {
    auto file = TRY(metadata(place, kMostRootBytes));
    if (file) return file;
  }
  auto newest = TRY(metadata("root.json", kMostRootBytes));
  if (!newest) return newest;
  const auto root = SignedRoot::parse(*newest);
  if (!root || root->value.version.value() != version) return std::nullopt;
  return newest;
}

Result<void> ForeignFiles::load_roots(const std::optional<std::string>& trusted_root) {
  const std::string hint = "name the oldest root.json that your clients trust with --root FILE";
  Bytes first;
  std::uint64_t version = 1;
  if (trusted_root) {
    first = to_bytes(bytes_of(*trusted_root));
    version = TRY(in("--root", SignedRoot::parse(first))).value.version.value();
    const auto there = TRY(root_file(version));
    if (there) first = *there;  // byte for byte what its clients have, if it says the same
    if (there && TRY(in(named(version), SignedRoot::parse(first))).canonical !=
                     TRY(SignedRoot::parse(bytes_of(*trusted_root))).canonical) {
      return fail(kRepositoryImport, named(version) + " is not the one of --root");
    }
  } else {
    auto there = TRY(root_file(1));
    if (!there) return fail(kRepositoryImport, describe() + ": there is no root of version 1", hint);
    first = *std::move(there);
  }
  auto newest = parse_root(first, version);
  if (!newest && newest.error().is(tuf::kTufShape)) return std::unexpected(newest.error());
  if (!newest) return fail(newest.error().code(), newest.error().message(), hint);
  const SignedRoot trusted = *newest;
  roots_.files.emplace(version, std::move(first));
  while (auto file = TRY(root_file(newest->value.version.value() + 1))) {
    const std::uint64_t next = newest->value.version.value() + 1;
    auto root = TRY(parse_root(*file, next));
    TRY(expect_next(*newest, root));
    newest = std::move(root);
    roots_.files.emplace(next, *std::move(file));
  }
  if (const auto current = TRY(metadata("root.json", kMostRootBytes))) {
    const auto root = TRY(in("root.json", SignedRoot::parse(*current)));
    if (root.value.version.value() > roots_.newest()) {
      return fail(kRepositoryImport, "root.json is version " + std::to_string(root.value.version.value()) +
                                         ", and there is no " + named(roots_.newest() + 1) +
                                         " that leads there");
    }
  }
  // Clients that have older ones go on as well, as far as these lead to the one that is trusted.
  SignedRoot oldest = trusted;
  while (oldest.value.version.value() > 1) {
    const std::uint64_t before = oldest.value.version.value() - 1;
    auto file = TRY(root_file(before));
    if (!file) break;
    auto root = parse_root(*file, before);
    if (!root || !expect_next(*root, oldest)) {
      roots_.left_out = before;
      break;
    }
    oldest = *std::move(root);
    roots_.files.emplace(before, *std::move(file));
  }
  return {};
}

Result<std::optional<Bytes>> ForeignFiles::get(const store::BlobKey& key, std::uint64_t limit) {
  if (key == timestamp_key()) return metadata("timestamp.json", limit);
  if (key == first_root_key()) return to_bytes(bytes_of(std::to_string(roots_.oldest())));
  const auto name = read_metadata_key(key.text());
  if (!name) return std::nullopt;
  if (name->role == "root") {
    const auto root = roots_.files.find(name->version);
    return root == roots_.files.end() ? std::nullopt : std::optional(root->second);
  }
  auto versioned = TRY(metadata(std::to_string(name->version) + "." + name->role + ".json", limit));
  if (versioned) return versioned;
  return metadata(name->role + ".json", limit);
}

Result<std::optional<Bytes>> ForeignFiles::get_range(const store::BlobKey& key, std::uint64_t offset,
                                                     std::uint64_t length) {
  return from_.get_range(key, offset, length);
}

Result<std::optional<store::BlobStat>> ForeignFiles::stat(const store::BlobKey& key) {
  const auto file = TRY(get(key, kMostTargetsBytes));
  if (!file) return std::nullopt;
  return store::BlobStat{.size = file->size(), .modified = Time()};
}

Result<store::BlobPage> ForeignFiles::list(std::string_view, std::string_view, std::size_t) {
  return store::BlobPage();
}

Result<void> ForeignFiles::put(const store::BlobKey&, BytesView) {
  return only_read(*this);
}
Result<bool> ForeignFiles::put_if_absent(const store::BlobKey&, BytesView) {
  return only_read(*this);
}
Result<void> ForeignFiles::remove(const store::BlobKey&) {
  return only_read(*this);
}
std::unique_ptr<store::BlobBatch> ForeignFiles::batch() {
  return nullptr;
}
Result<std::unique_ptr<store::BlobWriter>> ForeignFiles::writer(const store::BlobKey&, std::uint64_t) {
  return only_read(*this);
}

}  // namespace tomme::repository
