#include "cli/slsa.h"

#include <initializer_list>
#include <string_view>

namespace tomme::cli {

namespace {

constexpr std::size_t kSourcesShown = 20;

const json::Value* at(const json::Value& value, std::initializer_list<std::string_view> path) {
  const json::Value* here = &value;
  for (const std::string_view name : path) {
    if (!here->object()) return nullptr;
    here = here->object()->find(name);
    if (!here) return nullptr;
  }
  return here;
}

std::optional<std::string> text_at(const json::Value& value, std::initializer_list<std::string_view> path) {
  const json::Value* found = at(value, path);
  if (!found || !found->text()) return std::nullopt;
  return *found->text();
}

SlsaClaims::Source source_of(const json::Value& value) {
  SlsaClaims::Source source{text_at(value, {"uri"}).value_or("(no URI)"), {}};
  const json::Value* digests = at(value, {"digest"});
  if (!digests || !digests->object()) return source;
  for (const json::Member& member : *digests->object()) {
    if (member.value.text()) source.digests.push_back(member.name + ":" + *member.value.text());
  }
  return source;
}

void add_sources(const json::Value* list, SlsaClaims& claims) {
  if (!list || !list->array()) return;
  for (const json::Value& item : *list->array()) {
    if (claims.sources.size() == kSourcesShown) {
      ++claims.more_sources;
    } else {
      claims.sources.push_back(source_of(item));
    }
  }
}

// https://slsa.dev/spec/v1.0/provenance, with externalParameters of actions.github.io/buildtypes/workflow/v1.
SlsaClaims read_v1(const json::Value& predicate) {
  SlsaClaims claims;
  claims.builder = text_at(predicate, {"runDetails", "builder", "id"});
  claims.invocation = text_at(predicate, {"runDetails", "metadata", "invocationId"});
  claims.build_type = text_at(predicate, {"buildDefinition", "buildType"});
  claims.repository = text_at(predicate, {"buildDefinition", "externalParameters", "workflow", "repository"});
  claims.ref = text_at(predicate, {"buildDefinition", "externalParameters", "workflow", "ref"});
  claims.workflow = text_at(predicate, {"buildDefinition", "externalParameters", "workflow", "path"});
  add_sources(at(predicate, {"buildDefinition", "resolvedDependencies"}), claims);
  return claims;
}

// https://slsa.dev/spec/v0.2/provenance
SlsaClaims read_v0_2(const json::Value& predicate) {
  SlsaClaims claims;
  claims.builder = text_at(predicate, {"builder", "id"});
  claims.build_type = text_at(predicate, {"buildType"});
  claims.invocation = text_at(predicate, {"metadata", "buildInvocationId"});
  claims.repository = text_at(predicate, {"invocation", "configSource", "uri"});
  claims.workflow = text_at(predicate, {"invocation", "configSource", "entryPoint"});
  add_sources(at(predicate, {"materials"}), claims);
  return claims;
}

}  // namespace

std::optional<SlsaClaims> slsa_claims(const Statement& statement) {
  if (statement.predicate_type == "https://slsa.dev/provenance/v1") return read_v1(statement.predicate);
  if (statement.predicate_type == "https://slsa.dev/provenance/v0.2") return read_v0_2(statement.predicate);
  return std::nullopt;
}

}  // namespace tomme::cli
