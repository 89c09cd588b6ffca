#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <utility>

#include "app/proofs/file_artifact.h"
#include "app/trust/errors.h"
#include "app/trust/source.h"
#include "cli/describe.h"
#include "cli/environment.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/policy/judge.h"
#include "core/sigstore/errors.h"
#include "io/remote/errors.h"
#include "io/remote/rekor_client.h"
#include "io/system/file.h"

/// `sigstore verify …` as sigstore-python 4.5 has it: what may be combined, which files are looked for, in
/// which order things fail, and the exit status (2 for the command line, 1 for everything after it).
namespace tomme::cli {

namespace {

constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::size_t kSmallFileBytes = 1024 * 1024;
constexpr std::string_view kVerifyHelp = "tomme sigstore verify --help";

struct Materials {
  std::string bundle;                  ///< or, where empty:
  std::string signature, certificate;  ///< detached, with their log entry looked up
};

struct Input {
  std::string name;
  std::optional<Sha256> digest;  ///< where the input is one
  Materials materials;
};

struct Loaded {
  std::string name;
  std::shared_ptr<Artifact> artifact;
  Bundle bundle;
};

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

Result<Input> parse_input(const std::string& text) {
  if (is_file(text)) return Input{text, std::nullopt, {}};
  if (text.starts_with(kDigestPrefix)) {
    std::string hex = text.substr(kDigestPrefix.size());
    std::ranges::transform(hex, hex.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (const Result<Sha256> digest = Sha256::parse_hex(hex)) return Input{text, *digest, {}};
  }
  return fail(kUsage, printable(text) + " is neither a file nor sha256:HEX", std::string(kVerifyHelp));
}

Result<void> expect_combination(const SigstoreCommand& command, const std::vector<Input>& inputs) {
  const bool detached = !command.certificate.empty() || !command.signature.empty();
  const bool bundle = !command.bundle.empty();
  const bool digests =
      std::ranges::any_of(inputs, [](const Input& input) { return input.digest.has_value(); });
  const std::string hint(kVerifyHelp);
  if ((detached || bundle) && inputs.size() > 1) {
    return fail(kUsage, "--certificate, --signature and --bundle are for a single file or digest", hint);
  }
  if (bundle && detached)
    return fail(kUsage, "--bundle cannot be used with --certificate or --signature", hint);
  if (digests && !bundle && (command.certificate.empty() || command.signature.empty())) {
    return fail(kUsage, "a digest needs --bundle, or both --certificate and --signature", hint);
  }
  if (command.offline && detached)
    return fail(kUsage, "--offline cannot be used with --certificate or --signature", hint);
  if (command.policy == SigstoreCommand::Policy::github && command.cert_identity.empty() &&
      command.repository.empty()) {
    return fail(kUsage, "--cert-identity or --repository is required", "tomme sigstore verify github --help");
  }
  return {};
}

Result<std::string> find_bundle(const std::string& file) {
  const std::string bundle = file + ".sigstore.json";
  const std::string old = file + ".sigstore";
  if (is_file(bundle) && is_file(old)) {
    return fail(kUsageRivals, "conflicting inputs: " + printable(bundle) + " and " + printable(old),
                "choose one with --bundle");
  }
  if (is_file(bundle) || !is_file(old)) return bundle;
  print_warning(printable(old) + " should be named " + printable(bundle));
  return old;
}

Result<void> find_materials(const SigstoreCommand& command, Input& input) {
  Materials& materials = input.materials;
  if (!command.signature.empty() || !command.certificate.empty()) {
    materials.signature = command.signature.empty() ? input.name + ".sig" : command.signature;
    materials.certificate = command.certificate.empty() ? input.name + ".crt" : command.certificate;
  } else {
    materials.bundle = command.bundle.empty() ? TRY(find_bundle(input.name)) : command.bundle;
  }
  std::string missing;
  for (const std::string* path : {&materials.bundle, &materials.signature, &materials.certificate}) {
    if (!path->empty() && !is_file(*path)) missing += (missing.empty() ? "" : ", ") + printable(*path);
  }
  if (missing.empty()) return {};
  return fail(kUsageNoProof, "missing verification materials for " + printable(input.name) + ": " + missing,
              "name them with --bundle, or --certificate and --signature");
}

Result<std::vector<Input>> find_inputs(const SigstoreCommand& command) {
  std::vector<Input> inputs;
  for (const std::string& text : command.inputs) inputs.push_back(TRY(parse_input(text)));
  TRY(expect_combination(command, inputs));
  for (Input& input : inputs) TRY(find_materials(command, input));
  return inputs;
}

// ClientTrustConfig (protobuf-specs trustroot.proto): only its trusted root matters for verifying.
Result<std::shared_ptr<const TrustedRoot>> read_trust_config(const std::string& path) {
  const std::string text = TRY(read_file(path, kSmallFileBytes));
  const auto parse = [&]() -> Result<TrustedRoot> {
    const json::Value value = TRY(json::parse(text));
    json::Fields fields =
        TRY(json::Fields::of(value, "client trust configuration", json::Fields::Spelling::proto));
    const std::string_view type = TRY(fields.text("mediaType"));
    if (type != "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json") {
      return fail(kTrustRootInvalid,
                  "it is of type " + printable(type) + ", not a client trust configuration");
    }
    return TrustedRoot::parse(json::to_canonical(*TRY(fields.required("trustedRoot"))));
  };
  return std::make_shared<const TrustedRoot>(TRY(in(printable(path), parse())));
}

struct Instance {
  std::shared_ptr<const TrustedRoot> root;
  std::string rekor;
};

Result<Instance> find_instance(const SigstoreCommand& command, Time now) {
  if (!command.trust_config.empty()) {
    auto root = TRY(read_trust_config(command.trust_config));
    std::string rekor = root->logs.empty() ? "" : root->logs.front().base_url;
    return Instance{std::move(root), std::move(rekor)};
  }
  const TrustOptions options{
      .staging = command.staging, .mirror = command.instance, .refresh = command.refresh};
  const Network network = command.offline ? Network::unused : Network::used;
  auto root = TRY(load_root(options, network, now));
  std::string_view url = command.instance;
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url == trust::kStagingMirror || (url.empty() && command.staging)) {
    return Instance{std::move(root), std::string(kStagingRekor)};
  }
  if (url.empty() || url == trust::kPublicMirror) return Instance{std::move(root), std::string(kPublicRekor)};
  std::string rekor = root->logs.empty() ? "" : root->logs.front().base_url;
  return Instance{std::move(root), std::move(rekor)};
}

Result<Bundle> load_detached(const Materials& materials, const Instance& instance, Artifact& artifact) {
  const std::string signature = TRY(read_file(materials.signature, kSmallFileBytes));
  const std::string certificate = TRY(read_file(materials.certificate, kSmallFileBytes));
  Bundle bundle = TRY(Bundle::from_detached(bytes_of(signature), certificate, std::nullopt));
  net::HttpClient client(TRY(network_options()));
  bundle.entries.push_back(
      TRY(find_log_entry(client, bundle, TRY(artifact.digest(HashAlgorithm::sha256)), instance.rekor)));
  return bundle;
}

Result<Loaded> load(const Input& input, const Instance& instance) {
  std::shared_ptr<Artifact> artifact;
  if (input.digest) {
    artifact = std::make_shared<DigestArtifact>(Digest(*input.digest));
  } else {
    artifact = std::make_shared<FileArtifact>(TRY(FileArtifact::open(input.name)));
  }
  if (input.materials.bundle.empty()) {
    Bundle bundle = TRY(load_detached(input.materials, instance, *artifact));
    return Loaded{input.name, std::move(artifact), std::move(bundle)};
  }
  const std::string text = TRY(read_file(input.materials.bundle, Bundle::Limits().bytes));
  Bundle bundle = TRY(in(printable(input.materials.bundle), Bundle::parse(text)));
  return Loaded{input.name, std::move(artifact), std::move(bundle)};
}

std::unexpected<Error> another(std::string_view what, const std::string& found, const std::string& expected) {
  return fail(kPolicyIdentity,
              "the " + std::string(what) + " is " + printable(found) + ", not " + printable(expected));
}

Result<void> expect_claim(const Identity& identity, Claim claim, const std::string& expected) {
  if (expected.empty()) return {};
  const auto& found = identity.claim(claim);
  if (found && *found == expected) return {};
  return another(name_of(claim), found ? *found : "not in the certificate", expected);
}

Result<void> expect_identity(const Identity& identity, const SigstoreCommand& command) {
  if (identity.subject().value != command.cert_identity)
    return another("identity", identity.subject().value, command.cert_identity);
  if (identity.issuer() != command.cert_oidc_issuer)
    return another("issuer", identity.issuer(), command.cert_oidc_issuer);
  return {};
}

Result<void> expect_github(const Identity& identity, const SigstoreCommand& command) {
  if (identity.issuer() != kGithubIssuer)
    return another("issuer", identity.issuer(), std::string(kGithubIssuer));
  if (!command.cert_identity.empty() && identity.subject().value != command.cert_identity)
    return another("identity", identity.subject().value, command.cert_identity);
  TRY(expect_claim(identity, Claim::github_workflow_trigger, command.trigger));
  TRY(expect_claim(identity, Claim::github_workflow_sha, command.sha));
  TRY(expect_claim(identity, Claim::github_workflow_name, command.name));
  TRY(expect_claim(identity, Claim::github_workflow_repository, command.repository));
  return expect_claim(identity, Claim::github_workflow_ref, command.ref);
}

/// Whom the policy of the command line expects. What is said of the file is shown, and not asked for.
Demand demand_of(const SigstoreCommand& command) {
  const auto expect = [&command](const VerifiedSignature& signature) -> Result<void> {
    const auto& identity = signature.evidence.identity();
    if (!identity)
      return fail(kBundleKeyMaterial, "the bundle was made with a key, and an identity was expected");
    return command.policy == SigstoreCommand::Policy::github ? expect_github(*identity, command)
                                                             : expect_identity(*identity, command);
  };
  return {.signer = expect, .any_statement = true};
}

/// Reports one success: the line that scripts look for, and what the signer stated.
Result<void> verify_one(const SignatureJudge& judge, const Loaded& input, const SigstoreCommand& command) {
  const Verdict verdict = judge.judge({{Proof{input.name, input.bundle}}}, std::nullopt, *input.artifact,
                                      [&](const auto&) { return demand_of(command); });
  if (verdict.refusal()) return std::unexpected(*verdict.refusal());
  tell("OK: " + printable(input.name, 4096) + "\n");
  if (command.verbose) tell(describe(verdict.signers().front()));
  if (const DsseEnvelope* envelope = input.bundle.envelope()) {
    print(text_of(envelope->payload));
    print("\n");
  }
  return {};
}

Result<void> verify_inputs(const SigstoreCommand& command, const std::vector<Input>& inputs,
                           const Instance& instance) {
  std::vector<Loaded> loaded;
  for (const Input& input : inputs) loaded.push_back(TRY(load(input, instance)));
  const SignatureJudge judge({std::make_shared<const Verifier>(instance.root, VerifyOptions{})});
  for (const Loaded& input : loaded) {
    if (Result<void> verified = verify_one(judge, input, command); !verified) {
      tell("FAIL: " + printable(input.name, 4096) + "\n");
      return verified;
    }
  }
  return {};
}

/// The hints of the verifier speak of the flags of `tomme verify`.
Error with_own_flags(const Error& error) {
  if (!error.is(kEntryUnknownLog)) return error;
  return Error(error.code(), error.message(),
               "it may come from another Sigstore instance: try tomme sigstore --staging verify, or "
               "--trust-config");
}

}  // namespace

Result<int> sigstore(const SigstoreCommand& command, const Clock& clock) {
  const std::vector<Input> inputs = TRY(find_inputs(command));
  const auto run = [&]() -> Result<void> {
    const Instance instance = TRY(find_instance(command, clock.now()));
    return verify_inputs(command, inputs, instance);
  };
  const Result<void> done = run();
  if (done) return 0;
  print_error(with_own_flags(done.error()));
  const bool usage = done.error().is(kTrustNotBegun) || done.error().is(kLogNoEntry);
  return usage ? 2 : 1;
}

}  // namespace tomme::cli
