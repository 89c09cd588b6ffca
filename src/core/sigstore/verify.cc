#include "core/sigstore/verify.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/attestation/errors.h"
#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "core/sigstore/entry_body.h"
#include "core/sigstore/errors.h"
#include "core/transparency/errors.h"
#include "core/transparency/sct.h"

namespace tomme {

namespace {

std::string times(unsigned n, std::string_view what) {
  return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

/// The number of different operators (or logs, or authorities) in a list of proofs.
template <class T>
std::size_t count_distinct(const std::vector<T>& proofs) {
  std::set<std::string_view> seen;
  for (const T& proof : proofs) seen.insert(proof.counted_as);
  return seen.size();
}

/// What one verification has found out so far.
struct Findings {
  std::vector<ProvenTime> times;
  std::vector<LogProof> logs;
  std::vector<std::string> notes;
  std::optional<Error> timestamp_error;  // why the first unusable timestamp was passed over
};

// --- times -----------------------------------------------------------------------------------------------

Result<ProvenTime> verify_timestamp(const Timestamp& timestamp, BytesView signature,
                                    const TrustedRoot& root) {
  Error error(kTimestampAuthority, "the trust root has no timestamp authority");
  for (const TrustedAuthority& authority : root.timestamp_authorities) {
    // The validity must be this authority's own: another's period proves nothing about its key.
    const Result<void> ok = timestamp.verify(signature, authority.chain, authority.leaf);
    if (ok && authority.valid.contains(timestamp.time())) {
      return ProvenTime{timestamp.time(), authority.uri, authority.counted_as()};
    }
    Error why = ok ? Error(kTimestampTime, "the timestamp says " + to_rfc3339(timestamp.time()) + ", when " +
                                               printable(authority.uri) + " was not trusted")
                   : ok.error();
    if (error.is(kTimestampAuthority)) error = std::move(why);
  }
  return std::unexpected(std::move(error));
}

void verify_timestamps(const Bundle& bundle, const TrustedRoot& root, const Timestamp::Limits& limits,
                       Findings& found) {
  for (const Bytes& token : bundle.timestamps) {
    const Result<Timestamp> timestamp = Timestamp::parse(token, limits);
    Result<ProvenTime> time = timestamp ? verify_timestamp(*timestamp, bundle.signature(), root)
                                        : Result<ProvenTime>(std::unexpected(timestamp.error()));
    if (time) {
      found.times.push_back(std::move(*time));
      continue;
    }
    found.notes.push_back("a signed timestamp was passed over: " + time.error().message());
    if (!found.timestamp_error) found.timestamp_error = std::move(time).error();
  }
}

// --- log entries -----------------------------------------------------------------------------------------

Result<LogProof> verify_entry_in(const LogEntry& entry, const TrustedLog& log, const VerifyOptions& options) {
  if (!entry.promise.empty()) TRY(verify_promise(entry, log));
  LogProof proof{log.base_url, log.counted_as(), entry.index, entry.proof.has_value(), {}};
  if (entry.proof) {
    proof.witnesses = TRY(verify_inclusion(entry, log, options.witnesses, options.note_limits));
  } else if (entry.promise.empty() || !options.accept_promise_only) {
    return fail(kBundleNoInclusionProof,
                "log entry " + std::to_string(entry.index.value()) + " comes without an inclusion proof");
  }
  // Nothing else of a Rekor v1 says which index and which time the entry has.
  if (entry.promise.empty() && !is_rekor_v2(entry)) {
    return fail(kBundleNoPromise, "entry " + std::to_string(entry.index.value()) + " of " +
                                      printable(log.base_url) + " comes without the log's signed promise");
  }
  return proof;
}

/// An entry that its log proved, and the periods of the trust root in which that proof holds.
struct ProvenEntry {
  std::vector<const TrustedLog*> periods;
  LogProof proof;
};

/// Tries each period in which the trust root trusts the log.
Result<ProvenEntry> verify_entry(const LogEntry& entry, const TrustedRoot& root,
                                 const VerifyOptions& options) {
  std::vector<const TrustedLog*> periods;
  std::optional<Result<LogProof>> last;
  std::optional<LogProof> proof;
  for (const TrustedLog* log : TRY(find_logs(root.logs, entry))) {
    last = verify_entry_in(entry, *log, options);
    if (!*last) continue;
    periods.push_back(log);
    proof = std::move(**last);
  }
  if (!proof) return std::unexpected(std::move(*last).error());
  return ProvenEntry{std::move(periods), std::move(*proof)};
}

/// One entry given twice looks like two.
Result<void> expect_no_entry_twice(const Bundle& bundle) {
  std::set<std::pair<Bytes, std::uint64_t>> seen;
  for (const LogEntry& entry : bundle.entries) {
    if (!seen.emplace(entry.log_id, entry.index.value()).second) {
      return fail(kBundleShape, "the bundle has log entry " + std::to_string(entry.index.value()) + " of " +
                                    encode_hex(entry.log_id) + " twice");
    }
  }
  return {};
}

/// Proves each entry and collects the times of those that have one; returns the entries, whose logs are to be
/// held against all proven times.
Result<std::vector<ProvenEntry>> verify_entries(const Bundle& bundle, const TrustedRoot& root,
                                                const VerifyOptions& options, Findings& found) {
  if (bundle.entries.empty() && !options.accept_no_log) {
    return fail(kBundleNoLogEntry, "the bundle has no transparency log entry");
  }
  TRY(expect_no_entry_twice(bundle));
  std::vector<ProvenEntry> proven;
  for (const LogEntry& entry : bundle.entries) {
    proven.push_back(TRY(verify_entry(entry, root, options)));
    const TrustedLog* log = proven.back().periods.front();
    // An integrated time without a promise is only a claim; Rekor v2 has none.
    if (!entry.promise.empty() && !is_rekor_v2(entry)) {
      found.times.push_back({entry.integrated_time, log->base_url, log->counted_as()});
    }
    found.logs.push_back(proven.back().proof);
  }
  const std::size_t distinct = count_distinct(found.logs);
  const bool may_have_none = bundle.entries.empty() && options.logs <= 1;  // accept_no_log was checked above
  if (!may_have_none && distinct < options.logs) {
    return fail(kBundleNoLogEntry, "the entry is in " + times(static_cast<unsigned>(distinct), "log") +
                                       ", asked for: " + std::to_string(options.logs));
  }
  return proven;
}

Result<void> expect_times(const VerifyOptions& options, const Findings& found) {
  // A managed key without a validity does not need a time, unless more than the usual one is asked for.
  if (options.key && !options.key->valid && options.times <= 1) return {};
  const std::size_t distinct = count_distinct(found.times);
  if (distinct >= std::max(options.times, 1U)) return {};
  if (found.timestamp_error && found.times.empty()) return std::unexpected(*found.timestamp_error);
  return fail(kBundleNoTime, "the time of signing is proven by " +
                                 times(static_cast<unsigned>(distinct), "source") +
                                 ", asked for: " + std::to_string(std::max(options.times, 1U)));
}

/// One of the periods in which the entry's log is trusted must have all proven times inside.
Result<void> expect_logs_valid(const std::vector<ProvenEntry>& entries, const Findings& found) {
  for (const ProvenEntry& entry : entries) {
    const ProvenTime* outside = nullptr;
    for (const TrustedLog* log : entry.periods) {
      const auto stray = std::ranges::find_if(
          found.times, [&](const ProvenTime& time) { return !log->valid.contains(time.time); });
      outside = stray == found.times.end() ? nullptr : &*stray;
      if (!outside) break;
    }
    if (outside) {
      return fail(kEntryTime, "the key of " + printable(entry.proof.log) + " was not valid at " +
                                  to_rfc3339(outside->time));
    }
  }
  return {};
}

// --- certificate -----------------------------------------------------------------------------------------

Result<void> verify_leaf_at(const Certificate& leaf, const TrustedAuthority& authority,
                            const Findings& found) {
  TRY(authority.chain.verify_issued(leaf));
  for (const ProvenTime& time : found.times) {
    TRY(authority.chain.verify_times(leaf, time.time));
    if (!authority.valid.contains(time.time)) {
      return fail(kCertificateTime,
                  printable(authority.uri) + " was not trusted at " + to_rfc3339(time.time));
    }
  }
  return {};
}

/// The authority that issued the leaf. Of several refusals the one that says most is kept: an authority
/// that did issue it but was not valid then.
Result<const TrustedAuthority*> find_issuer(const Certificate& leaf, const TrustedRoot& root,
                                            const Findings& found) {
  Error error(kCertificateChain, "no certificate authority of the trust root issued the certificate");
  for (const TrustedAuthority& authority : root.certificate_authorities) {
    const Result<void> ok = verify_leaf_at(leaf, authority, found);
    if (ok) return &authority;
    if (error.is(kCertificateChain)) error = ok.error();
  }
  return std::unexpected(std::move(error));
}

Result<void> expect_signing_certificate(const Certificate& leaf) {
  if (leaf.is_ca())
    return fail(kCertificatePurpose, "the certificate is a certificate authority's, not a signer's");
  if (!leaf.allows(KeyUsage::digital_signature)) {
    return fail(kCertificatePurpose, "the certificate is not for digital signatures");
  }
  if (!leaf.allows_extended(kEkuCodeSigning))
    return fail(kCertificatePurpose, "the certificate is not for code signing");
  return {};
}

/// Nothing where the SCT counts, a sentence where it is to be passed over, an error where a log we know did
/// not sign what stands here.
Result<std::optional<std::string>> check_sct(const Sct& sct, const Certificate& leaf,
                                             const Certificate& issuer, const TrustedRoot& root,
                                             std::set<std::string>& counted) {
  std::optional<std::string> why;
  for (const TrustedLog& log : root.certificate_logs) {
    if (!equal(log.log_id, sct.log_id.view())) continue;
    TRY(verify_sct(sct, leaf, issuer, log.key.key()));
    if (log.valid.contains(sct.time())) {
      counted.insert(log.counted_as());
      return std::nullopt;
    }
    why = "the log " + printable(log.base_url) + " was not trusted at " + to_rfc3339(sct.time());
  }
  if (!why) why = "its log " + encode_hex(sct.log_id.view()) + " is not in the trust root";
  return why;
}

Result<void> verify_scts(const Certificate& leaf, const Certificate& issuer, const TrustedRoot& root,
                         unsigned wanted, Findings& found) {
  std::set<std::string> counted;
  std::string passed_over;
  for (const Sct& sct : TRY(embedded_scts(leaf))) {
    if (auto why = TRY(check_sct(sct, leaf, issuer, root, counted))) {
      found.notes.push_back("a certificate timestamp was passed over: " + *why);
      passed_over = ": " + *why;
    }
  }
  if (counted.size() >= wanted) return {};
  return fail(kSctSignature,
              "the certificate is proven to be in " +
                  times(static_cast<unsigned>(counted.size()), "certificate transparency log") +
                  ", asked for: " + std::to_string(wanted) + passed_over);
}

Result<Identity> verify_certificate(const Certificate& leaf, const TrustedRoot& root,
                                    const VerifyOptions& options, Findings& found) {
  TRY(expect_signing_certificate(leaf));
  const TrustedAuthority* authority = TRY(find_issuer(leaf, root, found));
  // A root whose logs are only of a kind that we do not know has logs.
  const bool has_none = root.certificate_logs.empty() && root.left_out.empty();
  const bool without = options.accept_no_log && has_none && options.certificate_logs <= 1;
  TRY(verify_scts(leaf, authority->chain.issuer(), root, without ? 0 : options.certificate_logs, found));
  return Identity::of(leaf, without ? Identity::NoIssuer::accepted : Identity::NoIssuer::refused);
}

// --- content ---------------------------------------------------------------------------------------------

/// Verifies with the schemes a key may have signed with: bundles do not say whether RSA was padded by PKCS#1
/// or PSS, nor whether a P-384 or P-521 key hashed with SHA-256 as clients did before version 0.3.
template <class Verify>
Result<void> verify_any_scheme(const PublicKey& key, std::optional<HashAlgorithm> hash, Verify verify) {
  const SignatureScheme usual = key.default_scheme();
  std::vector<SignatureScheme> schemes;
  if (key.type() == KeyType::rsa) {
    const HashAlgorithm used = hash.value_or(usual.hash);
    schemes = {{used, Padding::pkcs1}, {used, Padding::pss}};
  } else if (hash || usual.hash == HashAlgorithm::sha256) {
    schemes = {{hash.value_or(usual.hash), Padding::none}};
  } else {
    schemes = {usual, {HashAlgorithm::sha256, Padding::none}};
  }
  Result<void> result = verify(schemes.front());
  if (!result && result.error().is(kSignatureInvalid) && schemes.size() > 1) result = verify(schemes.back());
  return result;
}

Result<void> verify_message(const MessageSignature& message, const PublicKey& key,
                            std::optional<HashAlgorithm> hash, Artifact& artifact) {
  if (!hash && message.digest) hash = message.digest->algorithm();
  return verify_any_scheme(key, hash, [&](const SignatureScheme& scheme) -> Result<void> {
    if (key.type() == KeyType::ed25519) return key.verify(scheme, TRY(artifact.content()), message.signature);
    return key.verify_digest(scheme.padding, TRY(artifact.digest(scheme.hash)), message.signature);
  });
}

Result<void> verify_envelope(const DsseEnvelope& envelope, const PublicKey& key,
                             std::optional<HashAlgorithm> hash) {
  const Bytes encoded = envelope.pre_authentication_encoding();
  return verify_any_scheme(key, hash, [&](const SignatureScheme& scheme) {
    return key.verify(scheme, encoded, envelope.signature);
  });
}

/// SHA-256, or whichever digest was given in its place.
Result<Digest> known_digest(Artifact& artifact) {
  Result<Digest> known = artifact.digest(HashAlgorithm::sha256);
  for (const HashAlgorithm other : {HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    if (!known && known.error().is(kArtifactDigest)) known = artifact.digest(other);
  }
  return known;
}

/// A subject is the artifact when it has a digest we know and every such digest is the artifact's. With a
/// digest alone at hand, only those of its algorithm are compared.
Result<bool> is_subject(const StatementSubject& subject, Artifact& artifact) {
  bool compared = false;
  for (const Digest& digest : subject.digests) {
    const Result<Digest> actual = artifact.digest(digest.algorithm());
    if (!actual && actual.error().is(kArtifactDigest)) continue;
    if (!(TRY(Result<Digest>(actual)) == digest)) return false;
    compared = true;
  }
  return compared;
}

Result<Statement> verify_statement(const DsseEnvelope& envelope, const VerifyOptions& options,
                                   Artifact& artifact) {
  if (envelope.payload_type != kInTotoPayloadType) {
    return fail(kPayloadType, "the envelope's payload is of type " + printable(envelope.payload_type));
  }
  Statement statement = TRY(Statement::parse(envelope.payload, options.statement_limits));
  if (options.predicate_type && *options.predicate_type != statement.predicate_type) {
    return fail(kPredicateType, "the statement's predicate type is " + printable(statement.predicate_type) +
                                    ", not " + printable(*options.predicate_type));
  }
  for (const StatementSubject& subject : statement.subjects) {
    if (TRY(is_subject(subject, artifact))) return statement;
  }
  const StatementSubject& first = statement.subjects.front();
  std::string about = printable(first.name);
  if (!first.digests.empty()) about += " with " + first.digests.front().to_string();
  if (statement.subjects.size() > 1)
    about += " and " + std::to_string(statement.subjects.size() - 1) + " others";
  return fail(kStatementSubject, "the statement is about " + about + "; this file has " +
                                     TRY(known_digest(artifact)).to_string());
}

/// A signature over a statement's envelope fits the file that holds the envelope's encoding: it was made for
/// something else. Of a digest alone nobody can tell.
Result<void> expect_no_envelope(Artifact& artifact) {
  const Result<BytesView> content = artifact.content();
  if (!content && content.error().is(kSignatureNeedsContent)) return {};
  if (!is_pre_authentication_encoding(TRY(Result<BytesView>(content)))) return {};
  return fail(kArtifactEnvelope, "the file is the encoding of a DSSE envelope");
}

Result<void> expect_message_digest(const MessageSignature& message, const VerifyOptions& options,
                                   Artifact& artifact) {
  if (options.predicate_type) {
    return fail(kPredicateType, "the bundle is a bare signature and says nothing of type " +
                                    printable(*options.predicate_type));
  }
  if (message.digest && !(TRY(artifact.digest(message.digest->algorithm())) == *message.digest)) {
    return fail(kArtifactMismatch, "the file's digest is " +
                                       TRY(artifact.digest(message.digest->algorithm())).to_string() +
                                       ", the bundle was made for " + message.digest->to_string());
  }
  return expect_no_envelope(artifact);
}

Result<const PublicKey*> choose_key(const Bundle& bundle, const VerifyOptions& options) {
  if (bundle.certificate()) {
    if (options.key)
      return fail(kBundleKeyMaterial, "the bundle has a certificate, and a key was given to verify it");
    return &bundle.certificate()->key();
  }
  if (!options.key)
    return fail(kBundleKeyMaterial, "the bundle was made with a key, and none was given to verify it");
  return &options.key->key;
}

Result<void> expect_key_valid(const VerifyOptions& options, const Findings& found) {
  if (!options.key || !options.key->valid) return {};
  for (const ProvenTime& time : found.times) {
    if (!options.key->valid->contains(time.time)) {
      return fail(kKeyValidity, "the key was not valid at " + to_rfc3339(time.time));
    }
  }
  return {};
}

/// Every entry must be about this bundle; entries that record a digest algorithm must agree on it.
Result<std::optional<HashAlgorithm>> bind_entries(const Bundle& bundle, const PublicKey& key,
                                                  Artifact& artifact) {
  std::optional<HashAlgorithm> hash;
  for (const LogEntry& entry : bundle.entries) {
    const EntryBinding binding = TRY(bind_entry(entry, bundle, {bundle.certificate(), key}, artifact));
    if (hash && binding.hash && *hash != *binding.hash) {
      return fail(kEntryMismatch, "the log entries name different digests of the file");
    }
    if (binding.hash) hash = binding.hash;
  }
  return hash;
}

}  // namespace

Verifier::Verifier(std::shared_ptr<const TrustedRoot> root, VerifyOptions options)
    : root_(std::move(root)), options_(std::move(options)) {}

Result<Evidence> Verifier::verify(const Bundle& bundle, Artifact& artifact) const {
  const PublicKey& key = *TRY(choose_key(bundle, options_));
  if (bundle.message()) TRY(expect_message_digest(*bundle.message(), options_, artifact));

  Findings found;
  verify_timestamps(bundle, *root_, options_.timestamp_limits, found);
  const auto entries = TRY(verify_entries(bundle, *root_, options_, found));
  TRY(expect_times(options_, found));
  TRY(expect_logs_valid(entries, found));

  std::optional<Identity> identity;
  if (bundle.certificate())
    identity = TRY(verify_certificate(*bundle.certificate(), *root_, options_, found));
  TRY(expect_key_valid(options_, found));

  const auto hash = TRY(bind_entries(bundle, key, artifact));
  std::optional<Statement> statement;
  if (const DsseEnvelope* envelope = bundle.envelope()) {
    TRY(verify_envelope(*envelope, key, hash));
    statement = TRY(verify_statement(*envelope, options_, artifact));
  } else {
    TRY(verify_message(*bundle.message(), key, hash, artifact));
  }

  Evidence evidence(TRY(known_digest(artifact)));
  evidence.identity_ = std::move(identity);
  if (!bundle.certificate()) evidence.key_ = key;
  evidence.statement_ = std::move(statement);
  evidence.logs_ = std::move(found.logs);
  evidence.times_ = std::move(found.times);
  evidence.notes_ = std::move(found.notes);
  return evidence;
}

}  // namespace tomme
