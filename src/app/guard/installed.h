#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/guard/environments.h"
#include "app/guard/site_snapshot.h"
#include "core/crypto/digest.h"
#include "core/packaging/core_metadata.h"
#include "core/packaging/project_name.h"
#include "core/packaging/record.h"
#include "io/store/file_store.h"

namespace tomme::guard {

/// Where a distribution that is new in an environment came from.
enum class InstalledFrom : std::uint8_t {
  delivered,   ///< a file that was judged in this run and let through
  own_folder,  ///< a project of the person's own: where the command works
  seed,        ///< pip, setuptools or wheel of this machine, by which a new environment begins
  unjudged,    ///< none of these
};
std::string_view name_of(InstalledFrom from);  ///< "delivered", "own-folder", "seed", "unjudged"

struct Installed {
  std::string project;  ///< as its METADATA says, else as its folder's name does
  std::string version;  ///< likewise; may be empty
  std::string folder;   ///< that its `.dist-info` stands in
  InstalledFrom from = InstalledFrom::unjudged;
  std::string reason;              ///< of what is unjudged: a clause, "no file of it passed through"
  std::set<ProjectName> projects;  ///< every name that it goes by
  /// Files that another delivered wheel has at the same path and that are that one's now, by its title:
  /// {"alpha 1.0": {"tests/__init__.py"}}.
  std::map<std::string, std::set<std::string>> overwritten = {};
  /// Files of its own that it has put among those of a project whose signer is expected, by that one's title.
  std::map<std::string, std::set<std::string>> among = {};
  /// Scripts of its own whose names an expected project's have as well, by that one's title.
  std::map<std::string, std::set<std::string>> scripts = {};
  /// Files of its own that Python runs whenever it starts, where any signer is expected but not its own.
  std::set<std::string> starts = {};
  /// By expected projects that are not installed: a file of its own that is imported by their names.
  std::map<ProjectName, std::string> stands_for = {};
  std::string built_from = {};  ///< the source distribution that covers it
  bool may_be_any = false;      ///< no distribution, but what leads to some that nobody could look at
};

/// A file that went to the command.
struct DeliveredFile {
  std::string filename;
  std::string url;
  std::optional<Sha256> digest;
  bool by_expected_signer = false;
  /// The address_key() of each address where the command got its bytes; none where it only got a wheel's
  /// METADATA, and built from the source distribution perhaps.
  std::set<std::string> addresses = {};
};

/// What the environments that a command can write to held before it, and hold after it.
class InstalledCheck {
 public:
  /// Looks at once. What it borrows must outlive it; `cache` is the run's own folder of caches.
  InstalledCheck(const Invocation& invocation, const Plan& plan, const std::string& cache);

  /// Looks again and accounts for everything that is new or other than before. What has a wheel's name and
  /// version is compared with that wheel, as `store` has it: by the digests of its RECORD, and where its
  /// signer is expected by the files themselves. What was asked for by an address (direct_url.json) is
  /// covered by a file of that address only; and a source distribution, whose build can be compared with
  /// nothing, covers only where no wheel of that name and version went to the command. Where a new one has
  /// brought files that are imported or started instead of an expected project's own, that project is
  /// unjudged (look_for_shadows()).
  std::vector<Installed> compare(const std::vector<DeliveredFile>& delivered, const FileStore& store,
                                 const std::set<ProjectName>& expected);

  /// Distributions of a project that were there already: "demo 1.0 in /v/lib/python3.11/site-packages".
  std::vector<std::string> before(const ProjectName& project) const;

 private:
  const Invocation& invocation_;
  const std::string cache_;
  const Places places_;
  const SiteLook before_;
};

/// Whether a file of this name is of this project and version, cut wherever an installer could cut it. A name
/// that has no version at all ("demo-main.zip") fits every one.
bool is_file_of(std::string_view filename, const ProjectName& project, std::string_view version);

}  // namespace tomme::guard
