#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/attestation/statement.h"

namespace tomme::cli {

/// What SLSA provenance says of a build, v0.2 and v1; members that are absent or of another shape stay out.
struct SlsaClaims {
  std::optional<std::string> builder, build_type, invocation;
  std::optional<std::string> repository, ref, workflow;  ///< externalParameters.workflow, as GitHub writes it
  struct Source {
    std::string uri;
    std::vector<std::string> digests;  ///< "gitCommit:ab…"
  };
  std::vector<Source> sources;  ///< resolvedDependencies or materials; at most 20 are kept
  std::size_t more_sources = 0;
};

/// Nothing where the statement's predicate is not SLSA provenance.
std::optional<SlsaClaims> slsa_claims(const Statement& statement);

}  // namespace tomme::cli
