#include "io/remote/rekor_client.h"

#include "core/encoding/json.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "io/remote/errors.h"

namespace tomme {

namespace {

/// {"entries":[{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{…}}]}
std::string retrieve_request(const Bundle& bundle, const Digest& artifact) {
  const std::string pem = to_pem("CERTIFICATE", bundle.certificate()->der());
  return "{\"entries\":[{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{\"data\":{\"hash\":{"
         "\"algorithm\":\"" +
         std::string(name_of(artifact.algorithm())) + "\",\"value\":\"" + artifact.to_hex() +
         "\"}},\"signature\":{\"content\":\"" + encode_base64(bundle.signature()) +
         "\",\"publicKey\":{\"content\":\"" + encode_base64(bytes_of(pem)) + "\"}}}}]}";
}

}  // namespace

Result<LogEntry> find_log_entry(net::HttpClient& client, const Bundle& bundle, const Digest& artifact,
                                std::string_view rekor_url) {
  net::Request request{"POST", TRY(Url::parse(std::string(rekor_url) + "/api/v1/log/entries/retrieve"))};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Accept", "application/json");
  request.body = to_bytes(bytes_of(retrieve_request(bundle, artifact)));
  const net::Response answer = TRY(client.fetch(request, {.body_bytes = 8 * 1024 * 1024}));
  if (answer.head.status != 200) {
    return fail(kLogUnavailable,
                std::string(rekor_url) + " answered with status " + std::to_string(answer.head.status));
  }
  const json::Value value = TRY(in("answer of the log", json::parse(text_of(answer.body))));
  const json::Array* entries = value.array();
  if (!entries)
    return fail(kLogUnavailable, "the answer of " + std::string(rekor_url) + " is not a list of entries");
  if (entries->empty()) return fail(kLogNoEntry, std::string(rekor_url) + " has no entry for this signature");
  // Of several the oldest: it proves the earliest moment.
  std::optional<LogEntry> oldest;
  for (const json::Value& item : *entries) {
    LogEntry entry = TRY(LogEntry::parse_rekor_v1(item));
    if (!oldest || entry.integrated_time < oldest->integrated_time) oldest = std::move(entry);
  }
  return std::move(*oldest);
}

}  // namespace tomme
