#include <array>

#include "cli/inspected.h"
#include "cli/slsa.h"
#include "core/crypto/timestamp.h"
#include "core/encoding/text.h"
#include "core/transparency/sct.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kSubjectsShown = 20;
constexpr std::size_t kLabelColumns = 13;

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

/// "owner/repo on GitHub" of "github:owner/repo".
std::string in_words(const std::string& repository) {
  const auto colon = repository.find(':');
  const std::string name = printable(repository.substr(colon + 1));
  return name + (repository.starts_with("github:") ? " on GitHub" : " on GitLab");
}

std::string describe_publisher(const TrustedPublisher& publisher) {
  std::string text = printable(publisher.kind_name);
  if (publisher.kind == TrustedPublisher::Kind::google) text += " " + printable(publisher.email);
  if (publisher.kind == TrustedPublisher::Kind::circleci)
    text += " project " + printable(publisher.project_id);
  if (!publisher.repository.empty()) text += " " + printable(publisher.repository);
  if (!publisher.workflow.empty()) text += ", workflow " + printable(publisher.workflow);
  if (publisher.environment) text += ", environment " + printable(*publisher.environment);
  return text;
}

std::string describe_log(const std::optional<KnownLog>& log, BytesView id) {
  if (!log) return "an unknown log with id " + encode_hex(id);
  return log->url + (log->instance == "staging" ? " (staging)" : "");
}

/// The lines about one signature: a label, then what is claimed.
class Lines {
 public:
  void add(std::string_view label, const std::string& text) {
    text_ += "  " + std::string(label) + std::string(kLabelColumns - label.size(), ' ') + text + "\n";
  }
  void add_outside(std::string_view label, const std::optional<std::string>& text) {
    if (text) add(label, printable(*text));
  }
  void add_part(const Inspected& part);
  std::string take() { return std::move(text_); }

 private:
  void add_content(const Bundle& bundle);
  void add_statement(const DsseEnvelope& envelope);
  void add_slsa(const SlsaClaims& claims);
  void add_publisher(const Inspected& part);
  void add_certificate(const Certificate& certificate);
  void add_identity(const Identity& identity);
  void add_plain_names(const Certificate& certificate);
  void add_entry(const LogEntry& entry);
  void add_timestamp(BytesView bytes);

  std::string text_;
};

void Lines::add_part(const Inspected& part) {
  if (part.bundle) add_content(*part.bundle);
  add_publisher(part);
  if (part.certificate) add_certificate(*part.certificate);
  if (!part.bundle) return;
  if (const auto* hint = std::get_if<PublicKeyHint>(&part.bundle->key_material)) {
    add("who",
        "the holder of the key " + (hint->hint.empty() ? "that it does not name" : printable(hint->hint)));
  }
  for (const LogEntry& entry : part.bundle->entries) add_entry(entry);
  for (const Bytes& timestamp : part.bundle->timestamps) add_timestamp(timestamp);
  if (part.bundle->entries.empty()) add("log", "none: no transparency log entry comes with it");
}

void Lines::add_content(const Bundle& bundle) {
  if (const DsseEnvelope* envelope = bundle.envelope()) return add_statement(*envelope);
  const auto& digest = bundle.message()->digest;
  add("says", "nothing: it is a signature over a file");
  add("file", digest ? digest->to_string() : "of a digest that the bundle does not name");
}

void Lines::add_statement(const DsseEnvelope& envelope) {
  if (envelope.payload_type != kInTotoPayloadType) {
    return add("says", "something of type " + printable(envelope.payload_type));
  }
  const Result<Statement> statement = Statement::parse(envelope.payload);
  if (!statement) return add("says", "nothing that can be read: " + statement.error().message());
  add("says", (statement->predicate_type == kPublishPredicate ? "was published, " : "") +
                  printable(statement->predicate_type));
  std::size_t shown = 0;
  for (const StatementSubject& subject : statement->subjects) {
    if (shown++ == kSubjectsShown) break;
    add("file", subject.name.empty() ? "without a name" : printable(subject.name));
    for (const Digest& digest : subject.digests) add("", digest.to_string());
  }
  if (statement->subjects.size() > kSubjectsShown) {
    add("", "and " + std::to_string(statement->subjects.size() - kSubjectsShown) + " more");
  }
  if (const auto claims = slsa_claims(*statement)) add_slsa(*claims);
}

void Lines::add_slsa(const SlsaClaims& claims) {
  add_outside("built by", claims.builder);
  add_outside("built from", claims.repository);
  if (claims.ref) add("", "ref " + printable(*claims.ref));
  if (claims.workflow) add("", "workflow " + printable(*claims.workflow));
  for (const SlsaClaims::Source& source : claims.sources) {
    add("source", printable(source.uri));
    for (const std::string& digest : source.digests) add("", printable(digest));
  }
  if (claims.more_sources > 0) add("", "and " + count_of(claims.more_sources, "more source"));
  add_outside("run", claims.invocation);
}

