#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "cli/describe.h"
#include "cli/errors.h"
#include "cli/inputs.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/expectation.h"
#include "core/policy/judge.h"
#include "core/policy/render.h"
#include "io/system/errors.h"
#include "io/system/file.h"

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

/// What is asked of each signature; a key that was given is the expectation by itself.
Demand demand_of(const VerifyCommand& command, const Expectation& expectation) {
  Demand demand{.any_statement =
                    !command.predicate_type.empty()};  // the verifier compares what was asked for
  if (!expectation.is_empty()) {
    demand.signer = [&expectation](const VerifiedSignature& signature) {
      return expect_signer_of_each(signature, {{&expectation}});
    };
  }
  return demand;
}

/// Why a file is not verified; nothing where it is.
std::optional<Error> refusal_of(const Verdict& verdict, const VerifyCommand& command) {
  if (verdict.refusal()) return verdict.refusal();
  if (!verdict.attested()) return Error(kPolicyUnattested, "nothing of its proof is a signature");
  if (verdict.decision() == Decision::allow || command.expect.anyone) return std::nullopt;
  for (const VerifiedSignature& signature : verdict.signers()) {
    if (!signature.evidence.identity()) continue;
    return Error(kPolicyNoExpectation,
                 "it claims to be signed by " + signature.who() + ", and no expected signer was given");
  }
  return std::nullopt;
}

std::string shown(const std::string& name) {
  return name == "-" ? "standard input" : printable(name);
}

/// One line of the result, as text at once or as JSON at the end.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  void take(const std::string& name, const Verdict& verdict, const std::optional<Error>& refusal) {
    if (refusal) return refused(name, *refusal, &verdict);
    if (json_) return add(name, "verified", &verdict, nullptr);
    print(shown(name) + ": verified\n");
    std::set<std::string> said;  // an attestation may be beside the provenance that holds it
    for (const VerifiedSignature& signature : verdict.signers()) {
      const auto [text, is_new] = said.insert(describe(signature));
      if (is_new) print(*text);
    }
    for (const std::string& note : verdict.notes()) print("  note: " + printable(note, 400) + "\n");
  }
  /// `verdict` may be nullptr: the file was never judged.
  void refused(const std::string& name, const Error& error, const Verdict* verdict) {
    code_ = worse(code_, std::to_underlying(error.outcome()));
    if (json_) return add(name, error.outcome() == Outcome::refused ? "refused" : "unknown", verdict, &error);
    // What could not be opened is named by its own message.
    const bool names_it = error.is(kFileRead) || error.is(kUsageNoFile);
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
  void add(const std::string& name, std::string word, const Verdict* verdict, const Error* error) {
    json::Array list, notes;
    if (verdict != nullptr) {
      const bool is_refused = verdict->refusal().has_value();
      for (const VerifiedSignature& each : is_refused ? verdict->strangers() : verdict->signers())
        list.push_back(to_json(each));
      for (const std::string& note : verdict->notes()) notes.emplace_back(printable(note, 400));
    }
    files_.emplace_back(
        json::Object({{"file", json::Value(is_utf8(name) ? name : printable(name, name.size() * 4))},
                      {"verdict", json::Value(std::move(word))},
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
  std::vector<std::shared_ptr<const Verifier>> verifiers;
  for (auto& root : TRY(load_roots(command.trust, network_of(command), now)))
    verifiers.push_back(
        std::make_shared<const Verifier>(std::move(root), TRY(make_options(command, limits))));
  const SignatureJudge judge(std::move(verifiers));
  const Demand demand = demand_of(command, expectation);
  Output output(command.json);
  TRY(for_each_subject(command, limits, now, [&](const NamedSubject& input) {
    if (!input.subject) return output.refused(input.name, input.subject.error(), nullptr);
    const Subject& subject = *input.subject;
    const Verdict verdict =
        judge.judge(subject.proofs, subject.filename, *subject.artifact, [&](const auto&) { return demand; });
    output.take(input.name, verdict, refusal_of(verdict, command));
  }));
  return output.finish();
}

}  // namespace tomme::cli
