#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/proof.h"
#include "core/sigstore/artifact.h"

namespace tomme::cli {

/// Limits as `--limit` sets them; the defaults otherwise.
struct Limits {
  Bundle::Limits bundle;
  Provenance::Limits provenance;
  Statement::Limits statement;
  SignedNote::Limits note;
};
Result<Limits> parse_limits(const LimitOptions& options);

/// One thing to verify, with the proofs that are to hold for it.
struct Subject {
  std::string name;                     ///< as typed
  std::optional<std::string> filename;  ///< without folders; nothing for a digest and standard input
  std::shared_ptr<Artifact> artifact;
  std::vector<ProofChoice> proofs;  ///< every one has to hold
};

struct NamedSubject {
  std::string name;  ///< as typed, or as the index lists it
  Result<Subject> subject;
};

/// kUsageNoFile where nothing is there. A file that is there and cannot be read is another matter.
Result<void> expect_there(const std::string& path);

/// Pairs the inputs with the proofs that were named, or with what lies beside them, and hands each on in
/// turn: only one file is open at a time. A file that is a proof of another input is passed over. An error in
/// one leaves the others whole; the returned one is for the whole command (kUsage: proofs that cannot be
/// paired with the inputs).
Result<void> for_each_subject(const VerifyCommand& command, const Limits& limits, Time now,
                              const std::function<void(NamedSubject)>& take);

/// "pypi:NAME==VERSION": every file of a release with its provenance, by the digest that the index lists.
Result<std::vector<NamedSubject>> fetch_release(std::string_view input, const std::string& index);

}  // namespace tomme::cli
