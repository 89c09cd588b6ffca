#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/packaging/project_name.h"
#include "io/net/environment.h"

namespace tomme::guard {

using net::Environment;

/// The first bytes of a file, at most `limit`; nothing where there is no file that this user may read.
using ReadFile = std::function<std::optional<std::string>(const std::string& path, std::size_t limit)>;

/// Names in a folder, sorted; empty where there is no folder that this user may read.
using ListFolder = std::function<std::vector<std::string>(const std::string& path)>;

/// The path with all links followed; itself where it leads nowhere.
using ResolvePath = std::function<std::string(const std::string& path)>;

struct GuardLimits {
  std::size_t configuration_bytes = 4 * 1024 * 1024;  ///< of one settings, requirements or script file
  std::size_t lock_bytes = 64 * 1024 * 1024;          ///< of one lock file
  std::size_t requirement_files = 200;                ///< named by one another
  std::size_t workspace_folders = 10'000;             ///< and files, looked into for members of a workspace
  std::size_t nested_commands = 8;                    ///< `uv run poetry run pip …`
};

/// What a person asked to run, and where. Nothing else of the world is looked at.
struct Invocation {
  std::vector<std::string> argv;  ///< of the child, not empty
  Environment environment;        ///< the user's own
  std::string directory;          ///< current, absolute
  std::string home;               ///< HOME, or what the password file says; may be empty
  ReadFile read;
  ListFolder list;
  ResolvePath resolve = {};  ///< none: no links are followed
  bool proof_required = false;
  std::set<ProjectName> expected;       ///< projects of which somebody said who should sign them
  std::vector<std::string> indexes;     ///< `--index` of tomme itself: URLs
  std::vector<std::string> file_hosts;  ///< `--file-host`: HOST or HOST:PORT
  std::string kept = {};  ///< absolute; what an installer links to and does not copy is kept there, apart for
                          ///< each set of demands
  GuardLimits limits = {};
};

}  // namespace tomme::guard
