#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/packaging/project_name.h"
#include "core/packaging/record.h"

namespace tomme::guard {

/// The module that Python makes of a file, as a path: "demo/x" of demo/x.py, demo/x/__init__.py,
/// demo/x.abi3.so and demo/__pycache__/x.cpython-311.pyc. Nothing for what it does not import.
std::optional<std::string> module_of(std::string_view path);

/// The part of a path that bears the name of the project: "demo" of demo.py, demo/x.py and
/// __pycache__/demo.cpython-311.pyc, "zope/interface" of zope/interface/x.py for zope.interface.
std::optional<std::string> own_part_of(std::string_view path, const ProjectName& project);

bool is_bytecode(std::string_view path);  ///< `.pyc`, `.pyo`

/// What Python imports of some projects, by the files that their RECORDs list. Projects go by number.
class ProjectModules {
 public:
  void add(std::size_t number, const ProjectName& project, const std::vector<RecordRow>& record);

  /// A file of another distribution in the same folder that is no matter of its own.
  struct Stranger {
    std::size_t number;   ///< the project that it touches
    std::string file;     ///< that project's own of the same module; empty: it only lies in its package
    bool may_be_instead;  ///< the module bears the project's own name: Python may import this file for it
  };
  /// One at the same path is none: of two such files one is there, and that can be read. Neither is what lies
  /// in a namespace that many share, a folder without `__init__.py`.
  std::vector<Stranger> judge(std::string_view path) const;

 private:
  struct Owner {
    std::size_t number;
    std::string file;
  };
  struct Project {
    ProjectName name;
    std::set<std::string, std::less<>> paths;
  };

  std::map<std::size_t, Project> projects_;
  std::multimap<std::string, Owner, std::less<>> owners_;       // by module
  std::multimap<std::string, std::size_t, std::less<>> names_;  // modules that bear the project's own name
};

}  // namespace tomme::guard
