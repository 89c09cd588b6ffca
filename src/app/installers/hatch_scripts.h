#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/installers/collect.h"
#include "app/installers/placeholders.h"
#include "app/installers/started_variables.h"

namespace tomme::guard {

/// The scripts of hatch's environments, and what hatch 1.18 makes of a command: its first word may be a
/// script, whose commands take the rest. Where environments have scripts of the same name all of them count.
class HatchScripts {
 public:
  /// `root` is the project's folder. `has_matrix`: some environment may have variables of a matrix.
  HatchScripts(Collector& into, std::string root, bool has_matrix)
      : into_(into), root_(std::move(root)), has_matrix_(has_matrix) {}

  /// A table `scripts` or `extra-scripts`: each a command or several. `where` names it.
  Result<void> add(const json::Value& table, const std::string& where);
  /// The same of `overrides`: `"NAME=COMMAND"`, `{key = NAME, value = COMMAND}`, or a list of them.
  Result<void> add_override(const json::Value& value, const std::string& where);

  /// What a command starts; `variables` are those of the environment it runs in.
  struct Start {
    std::string where = {};  ///< the setting that holds it; empty: the command line
    std::span<const StartedVariable> variables = {};
    bool lacks_words = false;  ///< hatch adds words of its own
  };
  Result<void> start(std::string_view command, const Start& start, Nested& nested) const;
  /// The same of the words of a command line.
  Result<void> start_words(std::span<const std::string> words, const Start& start, Nested& nested) const;

  std::vector<std::string> names() const;

  /// `text` with what hatch puts in where no words of a command line are.
  FilledIn filled(std::string_view text, std::string_view arguments = {}) const;

 private:
  struct ScriptCommand {
    std::string text;
    std::string where;
  };
  struct Walk;  ///< through the commands of one start

  Result<void> add_command(const std::string& name, const json::Value& command, const std::string& where);
  Result<void> expand(const ScriptCommand& command, std::size_t depth, Walk& walk) const;
  Result<void> leaf(std::string_view text, const std::string& where, Walk& walk) const;

  Collector& into_;
  std::string root_;
  bool has_matrix_;
  std::map<std::string, std::vector<ScriptCommand>, std::less<>> scripts_;
};

/// `NAME=VALUE` pairs of an override of a table, in any of its shapes; what has no value of its own gets an
/// empty one that is not exact. Nothing where the shape is none that hatch knows.
std::optional<StartedVariables> pairs_of_override(const json::Value& value);

}  // namespace tomme::guard
