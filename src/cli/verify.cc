#include <algorithm>
#include <utility>

#include "cli/describe.h"
#include "cli/inputs.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/attestation/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/expectation.h"
#include "core/policy/render.h"
#include "io/store/errors.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kKeyOctets = 64 * 1024;

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
  if (!options.issuer.empty()) expectation.issuer = Pattern(options.issuer);
  if (!options.publisher.empty()) expectation.publisher = TRY(parse_publisher_expectation(options.publisher));
  if (options.anyone && !expectation.is_empty()) {
    return fail(kPolicyExpectation, "--anyone and an expected signer contradict each other",
                "leave one of them out");
  }
  if (has_key && !expectation.is_empty()) {
    return fail(kPolicyExpectation, "a signature made with a key has no identity that could be expected",
                "leave --key out, or the expected signer");
  }
  if (!expectation.is_empty() && !expectation.names_somebody()) {
    return fail(kPolicyNoExpectation, expectation.describe() + " fits anyone who likes to have it");
  }
  return expectation;
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
  if (!command.predicate_type.empty()) options.predicate_type = command.predicate_type;
  for (const std::string& text : command.witnesses) options.witnesses.push_back(TRY(parse_witness(text)));
  if (!command.key.empty()) {
    options.key = ManagedKey{
        TRY(in(printable(command.key), PublicKey::parse_pem(TRY(read_file(command.key, kKeyOctets)))))};
  }
  return options;
}

Result<std::vector<Signer>> verify_subject(const Verifier& verifier, const Subject& subject) {
  std::vector<Signer> signers;
  for (const Proof& proof : subject.proofs) {
    for (Signer& signer : TRY(verify_proof(verifier, proof, subject.filename, *subject.artifact))) {
      signers.push_back(std::move(signer));
    }
  }
  return signers;
}

Result<void> expect_signers(const std::vector<Signer>& signers, const Expectation& expectation,
                            const ExpectOptions& options) {
  for (const Signer& signer : signers) {
    const auto& identity = signer.evidence.identity();
    if (!identity) continue;  // the key that was given is the expectation
    if (options.anyone) continue;
    if (expectation.is_empty()) {
      return fail(kPolicyNoExpectation, "it claims to be signed by " + identity->describe() +
                                            ", and nobody said who should have signed it");
    }
    TRY(expect_signer(*identity, expectation));
  }
  return {};
}

std::string shown(const std::string& name) {
  return name == "-" ? "standard input" : printable(name);
}

/// One line of the result, as text at once or as JSON at the end.
class Output {
 public:
  explicit Output(bool json) : json_(json) {}

  void verified(const std::string& name, const std::vector<Signer>& signers) {
    if (json_) return add(name, "verified", signers, nullptr);
    print(shown(name) + ": verified\n");
    for (const Signer& signer : signers) print(describe(signer));
  }
  void refused(const std::string& name, const std::vector<Signer>& signers, const Error& error) {
    code_ = worse(code_, std::to_underlying(error.outcome()));
    if (json_) return add(name, error.outcome() == Outcome::refused ? "refused" : "unknown", signers, &error);
    // What could not be opened is named by its own message.
    const bool named = error.is(kStoreRead) && error.message().contains(printable(name));
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
  void add(const std::string& name, std::string verdict, const std::vector<Signer>& signers,
           const Error* error) {
    json::Array list;
    for (const Signer& signer : signers) list.push_back(to_json(signer));
    files_.emplace_back(
        json::Object({{"file", json::Value(is_utf8(name) ? name : printable(name, name.size() * 4))},
                      {"verdict", json::Value(std::move(verdict))},
                      {"signers", json::Value(std::move(list))},
                      {"error", error ? to_json(*error) : json::Value()}}));
  }

  bool json_;
  int code_ = 0;
  json::Array files_;
};

}  // namespace

Result<int> verify(const VerifyCommand& command) {
  const Limits limits = TRY(parse_limits(command.limits));
  const Expectation expectation = TRY(make_expectation(command.expect, !command.key.empty()));
  const Verifier verifier(TRY(load_root(command.trust)), TRY(make_options(command, limits)));
  Output output(command.json);
  TRY(for_each_subject(command, limits, [&](const NamedSubject& input) {
    if (!input.subject) return output.refused(input.name, {}, input.subject.error());
    const Result<std::vector<Signer>> signers = verify_subject(verifier, *input.subject);
    if (!signers) return output.refused(input.name, {}, signers.error());
    if (const Result<void> expected = expect_signers(*signers, expectation, command.expect); !expected) {
      return output.refused(input.name, *signers, expected.error());
    }
    output.verified(input.name, *signers);
  }));
  return output.finish();
}

}  // namespace tomme::cli
