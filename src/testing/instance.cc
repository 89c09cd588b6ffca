#include "testing/instance.h"

#include "testing/keys.h"
#include "testing/must.h"

namespace tomme::testing {

namespace {

constexpr std::string_view kCodeSigning = "1.3.6.1.5.5.7.3.3";

std::string uri(std::string_view service, unsigned number) {
  return "https://" + std::string(service) + (number ? std::to_string(number) : "") + ".example";
}

MessageSignature sign_bytes(const Signer& signer, BytesView artifact, const Recipe& recipe) {
  const SignatureScheme scheme = recipe.scheme.value_or(signer.key.public_key().default_scheme());
  return {digest(scheme.hash, artifact), must(signer.key.sign(scheme, artifact))};
}

BundleParts start_bundle(const Signer& signer, const Recipe& recipe) {
  BundleParts bundle{.media_type = recipe.media_type};
  if (!signer.certificate) {
    bundle.material = BundleParts::Material::public_key;
    bundle.key_hint = signer.key.public_key().spki_sha256().to_hex();
    return bundle;
  }
  bundle.certificates = {to_bytes(signer.certificate->der())};
  if (recipe.media_type == kBundle01 || recipe.media_type == kBundle02)
    bundle.material = BundleParts::Material::chain;
  return bundle;
}

Bytes& signature_of(BundleParts& bundle) {
  if (auto* envelope = std::get_if<DsseEnvelope>(&bundle.content)) return envelope->signature;
  return std::get<MessageSignature>(bundle.content).signature;
}

}  // namespace

CertificateAuthority make_certificate_authority(const CertificateAuthoritySpec& spec) {
  const PrivateKey& root_key = key(KeyType::ecdsa_p384, 8000 + 2 * spec.number);
  const PrivateKey& issuer_key = key(KeyType::ecdsa_p384, 8001 + 2 * spec.number);
  const Certificate root = make_certificate(
      {.common_name = "root of " + spec.uri, .validity = spec.valid, .is_ca = true, .path_length = 1},
      root_key.public_key(), {root_key});
  const Certificate intermediate = make_certificate({.common_name = "intermediate of " + spec.uri,
                                                     .validity = spec.intermediate_valid.value_or(spec.valid),
                                                     .is_ca = true,
                                                     .path_length = 0,
                                                     .extended_key_usages = {std::string(kCodeSigning)},
                                                     .serial = 2},
                                                    issuer_key.public_key(), {root_key, &root});
  return {spec.uri, root, intermediate, root_key, issuer_key, spec.valid};
}

RekorLog make_rekor_v1(const std::string& url, const TimeRange& valid, PrivateKey key) {
  RekorLog log{url, RekorLog::Version::v1, std::move(key), valid};
  log.fill(6);
  return log;
}

RekorLog make_rekor_v2(const std::string& url, const TimeRange& valid, PrivateKey key) {
  RekorLog log{url, RekorLog::Version::v2, std::move(key), valid};
  log.fill(11);
  return log;
}

Instance make_instance(Time now, unsigned number) {
  const auto year = std::chrono::hours(24 * 365);
  const TimeRange valid{now - year, now + year};
  Instance instance{now, valid};
  instance.authorities.push_back(make_certificate_authority({uri("fulcio", number), valid, number}));
  instance.ct_logs.push_back(
      {uri("ctfe", number), key(KeyType::ecdsa_p256, 7000 + number), {valid.start, std::nullopt}});
  instance.logs.push_back(make_rekor_v1(uri("rekor", number), {valid.start, std::nullopt},
                                        key(KeyType::ecdsa_p256, 7100 + number)));
  instance.logs.push_back(make_rekor_v2(uri("log2026", number), {valid.start, std::nullopt},
                                        key(KeyType::ed25519, 7200 + number)));
  instance.timestamp_authorities.push_back(
      make_timestamp_authority({.uri = uri("tsa", number), .valid = valid, .number = number}));
  return instance;
}

std::shared_ptr<const TrustedRoot> Instance::root() const {
  return std::make_shared<const TrustedRoot>(must(TrustedRoot::parse(json::to_canonical(trusted_root()))));
}

Signer certify(const Instance& instance, const LeafSpec& leaf, Time at) {
  const PrivateKey& leaf_key = key(leaf.type, leaf.key_number);
  const CertificateAuthority& authority = instance.authorities[leaf.authority];
  CertificateSpec spec = leaf.certificate;
  spec.validity = {at, at + leaf.lifetime};
  spec.serial = 0x1000 + leaf.key_number;
  if (spec.names.empty()) spec.names = {leaf.subject};
  if (leaf.old_issuer && !leaf.no_issuer) spec.extra.push_back(claim_extension(1, leaf.issuer));
  if (!leaf.no_issuer) spec.extra.push_back(claim_extension(8, leaf.issuer));
  for (const auto& [number, text] : leaf.claims) spec.extra.push_back(claim_extension(number, text));

  const CertificateSigner issuer{authority.key, &authority.intermediate};
  if (!leaf.ct_logs.empty()) {
    std::vector<const CtLog*> logs;
    for (const std::size_t index : leaf.ct_logs) logs.push_back(&instance.ct_logs[index]);
    const Bytes tbs = make_tbs(spec, leaf_key.public_key(), issuer);
    spec.extra.push_back(sct_extension(logs, tbs, authority.key.public_key(), at));
  }
  return {leaf_key, make_certificate(spec, leaf_key.public_key(), issuer)};
}

Recipe rekor_1(std::string kind) {
  return {.kind = {std::move(kind), "0.0.1"}};
}

Recipe rekor_2() {
  return {.kind = {"hashedrekord", "0.0.2"}, .logs = {1}, .timestamp_authorities = {0}};
}

void prove(Instance& instance, const Signer& signer, const Digest& artifact, const Recipe& recipe,
           BundleParts& bundle) {
  const Time at = recipe.at.value_or(instance.now);
  for (const std::size_t index : recipe.timestamp_authorities) {
    bundle.timestamps.push_back(make_timestamp(instance.timestamp_authorities[index], signature_of(bundle),
                                               {.time = at, .embed = recipe.embed_timestamp_certificate}));
  }
  for (const std::size_t index : recipe.logs) {
    LogEntry entry = instance.logs[index].add(recipe.kind.kind, recipe.kind.version,
                                              make_body(recipe.kind, bundle, signer, artifact), at);
    if (!recipe.promise) entry.promise.clear();
    if (!recipe.proof) entry.proof.reset();
    bundle.entries.push_back(std::move(entry));
  }
}

BundleParts sign_message(Instance& instance, const Signer& signer, BytesView artifact, const Recipe& recipe) {
  BundleParts bundle = start_bundle(signer, recipe);
  MessageSignature message = sign_bytes(signer, artifact, recipe);
  const Digest digest = *message.digest;
  bundle.content = std::move(message);
  prove(instance, signer, digest, recipe, bundle);
  return bundle;
}

BundleParts sign_statement(Instance& instance, const Signer& signer, std::string_view statement,
                           const Recipe& recipe) {
  BundleParts bundle = start_bundle(signer, recipe);
  DsseEnvelope envelope{std::string(kInTotoPayloadType), to_bytes(bytes_of(statement)), {}, ""};
  envelope.signature = sign_bytes(signer, envelope.pre_authentication_encoding(), recipe).signature;
  bundle.content = std::move(envelope);
  prove(instance, signer, Digest(sha256(bytes_of(statement))), recipe, bundle);
  return bundle;
}

std::string make_statement(const std::string& name, BytesView content, std::string_view predicate_type,
                           const json::Value& predicate) {
  return json::to_canonical(object(
      {{"_type", "https://in-toto.io/Statement/v1"},
       {"subject",
        json::Array{object({{"name", name}, {"digest", object({{"sha256", sha256(content).to_hex()}})}})}},
       {"predicateType", std::string(predicate_type)},
       {"predicate", predicate}}));
}

}  // namespace tomme::testing