void Lines::add_publisher(const Inspected& part) {
  if (!part.publisher) return;
  add("publisher", describe_publisher(*part.publisher) + " (says the index)");
  if (const auto against = contradiction(part)) {
    add("", "CONTRADICTION: " + *against);
  } else if (part.publisher->environment && part.certificate) {
    const Result<Identity> identity = Identity::of(*part.certificate, Identity::NoIssuer::accepted);
    if (identity && !identity->claim(Claim::deployment_environment)) {
      add("", "the certificate does not name an environment");
    }
  }
}

void Lines::add_certificate(const Certificate& certificate) {
  if (const Result<Identity> identity = Identity::of(certificate, Identity::NoIssuer::accepted)) {
    add_identity(*identity);
  } else {
    add_plain_names(certificate);
    add("", "not a signer's certificate of Sigstore: " + identity.error().message());
  }
  add("certificate", "valid " + to_rfc3339(certificate.validity().start) + " to " +
                         (certificate.validity().end ? to_rfc3339(*certificate.validity().end) : "ever"));
  add("", "issued by " + name_to_text(certificate.issuer()));
  add("", "serial number " + encode_hex(certificate.serial()));
  const Result<std::vector<Sct>> scts = embedded_scts(certificate);
  if (!scts) return add("cert. log", "cannot be read: " + scts.error().message());
  for (const Sct& sct : *scts) {
    add("cert. log", describe_log(find_known_certificate_log(sct.log_id.view()), sct.log_id.view()) + " at " +
                         to_rfc3339(sct.time()));
  }
}

void Lines::add_identity(const Identity& identity) {
  if (const auto repository = identity.repository()) {
    add("who", in_words(*repository));
    add_outside("workflow", identity.workflow());
  } else {
    add("who", printable(identity.subject().value));
  }
  add_outside("ref", identity.claim(Claim::source_repository_ref)
                         ? identity.claim(Claim::source_repository_ref)
                         : identity.claim(Claim::github_workflow_ref));
  add_outside("commit", identity.claim(Claim::source_repository_digest)
                            ? identity.claim(Claim::source_repository_digest)
                            : identity.claim(Claim::github_workflow_sha));
  add_outside("trigger", identity.claim(Claim::build_trigger)
                             ? identity.claim(Claim::build_trigger)
                             : identity.claim(Claim::github_workflow_trigger));
  add_outside("environment", identity.claim(Claim::deployment_environment));
  add_outside("runner", identity.claim(Claim::runner_environment));
  add_outside("run", identity.claim(Claim::run_invocation_uri));
  if (identity.repository()) add("identity", printable(identity.subject().value));
  const std::string issuer = printable(identity.issuer()) + " (which confirmed the identity)";
  add("issuer", identity.issuer().empty() ? "none is named" : issuer);
}

void Lines::add_plain_names(const Certificate& certificate) {
  add("who", certificate.describe());
  for (const SubjectName& name : certificate.subject_names()) {
    if (name.kind != SubjectName::Kind::ip && !name.value.empty()) add("", printable(name.value));
  }
  if (certificate.is_ca()) add("", "a certificate authority");
}

void Lines::add_entry(const LogEntry& entry) {
  add("log", describe_log(find_known_log(entry.log_id), entry.log_id));
  add("", "entry " + std::to_string(entry.index.value()) + ", " + printable(entry.kind) + " " +
              printable(entry.version));
  if (to_unix(entry.integrated_time) != 0) {
    add("", "logged at " + to_rfc3339(entry.integrated_time) +
                (entry.promise.empty() ? " (without the log's signature)" : ""));
  }
  if (!entry.proof) return add("", "without a proof that the log has it");
  add("", "with a proof for a tree of " + std::to_string(entry.proof->tree_size.value()) + " entries" +
              (entry.proof->checkpoint.empty() ? ", which the log did not sign" : ""));
}

void Lines::add_timestamp(BytesView bytes) {
  const Result<Timestamp> timestamp = Timestamp::parse(bytes);
  if (!timestamp) return add("timestamp", "cannot be read: " + timestamp.error().message());
  add("timestamp", to_rfc3339(timestamp->time()));
}

std::string name_of_kind(const InspectedFile& file) {
  switch (file.kind) {
    case InspectedFile::Kind::bundle: {
      const std::string& type = file.parts.front().bundle->media_type;
      return "Sigstore bundle, " + printable(type);
    }
    case InspectedFile::Kind::attestation:
      return "PEP 740 attestation";
    case InspectedFile::Kind::provenance:
      return "PEP 740 provenance object with " + count_of(file.parts.size(), "attestation");
    case InspectedFile::Kind::certificate:
      return file.parts.size() == 1 ? "certificate" : count_of(file.parts.size(), "certificate");
  }
  return "";
}

}  // namespace

std::string to_text(const InspectedFile& file) {
  std::string text = printable(file.name) + ": " + name_of_kind(file) + "\n";
  std::size_t number = 0;
  for (const Inspected& part : file.parts) {
    if (number++ > 0) text += "\n";
    if (file.parts.size() > 1)
      text += "  " + std::to_string(number) + " of " + std::to_string(file.parts.size()) + "\n";
    Lines lines;
    lines.add_part(part);
    text += lines.take();
  }
  return text;
}

}  // namespace tomme::cli
