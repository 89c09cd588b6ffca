#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

/// A zip archive on Python's path, an egg or any other, read once for all that is asked about it. Nobody
/// claims anything about such an archive; but who judges by the names in it must see those that Python sees,
/// and zipimport and zipfile see others than the end record says where an archive has two readings. One that
/// has not one reading only is none to us.
class PathArchive {
 public:
  static std::unique_ptr<const PathArchive> open(const std::string& path);  ///< null where that is none to us
  PathArchive(const PathArchive&) = delete;
  PathArchive& operator=(const PathArchive&) = delete;
  ~PathArchive();

  std::vector<std::string> names() const;
  /// The first of these entries that is there, at most so many bytes of it. Names count in any case.
  std::optional<std::string> text(const std::vector<std::string>& names, std::size_t limit) const;

 private:
  struct Content;
  explicit PathArchive(std::unique_ptr<Content> content);

  std::unique_ptr<Content> content_;
};

/// The names in such archives, each read once however many files lead there, and handed out up to a bound for
/// all together: who makes an archive can have 100,000 names in a few kilobytes of a wheel, and name it in
/// many wheels.
class PathArchiveNames {
 public:
  struct Limits {
    std::size_t names = 1'000'000;
    std::size_t bytes = 64 * 1024 * 1024;
  };
  PathArchiveNames() = default;
  explicit PathArchiveNames(Limits limits) : left_(limits) {}

  /// Null beyond the bound. Of what is no archive to us there are none: that is unlooked already.
  const std::vector<std::string>* of(const std::string& path);

 private:
  struct Names {
    std::vector<std::string> names;
    std::size_t bytes = 0;
  };

  std::map<std::string, Names> known_;
  Limits left_;
};

}  // namespace tomme::guard
