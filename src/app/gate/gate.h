#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/gate/local_proofs.h"
#include "core/policy/verdict.h"
#include "io/remote/simple_client.h"

namespace tomme {

/// A distribution that wants to pass, as far as it is known before its octets are there.
struct Candidate {
  DistFilename filename;
  std::vector<net::Url> provenance = {};  ///< where indexes list it; all must hold
  bool provenance_unusable = false;       ///< the index lists one at no address that may be asked
  /// The Authorization for an address, as the installer sent it there; empty where it sent none.
  std::function<std::string(const net::Authority&)> authorization = {};
};

/// "May this file pass?": finds the proof, has it verified and judged. Const calls are thread-safe.
class Gate {
 public:
  /// `attestations` is a folder with proofs by file name, or empty. `client` outlives the gate.
  Gate(net::HttpClient& client, DistributionJudge judge, std::string attestations, MayVisit may_visit);

  /// The documents that speak for a file: those of the folder where it has any, else what the index lists.
  /// kProvenanceUnavailable where a listed one cannot be had or read.
  Result<std::vector<Proof>> find_proofs(const Candidate& candidate, std::stop_token stop) const;

  Verdict judge(const Candidate& candidate, const Sha256& digest,
                const Result<std::vector<Proof>>& proofs) const;
  /// A file of a kind that no attestation can name.
  Verdict judge_unattestable(std::string_view filename) const { return judge_.judge_unattestable(filename); }
  Verdict refuse(Error error) const { return judge_.refuse(std::move(error)); }

 private:
  net::HttpClient& client_;
  DistributionJudge judge_;
  std::string attestations_;
  MayVisit may_visit_;
};

}  // namespace tomme
