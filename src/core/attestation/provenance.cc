#include "core/attestation/provenance.h"

#include "core/attestation/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

Result<void> expect_version_1(json::Fields& fields) {
  const std::int64_t version = TRY(fields.integer("version"));
  if (version != 1) {
    return fail(kAttestationInvalid,
                std::string(fields.what()) + " has version " + std::to_string(version) + ", not 1");
  }
  return {};
}

Result<void> within(std::size_t count, std::size_t limit, std::string_view what) {
  if (count <= limit) return {};
  return fail(kAttestationLimit,
              std::to_string(count) + " " + std::string(what) + ", more than " + std::to_string(limit));
}

Result<Bytes> decode_text_base64(const json::Value& value, std::string_view what) {
  if (!value.text()) return fail(kAttestationInvalid, std::string(what) + " is not a string");
  return in(what, decode_base64(*value.text()));
}

std::optional<std::string> non_empty(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  return std::string(*text);
}

//  {"kind":"GitHub","repository":"o/r","workflow":"release.yml","environment":…}
//  {"kind":"GitLab","repository":"ns/project","workflow_filepath":".gitlab-ci.yml","environment":…}
//  {"kind":"Google","email":"…"}
//  {"kind":"CircleCI","project_id":"…","pipeline_definition_id":"…","vcs_origin":…,"vcs_ref":…}
Result<TrustedPublisher> parse_publisher(const json::Value& value) {
  json::Fields fields = TRY(json::Fields::of(value, "publisher"));
  TrustedPublisher publisher;
  publisher.kind_name = TRY(fields.text("kind"));
  if (publisher.kind_name == "GitHub") {
    publisher.kind = TrustedPublisher::Kind::github;
    publisher.repository = TRY(fields.text("repository"));
    publisher.workflow = TRY(fields.text("workflow"));
  } else if (publisher.kind_name == "GitLab") {
    publisher.kind = TrustedPublisher::Kind::gitlab;
    publisher.repository = TRY(fields.text("repository"));
    publisher.workflow = TRY(fields.text("workflow_filepath"));
  } else if (publisher.kind_name == "Google") {
    publisher.kind = TrustedPublisher::Kind::google;
    publisher.email = TRY(fields.text("email"));
  } else if (publisher.kind_name == "CircleCI") {
    publisher.kind = TrustedPublisher::Kind::circleci;
    publisher.project_id = TRY(fields.text("project_id"));
    publisher.pipeline_definition_id = TRY(fields.text("pipeline_definition_id"));
    publisher.vcs_origin = non_empty(TRY(fields.optional_text("vcs_origin")));
    publisher.vcs_ref = non_empty(TRY(fields.optional_text("vcs_ref")));
  }
  publisher.environment = non_empty(TRY(fields.optional_text("environment")));
  return publisher;
}

Result<AttestationBundle> parse_attestation_bundle(const json::Value& value,
                                                   const Provenance::Limits& limits) {
  json::Fields fields = TRY(json::Fields::of(value, "attestation bundle"));
  AttestationBundle bundle;
  bundle.publisher = TRY(parse_publisher(*TRY(fields.required("publisher"))));
  const json::Array* attestations = TRY(fields.array("attestations"));
  if (attestations->empty()) return fail(kAttestationInvalid, "an attestation bundle is empty");
  TRY(within(attestations->size(), limits.attestations, "attestations"));
  for (const json::Value& attestation : *attestations) {
    bundle.attestations.push_back(TRY(parse_attestation(attestation, limits)));
  }
  return bundle;
}

/// In whichever spelling.
bool same_distribution(const DistFilename& named, std::string_view filename) {
  if (named.as_written() == filename) return true;
  const Result<DistFilename> file = DistFilename::parse(filename);
  return file && named == *file;
}

}  // namespace

Result<Attestation> parse_attestation(const json::Value& value, const Provenance::Limits& limits) {
  json::Fields fields = TRY(json::Fields::of(value, "attestation"));
  TRY(expect_version_1(fields));
  json::Fields material = TRY(fields.object("verification_material"));
  json::Fields envelope = TRY(fields.object("envelope"));

  Attestation attestation;
  attestation.certificate = TRY(material.base64("certificate"));
  const json::Array* entries = TRY(material.array("transparency_entries"));
  TRY(within(entries->size(), limits.entries, "transparency entries"));
  attestation.transparency_entries = *entries;
  if (const json::Array* timestamps = TRY(material.optional_array("timestamps"))) {
    TRY(within(timestamps->size(), limits.timestamps, "timestamps"));
    for (const json::Value& timestamp : *timestamps) {
      attestation.timestamps.push_back(TRY(decode_text_base64(timestamp, "timestamp")));
    }
  }
  attestation.envelope.payload_type = kInTotoPayloadType;
  attestation.envelope.payload = TRY(envelope.base64("statement"));
  attestation.envelope.signature = TRY(envelope.base64("signature"));
  return attestation;
}

Result<Provenance> Provenance::parse(const json::Value& value, const Limits& limits) {
  json::Fields fields = TRY(json::Fields::of(value, "provenance"));
  TRY(expect_version_1(fields));
  const json::Array* bundles = TRY(fields.array("attestation_bundles"));
  if (bundles->empty()) return fail(kAttestationInvalid, "the provenance object holds no attestation");
  TRY(within(bundles->size(), limits.bundles, "attestation bundles"));
  Provenance provenance;
  std::size_t attestations = 0;
  for (const json::Value& bundle : *bundles) {
    provenance.bundles.push_back(TRY(parse_attestation_bundle(bundle, limits)));
    attestations += provenance.bundles.back().attestations.size();
    TRY(within(attestations, limits.attestations, "attestations"));
  }
  return provenance;
}

Result<void> check_attested_statement(const Statement& statement, std::string_view filename) {
  if (statement.subjects.size() != 1) {
    return fail(kAttestationInvalid, "the attestation is about " + std::to_string(statement.subjects.size()) +
                                         " files, PEP 740 wants one");
  }
  const StatementSubject& subject = statement.subjects.front();
  const Result<DistFilename> named = DistFilename::parse(subject.name);
  if (!named) {
    return fail(kAttestationFilename,
                "the attestation is about " + printable(subject.name) + ", which is no distribution's name");
  }
  if (!same_distribution(*named, filename)) {
    return fail(kAttestationFilename,
                "the attestation is about " + printable(subject.name) + ", not " + printable(filename));
  }
  bool has_sha256 = false;
  for (const Digest& digest : subject.digests) has_sha256 |= digest.algorithm() == HashAlgorithm::sha256;
  if (!has_sha256) return fail(kAttestationInvalid, "the attestation's subject has no sha256 digest");

  if (statement.predicate_type == kSlsaPredicate) return {};
  if (statement.predicate_type != kPublishPredicate) {
    return fail(kAttestationPredicate,
                "the attestation's predicate type is " + printable(statement.predicate_type));
  }
  const json::Object* predicate = statement.predicate.object();
  if (!statement.predicate.is_null() && !(predicate && predicate->size() == 0)) {
    return fail(kAttestationPredicate, "a publish attestation has a predicate, which must be empty");
  }
  return {};
}

}  // namespace tomme
