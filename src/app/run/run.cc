#include "app/run/run.h"

#include <algorithm>
#include <filesystem>
#include <malloc.h>
#include <sys/prctl.h>
#include <thread>

#include "app/installers/plan.h"
#include "app/relay/errors.h"
#include "app/relay/relay.h"
#include "app/relay/tls_authority.h"
#include "app/run/child.h"
#include "app/run/child_environment.h"
#include "app/run/ending.h"
#include "app/run/errors.h"
#include "app/run/installed_verdict.h"
#include "app/run/run_folder.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "io/net/forward_proxy.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

namespace {

/// What is judged is fixed before the child starts: exactly these origins, and plain http only on this
/// machine.
std::function<bool(const Url&)> intercepted_by(const Plan& plan) {
  return [origins = plan.intercept](const Url& url) {
    return is_secure_origin(url) && origins.contains(url.origin());
  };
}

std::function<net::Pass(Scheme, const Authority&)> decide_by(const RunOptions& options, const Plan& plan,
                                                             Report& report) {
  const auto allowed = [hosts = options.allow_hosts, services = plan.services](const Authority& authority) {
    return hosts.contains(authority.host) || hosts.contains(authority.to_string()) ||
           services.contains(Origin{Scheme::https, authority});
  };
  // An unjudged host could send any project, the one whose signer is expected as well.
  const bool strict = options.policy.require_attested || !options.invocation.expected.empty();
  return [allowed, origins = plan.intercept, services = plan.services, strict, &report](
             Scheme scheme, const Authority& authority) -> net::Pass {
    const Origin origin{scheme, authority};
    if (origin.is_secure() && origins.contains(origin)) return net::Intercept{};
    const std::string host = authority.to_string();
    if (strict && !allowed(authority)) {
      const Error error(kGuardHost, "files from " + printable(host) +
                                        " are not judged, and proof is required or a signer expected");
      report.refused(host, error);
      return net::Refuse{"tomme: " + error.message() + " [" + std::string(error.code().name) + "]"};
    }
    if (services.contains(origin)) {
      report.served(host);
    } else {
      report.tunnelled(host);
    }
    return net::Tunnel{};
  };
}

std::set<std::string> tls_hosts(const Plan& plan) {
  std::set<std::string> hosts;
  for (const Origin& origin : plan.intercept) {
    if (origin.scheme == Scheme::https) hosts.insert(origin.authority.host);
  }
  return hosts;
}

std::vector<Url> index_urls(const Plan& plan) {
  std::vector<Url> urls;
  for (const NamedIndex& index : plan.indexes) urls.push_back(index.url);
  return urls;
}

/// An allowance that can have no effect is a misunderstanding, or a slip in the address.
void note_unknown_indexes(const Plan& plan, const Allowances& allowed, Report& report) {
  std::set<std::string> known;
  for (const Url& index : index_urls(plan)) {
    if (const auto text = canonical_index(index.to_string())) known.insert(*text);
  }
  for (const std::string& index : allowed.indexes()) {
    if (!known.contains(index)) {
      report.note("--allow-index " + index + " lets nothing pass: it is no index of this command");
    }
  }
}

/// 0 to 9, A to Z, a to z: safe in a URL. 32 of 62 characters are more than 128 bits.
Secret<std::string> make_password() {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string password;
  while (password.size() < 32) {
    for (const std::uint8_t byte : random_bytes(32)) {
      if (byte < 248 && password.size() < 32) password += kAlphabet[byte % kAlphabet.size()];
    }
  }
  return Secret<std::string>(std::move(password));
}

void tell(const Report& report, int status, const TableStyle& style,
          const std::function<void(std::string_view)>& say) {
  if (report.judged_count() == 0) {
    say("no file passed through, so nothing was judged\n");
    if (status == 0) {
      say("note: what is installed already is not judged again: pip --force-reinstall and uv --reinstall "
          "fetch it\n");
    }
  }
  say(report.table(style));
}

/// A whole wheel, and not its METADATA alone.
bool went_to_the_command(const DeliveredFile& file) {
  return !file.addresses.empty() && file.filename.ends_with(".whl");
}

/// Puts what is new in the environments into the report, once the command has ended.
void report_changes(InstalledCheck& check, const FileStore& store, const DistributionPolicy& policy,
                    const Plan& plan, const std::vector<std::string>& argv, Report& report) {
  const Installer installer = plan.command.installer;
  const std::set<ProjectName> expected = policy.expected.projects();
  for (std::string& note :
       report_installed(check.compare(report.deliveries(), store, expected),
                        {.proof_required = policy.require_attested, .expected = expected}, report)) {
    report.note(std::move(note));
  }
  // Where a script puts things is not known: that nothing is new where we looked says little then.
  if (installer == Installer::unknown && report.changes() == Changes::none) {
    report.changed(Changes::not_looked);
  }
  if (report.changes() == Changes::none && installs(argv) &&
      std::ranges::any_of(report.deliveries(), &went_to_the_command))
    report.changed(Changes::unseen);
}

/// Dozens of short threads on few cores: a heap for each would be grown page by page, with a system call and
/// an interrupt of the other cores each time, some 400 of them while ten files pass.
void share_one_heap() {
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TOP_PAD, 1024 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
}

}  // namespace

