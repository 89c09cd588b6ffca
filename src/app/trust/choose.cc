#include "app/trust/choose.h"

#include "app/trust/errors.h"
#include "core/encoding/text.h"
#include "core/sigstore/builtin_roots.h"
#include "core/tuf/errors.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme::trust {

namespace {

/// What the built-in root has no end of, a kept one needs none of either.
constexpr std::chrono::seconds kAnyAge = std::chrono::years{1000};
constexpr std::chrono::milliseconds kReaderWaits{5'000};
/// Longer than a refresh beside other work may take: then it is at its end, or never will be.
constexpr std::chrono::milliseconds kRefresherWaits{15'000};
/// Before what the person wanted can begin.
constexpr TufMirrorLimits kBesideOtherWork{.connect = std::chrono::milliseconds{3'000},
                                           .file = std::chrono::milliseconds{5'000},
                                           .metadata = std::chrono::milliseconds{10'000},
                                           .stall = std::chrono::seconds{5}};

bool is_within(const std::optional<Time>& since, Time now, std::chrono::seconds span) {
  return since && *since <= now && now - *since < span;  // a moment to come was noted by a wrong clock
}

Result<Store> open_store(const Request& request, TufFolderOptions::Access access) {
  const bool reading = access == TufFolderOptions::Access::reading;
  return Store::open(TRY(request.cache_folder), request.source,
                     {.access = access,
                      .lock_wait = reading ? kReaderWaits : kRefresherWaits,
                      .waiting = reading ? std::function<void()>() : request.waiting});
}

/// Whether the program was built with a newer trust root than the one that was fetched then.
bool is_older_than_built_in(const Asked& asked) {
  return !asked.refreshed || date_text(*asked.refreshed) < builtin_roots_date();
}

Result<InUse> built_in(const Source& source) {
  auto root = TRY(source.built_in());
  return InUse{.root = std::move(root)};
}

std::unexpected<Error> nothing_kept(const Source& source, const Error& why) {
  const std::string mirror = "the mirror " + printable(source.mirror);
  if (why.is(tuf::kTufNoRoot)) return fail(kTrustNotBegun, "nothing is known of " + mirror);
  if (why.is(tuf::kTufOffline)) return fail(kTrustNotKept, "nothing was fetched yet from " + mirror);
  return fail(kTrustNotKept, "what is kept of " + mirror + " cannot be used: " + why.message());
}

/// Without the network: what is kept, or what is built in.
Result<InUse> at_hand(const Request& request, Store& store) {
  const Asked asked = store.asked();
  if (request.source.built_in != nullptr && is_older_than_built_in(asked)) {
    InUse out = TRY(built_in(request.source));
    out.asked = asked;
    return out;
  }
  Result<Files> files = store.load(request.now, kAnyAge);
  if (files) {
    auto root = files->root;
    return InUse{std::move(root), InUse::From::kept, *std::move(files), asked};
  }
  if (request.source.built_in == nullptr) return nothing_kept(request.source, files.error());
  InUse out = TRY(built_in(request.source));
  out.asked = asked;
  out.note =
      "what is kept of " + printable(request.source.mirror) + " cannot be used: " + files.error().message();
  return out;
}

Result<InUse> at_hand(const Request& request) {
  Result<Store> store = open_store(request, TufFolderOptions::Access::reading);
  if (store) return at_hand(request, *store);
  if (request.source.built_in != nullptr) return built_in(request.source);
  if (request.cache_folder && !exists(Store::folder_of(*request.cache_folder, request.source))) {
    return fail(kTrustNotBegun, "nothing is known of the mirror " + printable(request.source.mirror));
  }
  return std::unexpected(std::move(store).error());
}

std::string described(const InUse& in_use) {
  if (in_use.from == InUse::From::built_in) return "the one built in on " + std::string(builtin_roots_date());
  return "that of " + (in_use.asked.refreshed ? date_text(*in_use.asked.refreshed) : "an unknown day");
}

/// Where nothing is at hand, why it could not be refreshed is what counts.
Result<InUse> fall_back(Result<InUse> in_use, const Error& why) {
  if (!in_use) return std::unexpected(why);
  // No matter of the network, and nothing that waiting mends.
  if (why.is(kFolderUnsafe)) in_use->hint = why.hint();
  in_use->note = "the trust root could not be refreshed: " + why.message() + "; using " + described(*in_use);
  return in_use;
}

/// The same where `tomme trust show` has the reason: told in short, and once a day.
Result<InUse> fall_back(const Request& request, Store& store, const Error& why) {
  Result<InUse> in_use = at_hand(request, store);
  if (!in_use) return std::unexpected(why);
  if (is_within(store.asked().told, request.now, kTellEvery)) {
    in_use->note.clear();
    return in_use;
  }
  store.note_told(request.now);
  in_use->note =
      "the trust root could not be refreshed (tomme trust show says why); using " + described(*in_use);
  return in_use;
}

Result<InUse> update(const Request& request, Store& store, const TufMirrorLimits& limits) {
  net::HttpClient client(TRY(request.network()));
  Files files = TRY(store.update(client, request.now, limits));
  auto root = files.root;
  return InUse{std::move(root), InUse::From::mirror, std::move(files), store.asked()};
}

Result<InUse> refresh_daily(const Request& request) {
  Result<Store> store = open_store(request, TufFolderOptions::Access::writing);
  if (!store) return fall_back(at_hand(request), store.error());
  const Asked asked = store->asked();
  if (is_within(asked.refreshed, request.now, kRefreshEvery)) {
    if (Result<Files> files = store->load(request.now, std::chrono::seconds{0})) {
      auto root = files->root;
      return InUse{std::move(root), InUse::From::kept, *std::move(files), asked};
    }
  }
  if (is_within(asked.failed, request.now, kRetryAfter)) {
    return fall_back(request, *store, Error(kTrustNotKept, asked.reason));
  }
  Result<InUse> updated = update(request, *store, kBesideOtherWork);
  if (updated) return updated;
  return fall_back(request, *store, updated.error());
}

}  // namespace

Result<InUse> choose(const Request& request) {
  switch (request.refresh) {
    case Refresh::never:
      return at_hand(request);
    case Refresh::daily:
      return refresh_daily(request);
    case Refresh::always:
      break;
  }
  Store store = TRY(open_store(request, TufFolderOptions::Access::writing));
  return update(request, store, {});
}

std::string date_text(Time time) {
  return to_rfc3339(time).substr(0, std::string_view("2026-01-31").size());
}

}  // namespace tomme::trust
