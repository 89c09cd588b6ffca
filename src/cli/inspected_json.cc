#include <array>
#include <string>
#include <utility>

#include "cli/inspected.h"
#include "cli/json_values.h"
#include "cli/slsa.h"
#include "core/crypto/timestamp.h"
#include "core/encoding/text.h"
#include "core/policy/render.h"
#include "core/transparency/sct.h"

namespace tomme::cli {

namespace {

using Members = JsonMembers;

json::Value optional_text(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value();
}

json::Value log_value(const std::optional<KnownLog>& log) {
  return log ? json::Value(log->url) : json::Value();
}

json::Value claims_to_json(const Identity& identity) {
  Members claims = {
      {"Issuer", identity.issuer().empty() ? json::Value() : json_outside_text(identity.issuer())}};
  for (std::size_t number = 0; number < kClaimLimit; ++number) {
    const auto claim = static_cast<Claim>(number);
    if (name_of(claim).empty() || !identity.claim(claim)) continue;
    claims.push_back({std::string(name_of(claim)), json_outside_text(*identity.claim(claim))});
  }
  return json_object(std::move(claims));
}

std::string_view name_of(SubjectName::Kind kind) {
  switch (kind) {
    case SubjectName::Kind::email:
      return "email";
    case SubjectName::Kind::uri:
      return "uri";
    case SubjectName::Kind::dns:
      return "dns";
    case SubjectName::Kind::ip:
      return "ip";
    case SubjectName::Kind::other_name:
      return "username";
    case SubjectName::Kind::unsupported:
      break;
  }
  return "other";
}

json::Value names_to_json(const Certificate& certificate) {
  json::Array names;
  for (const SubjectName& name : certificate.subject_names()) {
    json::Value value = name.kind == SubjectName::Kind::ip ? json::Value(encode_hex(bytes_of(name.value)))
                                                           : json_outside_text(name.value);
    names.push_back(json_object({{"kind", json_text(name_of(name.kind))}, {"value", std::move(value)}}));
  }
  return names;
}

json::Value scts_to_json(const Certificate& certificate) {
  const Result<std::vector<Sct>> scts = embedded_scts(certificate);
  if (!scts) return json_object({{"error", to_json(scts.error())}});
  json::Array list;
  for (const Sct& sct : *scts) {
    list.push_back(json_object({{"log", log_value(find_known_certificate_log(sct.log_id.view()))},
                                {"logId", json_text(sct.log_id.to_hex())},
                                {"time", json_text(to_rfc3339(sct.time()))}}));
  }
  return list;
}

json::Value to_json(const Certificate& certificate) {
  Members members = {
      {"subjectNames", names_to_json(certificate)},
      {"subject", json_text(name_to_text(certificate.subject()))},
      {"issuedBy", json_text(name_to_text(certificate.issuer()))},
      {"serialNumber", json_text(encode_hex(certificate.serial()))},
      {"notBefore", json_text(to_rfc3339(certificate.validity().start))},
      {"notAfter",
       certificate.validity().end ? json_text(to_rfc3339(*certificate.validity().end)) : json::Value()},
      {"sha256", json_text(sha256(certificate.der()).to_hex())},
      {"isAuthority", json::Value(certificate.is_ca())},
      {"certificateLogs", scts_to_json(certificate)}};
  if (const Result<Identity> identity = Identity::of(certificate, Identity::NoIssuer::accepted)) {
    members.push_back(
        {"issuer", identity->issuer().empty() ? json::Value() : json_outside_text(identity->issuer())});
    members.push_back({"identity", json_outside_text(identity->subject().value)});
    members.push_back({"repository", optional_text(identity->repository())});
    members.push_back({"workflow", optional_text(identity->workflow())});
    members.push_back({"claims", claims_to_json(*identity)});
  } else {
    members.push_back({"identityError", tomme::to_json(identity.error())});
  }
  return json_object(std::move(members));
}

json::Value to_json(const SlsaClaims& claims) {
  json::Array sources;
  for (const SlsaClaims::Source& source : claims.sources) {
    json::Array digests;
    for (const std::string& digest : source.digests) digests.emplace_back(digest);
    sources.push_back(json_object({{"uri", json_text(source.uri)}, {"digests", std::move(digests)}}));
  }
  return json_object({{"builder", optional_text(claims.builder)},
                      {"buildType", optional_text(claims.build_type)},
                      {"repository", optional_text(claims.repository)},
                      {"ref", optional_text(claims.ref)},
                      {"workflow", optional_text(claims.workflow)},
                      {"invocation", optional_text(claims.invocation)},
                      {"sources", std::move(sources)},
                      {"moreSources", json::Value(static_cast<std::int64_t>(claims.more_sources))}});
}

json::Value to_json(const DsseEnvelope& envelope) {
  const Result<Statement> statement = Statement::parse(envelope.payload);
  Members members = {{"payloadType", json_outside_text(envelope.payload_type)}};
  if (!statement) {
    members.push_back({"error", tomme::to_json(statement.error())});
    return json_object(std::move(members));
  }
  json::Array subjects;
  for (const StatementSubject& subject : statement->subjects) {
    Members digests;
    for (const Digest& digest : subject.digests)
      digests.push_back({std::string(tomme::name_of(digest.algorithm())), json_text(digest.to_hex())});
    subjects.push_back(json_object(
        {{"name", json_outside_text(subject.name)}, {"digest", json_object(std::move(digests))}}));
  }
  members.push_back({"predicateType", json_outside_text(statement->predicate_type)});
  members.push_back({"subjects", std::move(subjects)});
  if (const auto claims = slsa_claims(*statement)) members.push_back({"slsa", to_json(*claims)});
  return json_object(std::move(members));
}

json::Value to_json(const LogEntry& entry) {
  const bool timed = to_unix(entry.integrated_time) != 0;
  return json_object(
      {{"log", log_value(find_known_log(entry.log_id))},
       {"logId", json_text(encode_hex(entry.log_id))},
       {"index", json::Value(entry.index.value())},
       {"kind", json_outside_text(entry.kind)},
       {"version", json_outside_text(entry.version)},
       {"integratedTime", timed ? json_text(to_rfc3339(entry.integrated_time)) : json::Value()},
       {"promise", json::Value(!entry.promise.empty())},
       {"inclusionProof", json::Value(entry.proof.has_value())},
       {"checkpoint", json::Value(entry.proof && !entry.proof->checkpoint.empty())},
       {"treeSize", entry.proof ? json::Value(entry.proof->tree_size.value()) : json::Value()}});
}

json::Value timestamp_to_json(BytesView bytes) {
  const Result<Timestamp> timestamp = Timestamp::parse(bytes);
  if (!timestamp) return json_object({{"error", tomme::to_json(timestamp.error())}});
  return json_object({{"time", json_text(to_rfc3339(timestamp->time()))},
                      {"imprint", json_text(timestamp->imprint().to_string())}});
}

json::Value to_json(const Inspected& part) {
  const TrustedPublisher& publisher = *part.publisher;
  const auto against = contradiction(part);
  const auto non_empty = [](const std::string& text) {
    return text.empty() ? json::Value() : json_outside_text(text);
  };
  return json_object({{"kind", json_outside_text(publisher.kind_name)},
                      {"repository", non_empty(publisher.repository)},
                      {"workflow", non_empty(publisher.workflow)},
                      {"email", non_empty(publisher.email)},
                      {"environment", optional_text(publisher.environment)},
                      {"contradiction", optional_text(against)}});
}

json::Value part_to_json(const Inspected& part) {
  Members members;
  if (part.publisher) members.push_back({"publisher", to_json(part)});
  if (part.certificate) members.push_back({"certificate", to_json(*part.certificate)});
  if (!part.bundle) return json_object(std::move(members));

  if (!part.bundle->media_type.empty())
    members.push_back({"mediaType", json_outside_text(part.bundle->media_type)});
  if (const auto* hint = std::get_if<PublicKeyHint>(&part.bundle->key_material))
    members.push_back({"keyHint", json_outside_text(hint->hint)});
  if (const DsseEnvelope* envelope = part.bundle->envelope()) {
    members.push_back({"statement", to_json(*envelope)});
  } else {
    const auto& digest = part.bundle->message()->digest;
    members.push_back({"messageDigest", digest ? json_text(digest->to_string()) : json::Value()});
  }
  json::Array entries;
  for (const LogEntry& entry : part.bundle->entries) entries.push_back(to_json(entry));
  members.push_back({"logEntries", std::move(entries)});
  json::Array timestamps;
  for (const Bytes& timestamp : part.bundle->timestamps) timestamps.push_back(timestamp_to_json(timestamp));
  members.push_back({"timestamps", std::move(timestamps)});
  return json_object(std::move(members));
}

}  // namespace

json::Value to_json(const InspectedFile& file) {
  static constexpr std::array<std::string_view, 4> kKinds = {"bundle", "attestation", "provenance",
                                                             "certificate"};
  json::Array parts;
  for (const Inspected& part : file.parts) parts.push_back(part_to_json(part));
  return json_object(
      {{"file", json_outside_text(file.name)},
       {"kind", json_text(kKinds[std::to_underlying(file.kind)])},
       {file.kind == InspectedFile::Kind::certificate ? "certificates" : "signatures", std::move(parts)},
       {"verified", json::Value(false)}});
}

}  // namespace tomme::cli