Result<int> run_guarded(RunOptions options, VerifierComing verifier, const Clock& clock, Report& report,
                        const std::function<void(std::string_view)>& say) {
  share_one_heap();
  const Plan plan = TRY(make_plan(options.invocation));
  for (const std::string& note : plan.notes) report.note(note);
  note_unknown_indexes(plan, options.policy.allowed, report);
  // The authority's key is in this process alone: no core dump, no other process of this user reading memory.
  ::prctl(PR_SET_DUMPABLE, 0);

  // Absolute: the child may change its folder.
  const std::string cache = std::filesystem::absolute(options.cache_folder).string();
  const FileStore store = TRY(FileStore::open(cache + "/files"));
  RunFolder folder = TRY(RunFolder::make(cache + "/runs"));
  const TlsAuthority authority = TRY(TlsAuthority::make(tls_hosts(plan), clock.now()));
  // Beside the rest: the system's authorities are a few hundred files.
  auto writing = std::async(std::launch::async, [&] {
    return ChildCertificates::write(plan.trust, to_pem("CERTIFICATE", authority.certificate().der()),
                                    folder.path(), plan.command.installer);
  });

  // While the rest is prepared: a look at thousands of distributions takes its time on a cold disk.
  const std::string caches = folder.path() + "/cache";
  auto looking =
      std::async(std::launch::async, [&] { return InstalledCheck(options.invocation, plan, caches); });

  net::HttpClient client({.trust = plan.trust, .proxy = plan.upstream, .user_agent = "tomme"});
  const auto intercepted = intercepted_by(plan);
  const Gate gate(client, DistributionJudge(TRY(verifier.get()), options.policy), options.attestations,
                  intercepted, options.proofs);
  const std::set<ProjectName> expected = options.policy.expected.projects();
  Relay relay(client, store, gate, report,
              {.intercepted = intercepted,
               .indexes = index_urls(plan),
               .scratch_folder = folder.path(),
               .proof_required = options.policy.require_attested,
               .expected = expected,
               .credentials = plan.credentials,
               .locked_files = plan.locked_files});
  const auto proxy = TRY(net::ForwardProxy::start(
      {.password = make_password(),
       .decide = decide_by(options, plan, report),
       .identity = [&authority](const std::string& host) { return authority.identity_for(host); },
       .on_handshake_failed = [&report](const Authority& host,
                                        const Error&) { report.distrusted(printable(host.to_string())); },
       .upstream = plan.upstream,
       .trust = plan.trust},
      relay));

  const Secret<std::string> proxy_url = proxy->url();
  const ChildCertificates certificates = TRY(writing.get());
  const ChildSettings settings{proxy_url, certificates, caches, options.invocation.kept};
  InstalledCheck check = looking.get();
  for (const ProjectName& project : expected) {
    if (const auto places = check.before(project); !places.empty())
      report.was_installed(project, places.front());
  }
  // While the installer starts: its first request need not wait for it, nor its start share the cores with
  // it.
  std::jthread preparing;
  const auto prepare = [&] {
    preparing = std::jthread([&] {
      for (const std::string& host : tls_hosts(plan)) proxy->prepare(host);
      client.prepare();
    });
  };
  const Result<int> child =
      run_child({options.invocation.argv, child_environment(plan, settings)}, {.started = prepare});
  if (child) report_changes(check, store, options.policy, plan, options.invocation.argv, report);
  const std::jthread removing([&folder] { folder.remove(); });
  proxy->stop();
  relay.stop();
  if (!child) return std::unexpected(child.error());

  for (std::string& note : relay.notes()) report.note(std::move(note));
  for (std::string& note : gate.notes()) report.note(std::move(note));
  const int status = conclude(report,
                              {.attested = options.policy.require_attested,
                               .expected_used = options.expected_used,
                               .expected = expected},
                              *child);
  tell(report, status, options.style, say);
  store.prune(options.cache_limit);
  return status;
}

}  // namespace tomme::guard
