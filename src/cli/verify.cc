#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "cli/describe.h"
#include "cli/errors.h"
#include "cli/inputs.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/crypto/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/expectation.h"
#include "core/policy/render.h"
#include "core/sigstore/errors.h"
#include "io/store/errors.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kKeyBytes = 64 * 1024;

Result<Expectation> make_expectation(const ExpectOptions& options, bool has_key) {
  Expectation expectation;
  const auto pattern = [](const std::string& text) -> std::optional<Pattern> {
    if (text.empty()) return std::nullopt;
    return Pattern(text);
  };
  expectation.identity = pattern(options.identity);
  expectation.repository = pattern(options.repository);
  expectation.workflow = pattern(options.workflow);
  expectation.ref = pattern(options.ref);
  expectation.issuer = pattern(options.issuer);
  if (!options.owner_id.empty()) expectation.owner_id = options.owner_id;
  if (!options.repository_id.empty()) expectation.repository_id = options.repository_id;
  if (!options.publisher.empty()) expectation.publisher = TRY(parse_publisher_expectation(options.publisher));
  if (options.anyone && !expectation.is_empty()) {
    return fail(kPolicyExpectation, "--anyone and an expected signer contradict each other",
                "leave one of them out");
  }
  if (has_key && !expectation.is_empty()) {
    return fail(kPolicyExpectation, "a signature made with a key has no identity that could be expected",
                "leave --key out, or the expected signer");
  }
  TRY(expectation.check());
  if (!expectation.is_empty() && !expectation.names_somebody()) {
    return fail(kPolicyNoExpectation, expectation.describe() + " fits anyone who likes to have it");
  }
  return expectation;
}

/// The two of PEP 740 have short names.
std::string predicate_type_of(const std::string& name) {
  if (name == "publish") return std::string(kPublishPredicate);
  if (name == "slsa") return std::string(kSlsaPredicate);
  return name;
}

Result<VerifyOptions> make_options(const VerifyCommand& command, const Limits& limits) {
  VerifyOptions options;
  options.logs = command.logs;
  options.times = command.times;
  options.certificate_logs = command.certificate_logs;
  options.accept_no_log = command.no_log;
  options.accept_promise_only = command.promise_only;
  options.statement_limits = limits.statement;
  options.note_limits = limits.note;
  if (!command.predicate_type.empty()) options.predicate_type = predicate_type_of(command.predicate_type);
  for (const std::string& text : command.witnesses) options.witnesses.push_back(TRY(parse_witness(text)));
  if (!command.key.empty()) {
    TRY(expect_there(command.key));
    options.key = ManagedKey{
        TRY(in(printable(command.key), PublicKey::parse_pem(TRY(read_file(command.key, kKeyBytes)))))};
  }
  return options;
}

Result<void> expect_one_signer(const VerifiedSignature& signer, const Expectation& expectation,
                               const ExpectOptions& options) {
  const auto& identity = signer.evidence.identity();
  if (!identity || options.anyone) return {};  // without one, the key that was given is the expectation
  if (expectation.is_empty()) {
    return fail(kPolicyNoExpectation,
                "it claims to be signed by " + identity->describe() + ", and no expected signer was given");
  }
  return expect_signer(*identity, expectation);
}

/// A signed statement may say anything of its file: "it failed its tests", too.
Result<void> expect_known_statement(const VerifiedSignature& signer, const std::string& predicate_type) {
  constexpr std::array<std::string_view, 3> kKnown{kPublishPredicate, kSlsaPredicate,
                                                   "https://slsa.dev/provenance/v0.2"};
  const auto& statement = signer.evidence.statement();
  if (!statement || !predicate_type.empty()) return {};  // the verifier has compared what was asked for
  if (std::ranges::find(kKnown, statement->predicate_type) != kKnown.end()) return {};
  return fail(kPolicyPredicate, "signed statement: " + printable(statement->predicate_type) + ", by " +
                                    signer.who() + ", and statements of that kind were not asked for");
}

Result<void> expect_signers(const std::vector<VerifiedSignature>& signers, const Expectation& expectation,
                            const ExpectOptions& options, const std::string& predicate_type) {
  for (const VerifiedSignature& signer : signers) {
    TRY(expect_one_signer(signer, expectation, options));
    TRY(expect_known_statement(signer, predicate_type));
  }
  return {};
}

/// What came of one file.
struct Finding {
  std::vector<VerifiedSignature> signers;  ///< genuine; where refused, not the expected ones
  std::vector<std::string> notes;
  std::optional<Error> refusal;
};

class Judge {
 public:
  /// `command` outlives it.
  Judge(std::vector<Verifier> verifiers, Expectation expectation, const VerifyCommand& command)
      : verifiers_(std::move(verifiers)), expectation_(std::move(expectation)), command_(command) {}

  /// Every file of proof has to hold.
  Finding judge(const Subject& subject) const {
    Finding finding;
    for (const ProofChoice& choice : subject.proofs) {
      judge_choice(choice, subject, finding);
      if (finding.refusal) break;
    }
    return finding;
  }

