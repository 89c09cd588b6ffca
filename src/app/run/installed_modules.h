#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/packaging/project_name.h"

namespace tomme::guard {

/// The module that Python makes of a file, as a path: "demo/x" of demo/x.py, demo/x/__init__.py,
/// demo/x.abi3.so and demo/__pycache__/x.cpython-311.pyc. Nothing for what it does not import.
std::optional<std::string> module_of(std::string_view path);

/// The part of a path that bears the name of the project: "demo" of demo.py, demo/x.py and
/// __pycache__/demo.cpython-311.pyc, "zope/interface" of zope/interface/x.py for zope.interface.
std::optional<std::string> own_part_of(std::string_view path, const ProjectName& project);

bool is_bytecode(std::string_view path);  ///< `.pyc`, `.pyo`

/// What Python imports of some projects, by their files. Projects go by number.
class ProjectModules {
 public:
  /// `paths` are all its files, seen from the folder of its `.dist-info`.
  void add(std::size_t number, const ProjectName& project, const std::vector<std::string>& paths);

  /// Where the file of another distribution lies.
  enum class Where : std::uint8_t {
    same,    ///< in the same folder
    before,  ///< in one where Python looks before, or may look before
    behind,  ///< in one where it looks afterwards
  };

  /// A file of another distribution that is no matter of its own.
  struct Stranger {
    std::size_t number;   ///< the project that it touches
    std::string file;     ///< that project's own of the same module ("demo/" of a package without a file);
                          ///< empty: it only lies in its package
    bool may_be_instead;  ///< the module bears the project's own name: Python may import this file for it
  };
  /// One at the same path in the same folder is none: of two such files one is there, and that can be read.
  /// Neither is what lies in a namespace that many share, a folder without `__init__.py`; but a module or an
  /// `__init__.py` for that folder itself comes before it wherever it lies. For a folder above the one that
  /// bears the name (zope of zope.interface) many bring an `__init__.py`: that only lies in the package.
  std::vector<Stranger> judge(std::string_view path, Where where = Where::same) const;

 private:
  struct Owner {
    std::size_t number;
    std::string file;
  };
  struct Namespace {
    std::size_t number;
    bool bears_name;
  };
  struct Project {
    ProjectName name;
    std::set<std::string, std::less<>> paths;
  };

  std::map<std::size_t, Project> projects_;
  std::multimap<std::string, Owner, std::less<>> owners_;          // by module
  std::multimap<std::string, std::size_t, std::less<>> names_;     // modules that bear the project's own name
  std::multimap<std::string, Namespace, std::less<>> namespaces_;  // these, or above them, without a file
};

}  // namespace tomme::guard
