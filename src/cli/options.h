#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace tomme::cli {

/// Which trust root is in force.
struct TrustOptions {
  bool staging = false;
  std::string trusted_root = {};  ///< path; empty: by TUF from a mirror, or built in
  std::string mirror = {};        ///< URL; empty: that of the public instance, or of staging
  std::string refresh = {};       ///< "always", "daily", "never"; empty: as the verb has it
};

/// Who should have signed, as typed.
struct ExpectOptions {
  std::string identity, issuer, repository, workflow, ref, publisher, owner_id, repository_id;
  bool anyone = false;
};

/// "NAME=N": a limit other than the default; the names are those of `--help`.
using LimitOptions = std::vector<std::string>;

struct VerifyCommand {
  std::vector<std::string> inputs;  ///< files, "-", "sha256:HEX", "pypi:NAME==VERSION"
  std::vector<std::string> bundles, attestations, provenances;
  std::string signature, certificate, entry, key, name;
  bool online = false;
  bool no_log = false;
  bool promise_only = false;
  unsigned logs = 1, times = 1, certificate_logs = 1;
  std::string predicate_type;
  std::vector<std::string> witnesses;
  std::string index = "https://pypi.org/simple/";
  TrustOptions trust;
  ExpectOptions expect;
  LimitOptions limits;
  bool json = false;
};

struct InspectCommand {
  std::vector<std::string> inputs;
  std::string index = "https://pypi.org/simple/";
  bool json = false;
};

struct RunCommand {
  std::vector<std::string> command;
  std::vector<std::string> indexes, file_hosts, allow_hosts, expect;
  std::string proofs;                             ///< "pypi" or a URL; empty: nobody else is asked
  std::vector<std::string> proofs_for;            ///< names and globs of them
  std::vector<std::string> require;               ///< "attested", "expected"
  std::vector<std::string> allow, allow_indexes;  ///< "NAME", "NAME==VERSION"; URLs
  std::string attestations, report;
  TrustOptions trust;
};

/// `tomme sigstore verify …`: the flags of sigstore-python, environment variables included.
struct SigstoreCommand {
  enum class Policy : std::uint8_t { identity, github };
  Policy policy = Policy::identity;
  std::vector<std::string> inputs;  ///< paths, "sha256:HEX"
  std::string certificate, signature, bundle;
  bool offline = false;
  std::string cert_identity, cert_oidc_issuer;
  std::string trigger, sha, name, repository, ref;  ///< GitHub; empty: anything
  bool staging = false;
  std::string instance, trust_config, refresh;
  bool verbose = false;
};

/// `tomme tuf refresh` and `tomme tuf download`: the client of any TUF repository.
struct TufClientCommand {
  bool download = false;
  std::string metadata_dir, metadata_url, root, time;
  bool offline = false;
  unsigned stale_days = 0;  ///< offline: for how long metadata may be expired
  std::string target_url, target_dir;
  bool plain_names = false;  ///< target files without their digest in front
  std::vector<std::string> targets;
};

/// `tomme trust update|show|init`.
struct TrustCommand {
  enum class What : std::uint8_t { update, show, init };
  What what = What::show;
  bool staging = false;
  std::string mirror, root, time;
  bool json = false;
};

/// `tomme tuf VERB …` of those who run a repository.
struct TufCommand {
  enum class Verb : std::uint8_t {
    init,
    key_new,
    key_show,
    key_add,
    key_remove,
    key_threshold,
    renew,
    delegate,
    undelegate,
    bins,
    add,
    remove,
    publish,
    sign,
    merge,
    unstage,
    status,
    verify,
    gc,
    import_from
  };
  Verb verb = Verb::status;
  std::string repository;  ///< a folder; else the two below
  std::string database, files;
  std::string passphrase_file;
  bool no_passphrase = false;
  std::string time;  ///< RFC 3339; empty: now
  std::string role;
  std::vector<std::string> names;  ///< files, target paths, key ids
  std::vector<std::string> keys;   ///< files or PKCS#11 URIs
  std::vector<std::string> root_keys, targets_keys, online_keys, bins_keys, paths;
  unsigned threshold = 0, root_threshold = 0, targets_threshold = 0, bins_threshold = 0;
  unsigned bits = 0;
  bool pep458 = false;
  std::string key_type;  ///< empty: what is usual
  bool pem = false;
  std::vector<std::string> lifetimes;  ///< "ROLE=DAYS"
  bool terminating = false;
  std::string list, prefix, previous, from, trusted_root;
  unsigned watch = 0;    ///< seconds; 0: once
  unsigned keep = 3600;  ///< seconds
  bool yes = false, target_files = false;
  bool json = false;
};

/// Text for standard output and a successful end: --help, --version.
struct ShowText {
  std::string text;
};

using Command = std::variant<ShowText, VerifyCommand, InspectCommand, RunCommand, SigstoreCommand,
                             TufClientCommand, TufCommand, TrustCommand>;

/// kUsage where the words cannot be meant. Only the verb that is named is set up.
Result<Command> parse_command_line(std::span<char* const> argv);

}  // namespace tomme::cli
