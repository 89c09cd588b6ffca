#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

/// What an installer's option is to us.
enum class Meaning : std::uint8_t {
  nothing,
  refused,  ///< leads around the proxy
  index,    ///< a URL, for uv also NAME=URL
  find_links,
  no_index,
  requirements,  ///< a requirements, constraints or overrides file, or a lock file
  script,        ///< a file with PEP 723 metadata
  requirement,   ///< one requirement
  group,         ///< "[path:]name", of a pyproject.toml
  editable,
  insecure_host,
  client_certificate,
  torch_backend,
  link_mode,
  vanishing,  ///< the environment is deleted at the end
  project,    ///< folder of the project
  global_project,
  directory,  ///< folder to change to first
  configuration_file,
  no_configuration,
  lock_file,
  python,
  pip_arguments,  ///< a text that is handed to `pip install`
  variable,       ///< NAME=VALUE, set for what is run
  environment_file,
  environment,  ///< the name of one of several, as the settings have them
  module,       ///< what follows is a Python module to run
};

struct Option {
  std::string_view name;  ///< "--index-url", "-i"
  bool takes_value;
  Meaning meaning = Meaning::nothing;
};

/// How a command line is read. Options that are in neither list are taken for flags, and named as unknown.
struct Grammar {
  std::span<const Option> options;
  bool abbreviations = false;  ///< optparse and argparse take any unambiguous beginning of a long option
  bool stop_at_word = false;   ///< the first word ends the options: it is a command of its own
  std::span<const std::string_view> flags =
      {};  ///< the others that the program has, none of them with a value
};

struct Found {
  Meaning meaning;
  std::string name;   ///< as the table has it, for messages
  std::string value;  ///< empty for flags
};

struct Arguments {
  std::vector<Found> options;      ///< those with a meaning only, in order
  std::vector<std::string> words;  ///< what is no option; all that follows the first with `stop_at_word`
  std::vector<std::string> unknown = {};  ///< "--new", "-N": the word that follows may be a value, or none
};

/// Words as a shell would cut them: quotes and backslashes, nothing else.
std::vector<std::string> shell_words(std::string_view line);

/// Errs towards seeing too much: a beginning that could be several options is each of them, and a value that
/// is spelled like a refused option counts as one, so that a table that is out of date hides nothing.
Arguments scan(std::span<const std::string> arguments, const Grammar& grammar);

}  // namespace tomme::guard