 private:
  /// With each trust root in turn: an instance's bundle holds by its own alone.
  Result<std::vector<VerifiedSignature>> verify(const Proof& proof, const Subject& subject) const {
    std::optional<Error> first;
    for (const Verifier& verifier : verifiers_) {
      auto signers = verify_proof(verifier, proof, subject.filename, *subject.artifact);
      if (signers) return signers;
      // Another instance's root knows neither the log nor the authority: that says least.
      const bool foreign = signers.error().is(kEntryUnknownLog) || signers.error().is(kCertificateChain);
      if (!first || !foreign) first = std::move(signers).error();
    }
    return std::unexpected(std::move(*first));
  }

  /// Of several bundles in one file one has to be genuine and by whom it should be; all are looked at.
  void judge_choice(const ProofChoice& choice, const Subject& subject, Finding& finding) const {
    std::vector<VerifiedSignature> held, stranger;
    std::optional<Error> first;
    for (const Proof& proof : choice) {
      Result<std::vector<VerifiedSignature>> signers = verify(proof, subject);
      const Result<void> ok =
          signers ? expect_signers(*signers, expectation_, command_.expect, command_.predicate_type)
                  : std::unexpected(signers.error());
      if (choice.size() > 1)
        finding.notes.push_back(proof.source + (ok ? " holds" : " was passed over: " + ok.error().message()));
      if (ok) {
        std::ranges::move(*signers, std::back_inserter(held));
      } else if (!first || (signers && stranger.empty())) {
        first = ok.error();
        if (signers) stranger = std::move(*signers);
      }
    }
    if (held.empty()) {
      finding.signers = std::move(stranger);
      const std::string none = "none of its " + std::to_string(choice.size()) + " bundles holds";
      finding.refusal = choice.size() > 1 ? std::move(*first).in(none) : std::move(*first);
      return;
    }
    std::ranges::move(held, std::back_inserter(finding.signers));
  }

  std::vector<Verifier> verifiers_;
  Expectation expectation_;
  const VerifyCommand& command_;
};

std::string shown(const std::string& name) {
  return name == "-" ? "standard input" : printable(name);
}

/// One line of the result, as text at once or as JSON at the end.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  void take(const std::string& name, const Finding& finding) {
    if (finding.refusal) return refused(name, *finding.refusal, finding);
    if (json_) return add(name, "verified", finding, nullptr);
    print(shown(name) + ": verified\n");
    std::set<std::string> said;  // an attestation may lie beside the provenance that holds it
    for (const VerifiedSignature& signer : finding.signers) {
      const auto [text, is_new] = said.insert(describe(signer));
      if (is_new) print(*text);
    }
    for (const std::string& note : finding.notes) print("  note: " + printable(note, 400) + "\n");
  }
  void refused(const std::string& name, const Error& error, const Finding& finding = {}) {
    code_ = worse(code_, std::to_underlying(error.outcome()));
    if (json_) return add(name, error.outcome() == Outcome::refused ? "refused" : "unknown", finding, &error);
    // What could not be opened is named by its own message.
    const bool names_it = error.is(kStoreRead) || error.is(kUsageNoFile);
    const bool named = names_it && error.message().contains(printable(name));
    print_error(named ? error : Error(error).in(shown(name)));
  }
  int finish() {
    if (json_) {
      print(json::to_pretty(json::Value(json::Object({{"version", json::Value(std::int64_t{1})},
                                                      {"exit", json::Value(std::int64_t{code_})},
                                                      {"files", json::Value(std::move(files_))}}))));
    }
    return code_;
  }

 private:
  void add(const std::string& name, std::string verdict, const Finding& finding, const Error* error) {
    json::Array list, notes;
    for (const VerifiedSignature& signer : finding.signers) list.push_back(to_json(signer));
    for (const std::string& note : finding.notes) notes.emplace_back(printable(note, 400));
    files_.emplace_back(
        json::Object({{"file", json::Value(is_utf8(name) ? name : printable(name, name.size() * 4))},
                      {"verdict", json::Value(std::move(verdict))},
                      {"signers", json::Value(std::move(list))},
                      {"notes", json::Value(std::move(notes))},
                      {"error", error ? to_json(*error) : json::Value()}}));
  }

  bool json_;
  int code_ = 0;
  json::Array files_;
};

Network network_of(const VerifyCommand& command) {
  const bool index = std::ranges::any_of(command.inputs,
                                         [](const std::string& input) { return input.starts_with("pypi:"); });
  return command.online || index ? Network::used : Network::unused;
}

}  // namespace

Result<int> verify(const VerifyCommand& command, const Clock& clock) {
  const Limits limits = TRY(parse_limits(command.limits));
  const Expectation expectation = TRY(make_expectation(command.expect, !command.key.empty()));
  const Time now = clock.now();
  std::vector<Verifier> verifiers;
  for (auto& root : TRY(load_roots(command.trust, network_of(command), now)))
    verifiers.emplace_back(std::move(root), TRY(make_options(command, limits)));
  const Judge judge(std::move(verifiers), expectation, command);
  Output output(command.json);
  TRY(for_each_subject(command, limits, now, [&](const NamedSubject& input) {
    if (!input.subject) return output.refused(input.name, input.subject.error());
    output.take(input.name, judge.judge(*input.subject));
  }));
  return output.finish();
}

}  // namespace tomme::cli
