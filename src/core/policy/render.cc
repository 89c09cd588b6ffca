#include "core/policy/render.h"

#include <algorithm>

namespace tomme {

namespace {

json::Value text_value(std::string text) {
  return json::Value(std::move(text));
}

json::Value optional_text(const std::optional<std::string>& text) {
  return text ? json::Value(*text) : json::Value();
}

}  // namespace

json::Value to_json(const VerifiedSignature& signer) {
  std::vector<json::Member> members;
  members.push_back({"who", text_value(signer.who())});
  if (const auto& identity = signer.evidence.identity()) {
    members.push_back({"subject", text_value(identity->subject().value)});
    members.push_back(
        {"issuer", identity->issuer().empty() ? json::Value() : text_value(identity->issuer())});
    members.push_back({"repository", optional_text(identity->repository())});
    members.push_back({"workflow", optional_text(identity->workflow())});
    members.push_back({"ownerId", optional_text(identity->claim(Claim::source_repository_owner_identifier))});
    members.push_back({"repositoryId", optional_text(identity->claim(Claim::source_repository_identifier))});
    members.push_back({"ref", optional_text(identity->claim(Claim::source_repository_ref))});
    members.push_back({"commit", optional_text(identity->claim(Claim::source_repository_digest))});
  }
  json::Array times;
  for (const ProvenTime& time : signer.evidence.times()) times.emplace_back(to_rfc3339(time.time));
  members.push_back({"times", std::move(times)});
  json::Array logs;
  for (const LogProof& log : signer.evidence.logs()) {
    logs.emplace_back(json::Object({{"log", text_value(log.log)},
                                    {"index", json::Value(log.index.value())},
                                    {"included", json::Value(log.included)}}));
  }
  members.push_back({"logs", std::move(logs)});
  if (const auto& statement = signer.evidence.statement()) {
    members.push_back({"predicateType", text_value(statement->predicate_type)});
  }
  if (signer.publisher) {
    members.push_back({"publisher", text_value(signer.publisher->kind_name)});
    members.push_back({"publisherCompared", json::Value(signer.publisher_proof->compared)});
  }
  if (signer.publisher && signer.publisher->environment) {
    members.push_back({"environment", text_value(*signer.publisher->environment)});
    members.push_back({"environmentProven", json::Value(signer.publisher_proof->environment_proven)});
  }
  return json::Value(json::Object(std::move(members)));
}

json::Value to_json(const Error& error) {
  return json::Value(json::Object({{"code", text_value(std::string(error.code().name))},
                                   {"message", text_value(error.message())},
                                   {"hint", text_value(std::string(error.hint()))}}));
}

std::optional<Time> signing_time(const VerifiedSignature& signer) {
  std::optional<Time> latest;
  for (const ProvenTime& time : signer.evidence.times())
    latest = std::max(latest.value_or(time.time), time.time);
  return latest;
}

}  // namespace tomme
