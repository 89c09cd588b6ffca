#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/policy/proof.h"

namespace tomme {

enum class Decision : std::uint8_t { allow, warn, deny };

/// What is known where a file has no attestation.
enum class NoProof : std::uint8_t {
  not_listed,      ///< the index that lists the file lists none
  none_elsewhere,  ///< nor has the other index that was asked
  on_no_page,      ///< no page lists the file, so that nobody could be asked
  impossible,      ///< no attestation can be for a file of its kind
};
/// "the index lists no attestation".
std::string_view describe(NoProof why);

/// The answer to "may this file pass?", with its reasons in order. Only the judges make it.
class Verdict {
 public:
  Decision decision() const { return decision_; }
  bool attested() const { return !signers_.empty(); }
  /// Signers are expected, and all who signed are such.
  bool expected() const { return expected_; }
  /// The option that let it pass without an attestation where one is required: "--allow demo".
  const std::optional<std::string>& allowed_by() const { return allowed_by_; }
  /// What is known; nothing where it has an attestation or what it has is no good.
  std::optional<NoProof> no_proof() const { return no_proof_; }
  /// What refused it; nothing unless denied.
  const std::optional<Error>& refusal() const { return refusal_; }
  const std::vector<VerifiedSignature>& signers() const { return signers_; }
  /// What is genuine and not as expected, of what was refused.
  const std::vector<VerifiedSignature>& strangers() const { return strangers_; }
  /// Which of several bundles in one file held; a sentence each.
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<std::string>& trail() const { return trail_; }  ///< one sentence a step

 private:
  friend class SignatureJudge;
  friend class DistributionJudge;
  Decision decision_ = Decision::deny;
  bool expected_ = false;
  std::optional<std::string> allowed_by_;
  std::optional<NoProof> no_proof_;
  std::optional<Error> refusal_;
  std::vector<VerifiedSignature> signers_;
  std::vector<VerifiedSignature> strangers_;
  std::vector<std::string> notes_;
  std::vector<std::string> trail_;
};

}  // namespace tomme
