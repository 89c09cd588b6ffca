#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "app/proofs/local_proofs.h"
#include "app/proofs/proofs_elsewhere.h"
#include "core/policy/judge.h"
#include "io/remote/simple_client.h"

namespace tomme {

/// A distribution that wants to pass, as far as it is known before its bytes are there.
struct Candidate {
  DistFilename filename;
  FileOrigin origin = {};
  std::optional<Url> address = {};   ///< of the file
  std::vector<Url> provenance = {};  ///< where indexes list it; all must hold
  bool provenance_unusable = false;  ///< the index lists one at no address that may be asked
  /// The Authorization for an address, as the installer has it; empty where it has none.
  std::function<std::string(const Url&)> authorization = {};
};

/// What was found to speak for a file.
struct FoundProofs {
  std::vector<Proof> proofs;
  bool none_elsewhere = false;  ///< the index lists none, and that of ProofsElsewhere has none either
};

/// "May this file pass?": finds the proof, has it verified and judged. Const calls are thread-safe.
class Gate {
 public:
  /// `attestations` is a folder with proofs by file name, or empty. `client` outlives the gate.
  Gate(net::HttpClient& client, DistributionJudge judge, std::string attestations, MayVisit may_visit,
       std::optional<ProofsElsewhere> elsewhere = {});

  /// The documents that speak for a file: those of the folder where it has any, else what the index lists,
  /// else what the other index has. kProvenanceUnavailable where one that is there cannot be had or read.
  Result<FoundProofs> find_proofs(const Candidate& candidate, std::stop_token stop) const;

  /// `proofs` is what find_proofs() gave: an error in it refuses the file.
  Verdict judge(const Candidate& candidate, const Sha256& digest, const Result<FoundProofs>& proofs) const;
  /// What a person should know of the proofs of all files so far, a sentence each: whom the other index was
  /// not asked about, or why it did not say, or that it could be asked.
  std::vector<std::string> notes() const;
  /// A file of a kind that no attestation can name.
  Verdict judge_unattestable(std::string_view filename, FileOrigin origin) const {
    return judge_.judge_unattestable(filename, std::move(origin));
  }
  Verdict refuse(Error error) const { return judge_.refuse(std::move(error)); }

 private:
  /// What the other index has, if it may be asked for this project.
  Result<FoundProofs> find_elsewhere(const Candidate& candidate, std::stop_token stop) const;

  net::HttpClient& client_;
  DistributionJudge judge_;
  std::string attestations_;
  MayVisit may_visit_;
  std::optional<ProofsElsewhere> elsewhere_;

  struct Seen {
    std::size_t listed = 0;                     ///< files for which an index lists an attestation
    std::size_t unlisted = 0;                   ///< files for which it lists none
    std::set<std::string> not_asked;            ///< projects whose names nobody said are public
    std::map<std::string, std::string> untold;  ///< why the other index did not say, by file
  };
  mutable std::mutex mutex_;  // guards seen_
  mutable Seen seen_;
};

}  // namespace tomme
