#include "app/trust/choose.h"
#include "cli/environment.h"
#include "cli/inputs.h"
#include "cli/json_values.h"
#include "cli/term.h"
#include "cli/tuf_client.h"
#include "cli/verbs.h"
#include "core/base/words.h"
#include "core/encoding/text.h"
#include "core/sigstore/builtin_roots.h"
#include "core/tuf/names.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kRootBytes = 512'000;

/// The address of a mirror with what it is asked with; a public one needs nothing.
AddressWithLogin mirror_of(const std::string& typed, bool staging) {
  if (!typed.empty()) return address_with_login(typed);
  return {std::string(staging ? trust::kStagingMirror : trust::kPublicMirror), nullptr};
}

trust::Refresh refresh_of(const std::string& text, Network network) {
  if (text == "always") return trust::Refresh::always;
  if (text == "daily") return trust::Refresh::daily;
  if (text == "never" || network == Network::unused) return trust::Refresh::never;
  return trust::Refresh::daily;
}

Result<trust::Request> make_request(const AddressWithLogin& mirror, trust::Refresh refresh, Time now) {
  return trust::Request{
      .source = TRY(trust::Source::of(mirror.address)),
      .refresh = refresh,
      .cache_folder = cache_folder(current_environment()),
      .now = now,
      .network = [mirror] { return network_options({mirror}); },
      .waiting = [] { tell("waiting for another process that refreshes the trust root\n"); }};
}

const tuf::RoleState* first_expired(const trust::InUse& in_use) {
  if (!in_use.files) return nullptr;
  for (const tuf::RoleState& role : in_use.files->roles) {
    if (role.stale > std::chrono::seconds{0}) return &role;
  }
  return nullptr;
}

/// Who asked for no refresh in so many words is told how stale the root is.
std::string staleness(const trust::InUse& in_use) {
  const tuf::RoleState* expired = first_expired(in_use);
  if (expired == nullptr) return "";
  const std::string day =
      in_use.asked.refreshed ? trust::date_text(*in_use.asked.refreshed) : "an unknown day";
  return "the trust root in use is of " + day + ": " + describe(*expired);
}

void field(std::string_view name, const std::string& value) {
  constexpr std::size_t kNameColumns = 14;
  print(std::string(name) + std::string(kNameColumns - name.size(), ' ') + value + "\n");
}

/// "2026-01-31T12:00:00Z, 3 hours ago"
std::string moment(Time then, Time now) {
  return to_rfc3339(then) + (then <= now ? ", " + span_text(now - then) + " ago" : "");
}

std::string origin(const trust::InUse& in_use) {
  if (in_use.from == trust::InUse::From::built_in) {
    return "the trust root built in on " + std::string(builtin_roots_date());
  }
  return "trusted_root.json by TUF, sha256:" + in_use.files->digest.to_hex();
}

std::string contents(const TrustedRoot& root) {
  const auto count = [](std::size_t n, const char* one, const char* many) {
    return std::to_string(n) + " " + (n == 1 ? one : many);
  };
  return count(root.logs.size(), "log", "logs") + ", " +
         count(root.certificate_logs.size(), "certificate log", "certificate logs") + ", " +
         count(root.certificate_authorities.size(), "certificate authority", "certificate authorities") +
         ", " + count(root.timestamp_authorities.size(), "timestamp authority", "timestamp authorities");
}

void show(const trust::Source& source, const trust::InUse& in_use, Time now) {
  field("mirror", printable(source.mirror));
  field("in use", origin(in_use));
  field("contents", contents(*in_use.root));
  if (in_use.files) {
    field("config", in_use.files->signing_config ? "signing_config.v0.2.json is kept"
                                                 : "the mirror has no signing_config.v0.2.json");
    for (const tuf::RoleState& role : in_use.files->roles) field("by", describe(role));
  }
  field("refreshed", in_use.asked.refreshed ? moment(*in_use.asked.refreshed, now) : "never");
  if (in_use.asked.failed) {
    field("failed", moment(*in_use.asked.failed, now) + ": " + printable(in_use.asked.reason, 400));
  }
}

json::Value time_value(const std::optional<Time>& time) {
  return time ? json_text(to_rfc3339(*time)) : json::Value();
}

json::Value contents_to_json(const TrustedRoot& root) {
  const auto count = [](std::size_t n) { return json::Value(static_cast<std::uint64_t>(n)); };
  return json_object({{"logs", count(root.logs.size())},
                      {"certificateLogs", count(root.certificate_logs.size())},
                      {"certificateAuthorities", count(root.certificate_authorities.size())},
                      {"timestampAuthorities", count(root.timestamp_authorities.size())}});
}

