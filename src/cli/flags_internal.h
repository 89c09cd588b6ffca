#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/errors.h"
#include "cli/options.h"
#include "core/base/result.h"

/// What the files that set up options share; CLI11 is seen nowhere else.
namespace tomme::cli {

inline constexpr std::string_view kHelpGroup = "help";

/// Our own --help, its last words, and the flag that asks for it.
void prepare(CLI::App& app, std::string_view footer);

/// Fails with kUsage where an option was given an empty text: "$W" of a script that forgot to set W must
/// never be an expectation left out.
Result<void> expect_no_empty_text(const std::vector<std::string>& words);

/// Options with a value: each takes the one word behind it, so that a file can follow.
struct Flags {
  CLI::App& app;
  std::string group;

  CLI::Option* value(const std::string& name, std::string& target, const char* word, const char* text) {
    return app.add_option(name, target, text)->option_text(word)->group(group)->allow_extra_args(false);
  }
  CLI::Option* values(const std::string& name, std::vector<std::string>& target, const char* word,
                      const char* text) {
    return app.add_option(name, target, text)->option_text(word)->group(group)->allow_extra_args(false);
  }
  CLI::Option* count(const std::string& name, unsigned& target, const char* text) {
    return app.add_option(name, target, text)->option_text("N")->group(group)->check(CLI::Range(1, 32));
  }
  CLI::Option* flag(const std::string& name, bool& target, const char* text) {
    return app.add_flag(name, target, text)->group(group);
  }
};

/// "whom to trust" of every verb that needs a trust root; when it is refreshed unless told, in words.
void add_trust(CLI::App& app, TrustOptions& trust, const char* otherwise);
void add_refresh(CLI::App& app, std::string& refresh, const char* otherwise);

/// --format text|json.
void add_format(CLI::App& app, bool& json);

/// "FILE is required" as part of our own sentences.
std::string sentence_of(const CLI::ParseError& error, const CLI::App& app);
/// `help` is the command that lists the options; an option that is nearly one of the app's is named first.
std::string hint_for(const CLI::ParseError& error, const CLI::App& app, const std::string& help);

/// `verb` is one word, or two: "tuf refresh".
template <class T>
Result<Command> parse_verb(std::string_view verb, void (*describe)(CLI::App&, T&),
                           std::vector<std::string> arguments) {
  TRY(expect_no_empty_text(arguments));
  T command;
  CLI::App app("", "tomme " + std::string(verb));
  describe(app, command);
  std::ranges::reverse(arguments);  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return ShowText{app.help()};
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, sentence_of(error, app),
                hint_for(error, app, "tomme " + std::string(verb) + " --help"));
  }
  return command;
}

/// The names of a table of commands.
template <class Entry, std::size_t N>
std::vector<std::string_view> names_of(std::span<const Entry, N> table) {
  std::vector<std::string_view> names;
  for (const Entry& entry : table) names.push_back(entry.name);
  return names;
}

/// The verbs whose options are set up in files of their own.
Result<Command> parse_tuf(std::vector<std::string> words);
Result<Command> parse_tuf_repository(std::vector<std::string> words);  ///< all but refresh and download
Result<Command> parse_trust(std::vector<std::string> words);

}  // namespace tomme::cli
