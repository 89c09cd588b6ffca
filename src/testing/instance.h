#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sigstore/trusted_root.h"
#include "testing/certificates.h"
#include "testing/entry_body.h"
#include "testing/rekor.h"
#include "testing/timestamp_authority.h"

namespace tomme::testing {

/// A Fulcio: root and intermediate, both P-384.
struct CertificateAuthority {
  std::string uri;
  Certificate root;
  Certificate intermediate;
  PrivateKey root_key;
  PrivateKey key;  ///< the intermediate's
  TimeRange valid;
  std::string operator_name = {};
};

struct CertificateAuthoritySpec {
  std::string uri;
  TimeRange valid;
  unsigned number = 0;  ///< of its keys
  std::optional<TimeRange> intermediate_valid = {};
};
CertificateAuthority make_certificate_authority(const CertificateAuthoritySpec& spec);

/// A whole Sigstore. Every part may be exchanged before the next thing is signed.
struct Instance {
  Time now;         ///< when things are signed, unless they say otherwise
  TimeRange valid;  ///< of all parts, as they were made
  std::vector<CertificateAuthority> authorities = {};
  std::vector<CtLog> ct_logs = {};
  std::vector<RekorLog> logs = {};
  std::vector<TimestampAuthority> timestamp_authorities = {};

  /// trusted_root.json of version 0.1 or 0.2.
  json::Value trusted_root(unsigned minor_version = 1) const;
  std::shared_ptr<const TrustedRoot> root() const;
};

/// One CA, one ECDSA CT log, a Rekor v1 (ECDSA P-256; logs[0]) and a Rekor v2 (Ed25519; logs[1]) with a few
/// entries each, one timestamp authority. `number` tells the keys and names of several instances apart.
Instance make_instance(Time now, unsigned number = 0);

RekorLog make_rekor_v1(const std::string& url, const TimeRange& valid, PrivateKey key);
RekorLog make_rekor_v2(const std::string& url, const TimeRange& valid, PrivateKey key);

/// What a Fulcio certificate says about who asked for it.
struct LeafSpec {
  SubjectName subject = {SubjectName::Kind::uri, ""};
  std::string issuer = {};
  bool old_issuer = true;  ///< claim 1 beside claim 8
  bool no_issuer = false;  ///< neither of them
  std::map<unsigned, std::string> claims = {};
  KeyType type = KeyType::ecdsa_p256;
  unsigned key_number = 0;
  std::chrono::seconds lifetime = std::chrono::minutes(10);
  std::size_t authority = 0;               ///< of the instance
  std::vector<std::size_t> ct_logs = {0};  ///< empty: no SCT
  /// Everything else; names, claims, validity and SCTs are put in.
  CertificateSpec certificate = {.extended_key_usages = {"1.3.6.1.5.5.7.3.3"}};
};
/// A workflow of "owner/repo" at a ref, with all claims that GitHub gives.
LeafSpec github(const std::string& repository, const std::string& workflow = "release.yml",
                const std::string& ref = "refs/tags/v1.0.0");
LeafSpec gitlab(const std::string& project, const std::string& path = ".gitlab-ci.yml",
                const std::string& ref = "refs/heads/main");
LeafSpec google(const std::string& email);
LeafSpec email(const std::string& address, const std::string& issuer);
LeafSpec user_name(const std::string& name, const std::string& issuer);

Signer certify(const Instance& instance, const LeafSpec& leaf, Time at);
inline Signer certify(const Instance& instance, const LeafSpec& leaf) {
  return certify(instance, leaf, instance.now);
}

/// How a bundle is made.
struct Recipe {
  EntryKind kind = {};
  std::vector<std::size_t> logs = {0};  ///< of the instance, one entry each
  std::vector<std::size_t> timestamp_authorities = {};
  std::string media_type = std::string(kBundle03);
  std::optional<Time> at = {};  ///< of timestamps and entries; absent: the instance's now
  bool embed_timestamp_certificate = false;
  bool promise = true;
  bool proof = true;
  std::optional<SignatureScheme> scheme = {};  ///< other than the key's default
};
/// Version 0.3, as today's clients write them, over Rekor v1 or v2.
Recipe rekor_1(std::string kind = "hashedrekord");
Recipe rekor_2();

BundleParts sign_message(Instance& instance, const Signer& signer, BytesView artifact, const Recipe& recipe);
BundleParts sign_statement(Instance& instance, const Signer& signer, std::string_view statement,
                           const Recipe& recipe);
/// Adds timestamps and log entries to a bundle whose content is already signed.
void prove(Instance& instance, const Signer& signer, const Digest& artifact, const Recipe& recipe,
           BundleParts& bundle);

/// An in-toto statement about one file.
std::string make_statement(const std::string& name, BytesView content,
                           std::string_view predicate_type = "https://docs.pypi.org/attestations/publish/v1",
                           const json::Value& predicate = nullptr);

}  // namespace tomme::testing
