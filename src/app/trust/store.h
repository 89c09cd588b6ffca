#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/trust/source.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sigstore/trusted_root.h"
#include "core/tuf/updater.h"
#include "io/net/http_client.h"
#include "io/remote/tuf_folder.h"
#include "io/remote/tuf_mirror.h"

namespace tomme::trust {

inline constexpr std::string_view kTrustedRootTarget = "trusted_root.json";
inline constexpr std::string_view kSigningConfigTarget = "signing_config.v0.2.json";

/// What TUF vouches for, verified just now.
struct Files {
  std::shared_ptr<const TrustedRoot> root;
  Sha256 digest;                                   ///< of trusted_root.json
  std::optional<std::string> signing_config = {};  ///< where the repository has one and it could be had
  std::vector<tuf::RoleState> roles = {};          ///< that it rests on
};

/// When the mirror was asked, by the clock of that run. Only to ask it seldom: nothing is believed for it.
struct Asked {
  std::optional<Time> refreshed = {};
  std::optional<Time> failed = {};  ///< since it was refreshed
  std::string reason = {};          ///< why it failed, for a person
  std::optional<Time> told = {};    ///< when a person was last told that it fails
};

/// The TUF client of one mirror and its files, in `<cache>/tuf/<mirror>/`. Other processes wait as long as
/// it lives.
class Store {
 public:
  static Result<Store> open(const std::string& cache_folder, Source source, const TufFolderOptions& options);
  /// The folder, which may not be there.
  static std::string folder_of(const std::string& cache_folder, const Source& source);

  /// Begins anew with this root; what was kept is forgotten. Refuses a root that is not signed by itself.
  Result<tuf::Version> init(BytesView root);
  /// Asks the mirror; begins with the built-in root where none is kept that can be used. kTrustNotBegun where
  /// there is no such root either. Notes when it was, and why it failed.
  Result<Files> update(net::HttpClient& client, Time now, const TufMirrorLimits& limits = {});
  /// Verifies again what is kept. Metadata may be expired for `tolerance`. kTrustNotKept and all that TUF
  /// refuses.
  Result<Files> load(Time now, std::chrono::seconds tolerance);

  Asked asked() const;
  /// For a failure that update() did not see.
  void note_failure(Time now, const Error& error);
  void note_told(Time now);
  const Source& source() const { return source_; }

 private:
  Store(Source source, TufFolder folder) : source_(std::move(source)), folder_(std::move(folder)) {}
  Result<void> begin();
  Result<Files> fetch(net::HttpClient& client, Time now, const TufMirrorLimits& limits);
  Result<std::optional<Bytes>> kept(const tuf::FoundTarget& target) const;
  void note(const Asked& asked);

  Source source_;
  TufFolder folder_;
};

/// As it is kept in a file, one line each: "refreshed TIME", "failed TIME REASON", "told TIME". Lines that
/// are not are left out: the file is a memory aid.
std::string to_text(const Asked& asked);
Asked parse_asked(std::string_view text);

}  // namespace tomme::trust
