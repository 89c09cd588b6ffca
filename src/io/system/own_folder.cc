#include "io/system/own_folder.h"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/encoding/text.h"
#include "io/system/errors.h"
#include "io/system/file.h"

namespace tomme {

namespace {

namespace fs = std::filesystem;

struct Step {
  std::string path;
  struct stat status{};

  bool is_ours() const { return status.st_uid == ::geteuid() || status.st_uid == 0; }
  /// In a sticky folder (/tmp) only the owner of what is in it can take it away.
  bool is_sticky() const { return (status.st_mode & S_ISVTX) != 0; }
  bool lets_write(mode_t who) const { return (status.st_mode & who) != 0; }
};

/// The folder and those above it, the root first, as the path names them; links as such.
std::vector<Step> steps_to(const fs::path& path) {
  std::vector<Step> steps;
  fs::path at;
  for (const fs::path& part : path) {
    at /= part;
    if (part.empty() || part == ".") continue;
    Step step{at.string()};
    if (::lstat(at.c_str(), &step.status) == 0) steps.push_back(std::move(step));
  }
  return steps;
}

Result<void> check_way(const fs::path& path) {
  std::vector<Step> steps = steps_to(path);
  if (steps.empty()) return {};
  const std::string last = steps.back().path;
  for (const Step& step : steps) {
    if (S_ISLNK(step.status.st_mode)) {
      if (step.is_ours()) continue;
      return fail(kFolderUnsafe, "the link " + printable(step.path) + " belongs to another user");
    }
    if (step.lets_write(S_IWOTH) && (step.path == last || !step.is_sticky())) {
      return fail(kFolderUnsafe, "everybody may write into the folder " + printable(step.path));
    }
    if (step.path == last && !step.is_ours()) {
      return fail(kFolderUnsafe, "the folder " + printable(step.path) + " belongs to another user");
    }
  }
  return {};
}

fs::path absolute(const std::string& path) {
  std::error_code ignored;
  fs::path whole = fs::absolute(path, ignored).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace

Result<void> make_private_folder(const std::string& path) {
  if (path.empty() || exists(path)) return {};
  const auto slash = path.find_last_not_of('/') == std::string::npos
                         ? std::string::npos
                         : path.rfind('/', path.find_last_not_of('/'));
  if (slash != std::string::npos && slash > 0) TRY(make_private_folder(path.substr(0, slash)));
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(kFileWrite, "cannot make the folder " + printable(path) + ": " + system_reason());
}

Result<void> expect_own_folder(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(kFileRead, "cannot read " + printable(path) + ": " + system_reason());
  }
  if (!S_ISDIR(status.st_mode)) return fail(kFileRead, printable(path) + " is not a folder");
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return fail(kFileRead, "cannot read " + printable(path) + ": " + error.message());
  TRY(check_way(absolute(path)));
  return check_way(real);
}

bool is_ours_alone(const std::string& path) {
  if (!expect_own_folder(path)) return false;
  std::error_code error;
  for (const Step& step : steps_to(fs::canonical(path, error))) {
    if (!step.is_ours() || (step.lets_write(S_IWGRP | S_IWOTH) && !step.is_sticky())) return false;
  }
  return !error;
}

}  // namespace tomme
