#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/installers/collect.h"
#include "app/installers/hatch_scripts.h"
#include "app/installers/started_variables.h"

namespace tomme::guard {

/// The project that hatch works on, and [tool.hatch] with the tables of hatch.toml over it.
class HatchProject {
 public:
  /// The nearest folder with a pyproject.toml or a setup.py, else the current one.
  static Result<HatchProject> read(const Collector& from);

  /// A table of [tool.hatch]; nullptr where there is none.
  const json::Value* table(std::string_view name) const;
  /// "pyproject.toml, [tool.hatch.envs" or "hatch.toml, [envs", with the folder before.
  std::string where(std::string_view name) const;
  const std::string& root() const { return root_; }
  /// Whether an environment of the project has a matrix, or may have one that is not seen here.
  bool has_matrix() const;

  /// What is installed whatever the environment: of the project, of its build, of hatch itself.
  Result<void> collect_settings(Collector& into) const;

 private:
  Result<void> collect_table(Collector& into, const std::string& name, const json::Value& value) const;
  Result<void> collect_hatch_itself(Collector& into, const json::Value& table) const;

  std::string root_;
  std::optional<json::Value> project_;  ///< pyproject.toml
  std::optional<json::Value> own_;      ///< hatch.toml
};

/// Environments that a command makes and works in: what is installed there, and what runs there.
class HatchEnvironments {
 public:
  HatchEnvironments(Collector& into, const HatchProject& project)
      : into_(into),
        findings_(into.findings),
        project_(project),
        scripts_(into, project.root(), project.has_matrix()) {}

  /// Those of these names with what they inherit from; all, where that cannot be told.
  Result<void> use(const std::optional<std::vector<std::string>>& names);
  /// One more table that describes an environment. `where` names it.
  Result<void> use_table(const json::Value& table, const std::string& where);

  /// What hatch runs before and after it installs into them.
  Result<Nested> preparations() const;
  const HatchScripts& scripts() const { return scripts_; }
  /// What commands get in them.
  std::span<const StartedVariable> variables() const { return variables_; }

 private:
  Result<void> overrides(const json::Value& table, const std::string& where);
  Result<void> one_override(std::string_view option, const json::Value& value, const std::string& where);
  Result<void> env_vars(const json::Value& table, const std::string& where);
  Result<void> installs_with(std::span<const StartedVariable> variables, const std::string& where);
  Result<StartedVariable> variable(std::string_view name, std::string_view value, const std::string& where);
  Result<void> members(const json::Value& table, const std::string& where);
  Result<void> locks();

  Collector& into_;
  Findings& findings_;
  const HatchProject& project_;
  HatchScripts scripts_;
  StartedVariables variables_;
  bool is_told_ = true;  ///< which tables count
  bool has_variables_ = false;
  bool is_locked_ = false;
  struct Preparation {
    std::string text;
    std::string where;
  };
  std::vector<Preparation> preparations_;
};

}  // namespace tomme::guard