json::Value roles_to_json(const trust::InUse& in_use) {
  json::Array roles;
  if (in_use.files) {
    for (const tuf::RoleState& role : in_use.files->roles) {
      roles.push_back(json_object({{"role", json_outside_text(role.role.text())},
                                   {"version", json::Value(role.version.value())},
                                   {"expires", json_text(to_rfc3339(role.expires))},
                                   {"expired", json::Value(role.stale > std::chrono::seconds{0})}}));
    }
  }
  return roles;
}

void show_json(const trust::Source& source, const trust::InUse& in_use) {
  const bool built_in = in_use.from == trust::InUse::From::built_in;
  const trust::Asked& asked = in_use.asked;
  json::Value failed;
  if (asked.failed) {
    failed = json_object({{"time", time_value(asked.failed)}, {"reason", json_outside_text(asked.reason)}});
  }
  print(json::to_pretty(
      json_object({{"version", json::Value(std::int64_t{1})},
                   {"mirror", json_outside_text(source.mirror)},
                   {"from", json_text(built_in ? "built-in" : "tuf")},
                   {"builtIn", json_text(builtin_roots_date())},
                   {"sha256", in_use.files ? json_text(in_use.files->digest.to_hex()) : json::Value()},
                   {"contents", contents_to_json(*in_use.root)},
                   {"signingConfig", json::Value(in_use.files && in_use.files->signing_config.has_value())},
                   {"roles", roles_to_json(in_use)},
                   {"refreshed", time_value(asked.refreshed)},
                   {"failed", std::move(failed)}})));
}

Result<int> init(const TrustCommand& command, trust::Source source) {
  const std::string root = TRY(read_file(command.root, kRootBytes));
  const std::string folder = TRY(cache_folder(current_environment()));
  trust::Store store = TRY(trust::Store::open(folder, std::move(source), {}));
  const tuf::Version version = TRY(in(printable(command.root), store.init(bytes_of(root))));
  field("mirror", printable(store.source().mirror));
  field("root", "version " + std::to_string(version.value()) + ", sha256:" + sha256(bytes_of(root)).to_hex());
  return 0;
}

Result<std::string> read_trusted_root(const std::string& path) {
  TRY(expect_there(path));
  return read_file(path, TrustedRoot::Limits().bytes);
}

}  // namespace

Result<std::vector<std::shared_ptr<const TrustedRoot>>> load_roots(const TrustOptions& options,
                                                                   Network network, Time now) {
  std::vector<std::shared_ptr<const TrustedRoot>> roots;
  if (options.trusted_root.empty()) {
    roots.push_back(TRY(load_root(options, network, now)));
    return roots;
  }
  const std::string text = TRY(read_trusted_root(options.trusted_root));
  for (TrustedRoot& root : TRY(in(printable(options.trusted_root), TrustedRoot::parse_all(text))))
    roots.push_back(std::make_shared<const TrustedRoot>(std::move(root)));
  return roots;
}

Result<std::shared_ptr<const TrustedRoot>> load_root(const TrustOptions& options, Network network, Time now) {
  if (!options.trusted_root.empty()) {
    const std::string text = TRY(read_trusted_root(options.trusted_root));
    return std::make_shared<const TrustedRoot>(
        TRY(in(printable(options.trusted_root), TrustedRoot::parse(text))));
  }
  const trust::Request request = TRY(
      make_request(mirror_of(options.mirror, options.staging), refresh_of(options.refresh, network), now));
  trust::InUse in_use = TRY(trust::choose(request));
  const bool asked_for = network == Network::used && request.refresh == trust::Refresh::never;
  const std::string note = in_use.note.empty() && asked_for ? staleness(in_use) : in_use.note;
  if (!note.empty()) print_warning(note);
  if (!in_use.note.empty() && request.refresh == trust::Refresh::daily) {
    print_hint(!in_use.hint.empty() ? in_use.hint
                                    : "signatures are verified all the same; without the network, "
                                      "TOMME_REFRESH=never ends this warning");
  }
  return std::move(in_use.root);
}

Result<int> trust(const TrustCommand& command, const Clock& clock) {
  const Time now = TRY(reference_time(command.time, clock));
  const AddressWithLogin mirror = mirror_of(command.mirror, command.staging);
  if (command.what == TrustCommand::What::init) {
    return init(command, TRY(trust::Source::of(mirror.address)));
  }
  const auto refresh =
      command.what == TrustCommand::What::update ? trust::Refresh::always : trust::Refresh::never;
  const trust::Request request = TRY(make_request(mirror, refresh, now));
  const trust::InUse in_use = TRY(trust::choose(request));
  if (!in_use.note.empty()) print_warning(in_use.note);
  if (command.json) {
    show_json(request.source, in_use);
  } else {
    show(request.source, in_use, now);
  }
  return 0;
}

int worse(int a, int b) {
  const auto weight = [](int code) { return code == 1 ? 3 : code == 3 ? 2 : code == 2 ? 1 : 0; };
  return weight(b) > weight(a) ? b : a;
}

}  // namespace tomme::cli
