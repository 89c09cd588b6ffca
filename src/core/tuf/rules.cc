#include "core/base/words.h"
#include "core/encoding/text.h"
#include "core/tuf/canonical_snapshot.h"
#include "core/tuf/errors.h"
#include "core/tuf/rules_internal.h"

namespace tomme::tuf {

namespace {

std::string number(Version version) {
  return std::to_string(version.value());
}

/// `file` is a Signed<T>, or a CanonicalSnapshot.
template <class File>
Result<void> verify_by_root(const RoleName& role, const Root& root, const File& file,
                            const OidcVerifier& oidc) {
  return verify_threshold(describe(role, file.value.version), describe(RoleName::root(), root.version),
                          root.keys, *root.find(role), file.canonical, file.signatures, oidc);
}

template <class T>
Result<T> read_by_root(const RoleName& role, const Root& root, BytesView bytes, const OidcVerifier& oidc) {
  Signed<T> file = TRY(in(role.text(), Signed<T>::parse(bytes)));
  TRY(verify_by_root(role, root, file, oidc));
  return std::move(file.value);
}

}  // namespace

std::string describe(const RoleName& role, Version version) {
  return printable(role.text(), 80) + " version " + number(version);
}

Result<Root> read_first_root(BytesView bytes, const OidcVerifier& oidc) {
  Signed<Root> file = TRY(in("the trusted root", Signed<Root>::parse(bytes)));
  TRY(in("the trusted root", verify_by_root(RoleName::root(), file.value, file, oidc)));
  return std::move(file.value);
}

Result<Root> read_next_root(const Root& current, BytesView bytes, const OidcVerifier& oidc) {
  Signed<Root> file = TRY(in("root", Signed<Root>::parse(bytes)));
  TRY(verify_by_root(RoleName::root(), current, file, oidc));
  if (file.value.version.value() != current.version.value() + 1) {
    return fail(kTufVersion, "the mirror gave root version " + number(file.value.version) +
                                 " where version " + std::to_string(current.version.value() + 1) +
                                 " comes next");
  }
  TRY(verify_by_root(RoleName::root(), file.value, file, oidc));
  return std::move(file.value);
}

Result<Timestamp> read_timestamp(const Root& root, BytesView bytes, const OidcVerifier& oidc) {
  return read_by_root<Timestamp>(RoleName::timestamp(), root, bytes, oidc);
}

Result<Snapshot> read_snapshot(const Root& root, BytesView bytes, const OidcVerifier& oidc) {
  std::optional<CanonicalSnapshot> file = CanonicalSnapshot::read(text_of(bytes));
  if (!file) return read_by_root<Snapshot>(RoleName::snapshot(), root, bytes, oidc);
  TRY(verify_by_root(RoleName::snapshot(), root, *file, oidc));
  return std::move(file->value);
}

Result<Targets> read_targets(const RoleName& name, const MetaFile& listed, const Delegator& delegator,
                             BytesView bytes, const OidcVerifier& oidc) {
  const std::string what = printable(name.text(), 80);
  TRY(in(what, check_meta_file(listed, bytes)));
  Signed<Targets> file = TRY(in(what, parse_targets_of(name.text(), bytes)));
  TRY(verify_threshold(describe(name, file.value.version), delegator.description, *delegator.keys,
                       *delegator.role, file.canonical, file.signatures, oidc));
  TRY(check_listed_version(name, file.value.version, listed.version));
  return std::move(file.value);
}

Result<void> check_rollback(const Timestamp& trusted, const Timestamp& next) {
  if (next.version < trusted.version) {
    return fail(kTufRollback, "the mirror gave timestamp version " + number(next.version) + ", but version " +
                                  number(trusted.version) + " was seen before");
  }
  if (next.snapshot.version < trusted.snapshot.version) {
    return fail(kTufRollback, describe(RoleName::timestamp(), next.version) + " lists snapshot version " +
                                  number(next.snapshot.version) + ", but version " +
                                  number(trusted.snapshot.version) + " was listed before");
  }
  return {};
}

Result<void> check_rollback(const Snapshot& trusted, const Snapshot& next) {
  const auto step = trusted.meta.first_step_back(next.meta);
  if (!step) return {};
  const std::string snapshot = describe(RoleName::snapshot(), next.version), file = printable(step->name, 80);
  if (!step->after) {
    return fail(kTufRollback, snapshot + " no longer lists " + file + ", which was there before");
  }
  return fail(kTufRollback, snapshot + " lists " + file + " version " + number(*step->after) +
                                ", but version " + number(step->before) + " was listed before");
}

Result<void> check_listed_version(const RoleName& role, Version found, Version listed) {
  if (found == listed) return {};
  return fail(kTufVersion,
              "the mirror gave " + describe(role, found) + " where version " + number(listed) + " is listed");
}

Result<void> check_fresh(const RoleName& role, const Common& metadata, Time now,
                         std::chrono::seconds tolerance) {
  if (!metadata.is_expired(now)) return {};
  const std::chrono::seconds since = now - metadata.expires;
  if (since < tolerance) return {};
  return fail(kTufExpired, describe(role, metadata.version) + " expired at " + to_rfc3339(metadata.expires) +
                               ", " + span_text(since) + " before the time of this check, " +
                               to_rfc3339(now));
}

}  // namespace tomme::tuf
