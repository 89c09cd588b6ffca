#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/encoding/json.h"

namespace tomme {

/// What a statement is about: one artifact, by digest.
struct StatementSubject {
  std::string name;
  std::vector<Digest> digests;  ///< sha256, sha384 and sha512 only; may be empty
};

struct StatementLimits {
  std::size_t subjects = 1024;
  std::size_t digests = 32;  ///< of one subject, of any algorithm
};

/// An in-toto statement, version 0.1 or 1 (in-toto/attestation, spec/v1/statement.md).
struct Statement {
  using Limits = StatementLimits;

  std::vector<StatementSubject> subjects;  ///< at least one
  std::string predicate_type;
  json::Value predicate;  ///< null where absent

  /// Members that the specification does not name are ignored, as it asks for.
  static Result<Statement> parse(BytesView payload, const Limits& limits = {});
};

}  // namespace tomme
