#include "core/encoding/text.h"
#include "testing/instance.h"

namespace tomme::testing {

namespace {

json::Value range_json(const TimeRange& range) {
  json::Value value = object({{"start", to_rfc3339(range.start)}});
  if (range.end) value = with(value, "end", to_rfc3339(*range.end));
  return value;
}

struct LogFacts {
  const std::string& url;
  const PublicKey& key;
  Bytes id;
  const TimeRange& valid;
  const std::string& operator_name;
};

json::Value log_json(const LogFacts& log, unsigned minor_version) {
  json::Value value = object({{"baseUrl", log.url},
                              {"hashAlgorithm", "SHA2_256"},
                              {"publicKey", object({{"rawBytes", encode_base64(log.key.spki())},
                                                    {"keyDetails", key_details(log.key)},
                                                    {"validFor", range_json(log.valid)}})},
                              {"logId", object({{"keyId", encode_base64(log.id)}})}});
  if (minor_version >= 2) value = with(value, "checkpointKeyId.keyId", encode_base64(log.id));
  if (!log.operator_name.empty()) value = with(value, "operator", log.operator_name);
  return value;
}

json::Value authority_json(const std::string& uri, const std::vector<Certificate>& chain,
                           const TimeRange& valid, const std::string& operator_name) {
  json::Array certificates;
  for (const Certificate& each : chain)
    certificates.push_back(object({{"rawBytes", encode_base64(each.der())}}));
  json::Value value = object({{"subject", object({{"organization", "example"}, {"commonName", uri}})},
                              {"uri", uri},
                              {"certChain", object({{"certificates", std::move(certificates)}})},
                              {"validFor", range_json(valid)}});
  if (!operator_name.empty()) value = with(value, "operator", operator_name);
  return value;
}

}  // namespace

json::Value Instance::trusted_root(unsigned minor_version) const {
  json::Array tlogs, ctlogs, cas, tsas;
  for (const RekorLog& log : logs) {
    tlogs.push_back(
        log_json({log.url, log.key.public_key(), log.log_id(), log.valid, log.operator_name}, minor_version));
  }
  for (const CtLog& log : ct_logs) {
    const PublicKey& key = log.key.public_key();
    ctlogs.push_back(log_json(
        {log.url, key, to_bytes(key.spki_sha256().view()), log.valid, log.operator_name}, minor_version));
  }
  for (const CertificateAuthority& ca : authorities)
    cas.push_back(authority_json(ca.uri, {ca.intermediate, ca.root}, ca.valid, ca.operator_name));
  for (const TimestampAuthority& tsa : timestamp_authorities) {
    std::vector<Certificate> chain{tsa.root};
    if (tsa.root_names_leaf) chain.insert(chain.begin(), tsa.leaf);
    tsas.push_back(authority_json(tsa.uri, chain, tsa.valid, tsa.operator_name));
  }
  return object(
      {{"mediaType", minor_version >= 2 ? "application/vnd.dev.sigstore.trustedroot.v0.2+json"
                                        : "application/vnd.dev.sigstore.trustedroot+json;version=0.1"},
       {"tlogs", std::move(tlogs)},
       {"ctlogs", std::move(ctlogs)},
       {"certificateAuthorities", std::move(cas)},
       {"timestampAuthorities", std::move(tsas)}});
}

}  // namespace tomme::testing
