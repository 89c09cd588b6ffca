#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/project_name.h"
#include "core/policy/verdict.h"

/// What a report is made of.
namespace tomme::guard {

/// One file that was judged.
struct JudgedFile {
  std::string filename;
  std::string url;
  std::optional<Sha256> digest;  ///< nothing where its bytes never came whole
  Verdict verdict;
  std::vector<std::string> indexes = {};  ///< whose pages list it
};

/// A page or host that was refused, or something that could not be told.
struct Incident {
  std::string what;
  Error why;
  friend bool operator<(const Incident& a, const Incident& b) {
    return std::tie(a.what, a.why.code().name, a.why.message()) <
           std::tie(b.what, b.why.code().name, b.why.message());
  }
};

/// What a look at the environments before and after the command found that it can write to.
enum class Changes : std::uint8_t {
  not_looked,  ///< nobody looked, or could
  none,        ///< nothing is new
  unseen,      ///< nothing is new, though the command installs and got wheels
  judged,      ///< all that is new was judged
  unjudged,    ///< something new was not
};

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

}  // namespace tomme::guard
