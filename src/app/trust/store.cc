#include "app/trust/store.h"

#include "app/trust/errors.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"
#include "core/tuf/errors.h"
#include "core/tuf/paths.h"

namespace tomme::trust {

namespace {

constexpr const char* kAskedName = "asked";
constexpr std::size_t kAskedBytes = 4096;
constexpr std::size_t kSigningConfigBytes = 1024 * 1024;
constexpr std::string_view kTargetsFolder = "targets/";

std::size_t most_bytes(std::string_view target) {
  return target == kTrustedRootTarget ? TrustedRootLimits().bytes : kSigningConfigBytes;
}

std::string kept_name(const tuf::FoundTarget& target) {
  return std::string(kTargetsFolder) + tuf::local_target_name(target.path);
}

Result<std::optional<tuf::FoundTarget>> find(tuf::Updater& updater, std::string_view name) {
  return updater.find_target(TRY(tuf::TargetPath::parse(name)));
}

Result<tuf::FoundTarget> find_trusted_root(tuf::Updater& updater, const Source& source) {
  std::optional<tuf::FoundTarget> found = TRY(find(updater, kTrustedRootTarget));
  if (found) return *std::move(found);
  return fail(kTrustNotListed,
              printable(source.mirror) + " lists no " + std::string(kTrustedRootTarget) + " in its metadata");
}

/// Fetched into memory: at most a megabyte.
Result<Bytes> fetch_target(TufTargets& from, const tuf::FoundTarget& target) {
  const std::size_t most = most_bytes(target.path.text());
  if (target.file.length > most) {
    return fail(tuf::kTufTooLong, target.path.text() + " is listed with " +
                                      std::to_string(target.file.length) + " bytes, more than the " +
                                      std::to_string(most) + " allowed");
  }
  Bytes bytes;
  TRY(from.fetch(target, [&](BytesView more) -> Result<void> {
    append(bytes, more);
    return {};
  }));
  return bytes;
}

Result<std::shared_ptr<const TrustedRoot>> read_root(BytesView bytes) {
  Result<TrustedRoot> root = TrustedRoot::parse(text_of(bytes));
  if (root) return std::make_shared<const TrustedRoot>(*std::move(root));
  return fail(root.error().code(),
              "the trusted_root.json of the mirror cannot be read: " + root.error().message(),
              "a newer tomme may know it");
}

}  // namespace

std::string Store::folder_of(const std::string& cache_folder, const Source& source) {
  return cache_folder + "/tuf/" + source.folder_name();
}

Result<Store> Store::open(const std::string& cache_folder, Source source, const TufFolderOptions& options) {
  TufFolder folder = TRY(TufFolder::open(folder_of(cache_folder, source), options));
  return Store(std::move(source), std::move(folder));
}

Result<tuf::Version> Store::init(BytesView root) {
  TRY(tuf::init_store(folder_, root));  // verifies it before anything is touched
  TRY(folder_.forget_all_but_root());
  NoMirror nobody;
  return TRY(tuf::Updater::open(folder_, nobody, {.now = Time{}})).root().version;
}

// A kept root that does not verify would block every refresh: it is as good as none.
Result<void> Store::begin() {
  NoMirror nobody;
  const auto usable = tuf::Updater::open(folder_, nobody, {.now = Time{}});
  if (usable) return {};
  if (usable.error().outcome() == Outcome::could_not_tell) return std::unexpected(usable.error());
  if (!source_.first_root.empty()) return tuf::init_store(folder_, bytes_of(source_.first_root));
  if (!usable.error().is(tuf::kTufNoRoot)) return std::unexpected(usable.error());
  return fail(kTrustNotBegun, "nothing is known of the mirror " + printable(source_.mirror));
}

Result<std::optional<Bytes>> Store::kept(const tuf::FoundTarget& target) const {
  std::optional<Bytes> bytes = TRY(folder_.load_file(kept_name(target), most_bytes(target.path.text())));
  if (bytes && !tuf::check_target(target.file, *bytes)) bytes.reset();
  return bytes;
}

Result<Files> Store::fetch(net::HttpClient& client, Time now, const TufMirrorLimits& limits) {
  TRY(begin());
  TufMirror mirror = TRY(TufMirror::open(client, source_.mirror, limits));
  TufTargets targets = TRY(TufTargets::open(client, source_.mirror + "/targets", limits));
  tuf::Updater updater = TRY(tuf::Updater::open(folder_, mirror, {.now = now}));
  TRY(updater.refresh());
  const auto have = [&](const tuf::FoundTarget& target) -> Result<Bytes> {
    if (auto bytes = kept(target); bytes && *bytes) return **std::move(bytes);
    return fetch_target(targets, target);
  };
  const tuf::FoundTarget found = TRY(find_trusted_root(updater, source_));
  const Bytes bytes = TRY(have(found));
  auto root = TRY(read_root(bytes));
  Files files{std::move(root), sha256(bytes)};
  TRY(folder_.store_file(kept_name(found), bytes));
  // Needed for signing alone: a mirror that cannot give it is still good for verifying.
  if (const auto config = find(updater, kSigningConfigTarget); config && *config) {
    if (const auto text = have(**config)) {
      TRY(folder_.store_file(kept_name(**config), *text));
      files.signing_config = std::string(text_of(*text));
    }
  }
  files.roles = updater.roles();
  return files;
}

Result<Files> Store::update(net::HttpClient& client, Time now, const TufMirrorLimits& limits) {
  Result<Files> files = fetch(client, now, limits);
  if (files) {
    note({.refreshed = now});
  } else {
    note_failure(now, files.error());
  }
  return files;
}

Result<Files> Store::load(Time now, std::chrono::seconds tolerance) {
  NoMirror nobody;
  const tuf::UpdaterOptions options{.now = now, .offline = tuf::Offline{.tolerance = tolerance}};
  tuf::Updater updater = TRY(tuf::Updater::open(folder_, nobody, options));
  const tuf::FoundTarget found = TRY(find_trusted_root(updater, source_));
  const std::optional<Bytes> bytes = TRY(kept(found));
  if (!bytes)
    return fail(kTrustNotKept, "the trusted_root.json of " + printable(source_.mirror) + " is not kept");
  auto root = TRY(read_root(*bytes));
  Files files{std::move(root), sha256(*bytes)};
  if (const auto config = find(updater, kSigningConfigTarget); config && *config) {
    if (const auto text = kept(**config); text && *text) {
      files.signing_config = std::string(text_of(**text));
    }
  }
  files.roles = updater.roles();
  return files;
}

Asked Store::asked() const {
  const auto text = folder_.load_file(kAskedName, kAskedBytes);
  return text && *text ? parse_asked(text_of(**text)) : Asked{};
}

void Store::note_failure(Time now, const Error& error) {
  Asked next = asked();
  next.failed = now;
  next.reason = error.message();
  note(next);
}

void Store::note_told(Time now) {
  Asked next = asked();
  next.told = now;
  note(next);
}

// Failing is harmless: the mirror is asked once more than it has to be.
void Store::note(const Asked& asked) {
  [[maybe_unused]] const Result<void> noted = folder_.store_file(kAskedName, bytes_of(to_text(asked)));
}

}  // namespace tomme::trust
