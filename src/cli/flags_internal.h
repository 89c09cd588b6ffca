#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/errors.h"
#include "cli/options.h"
#include "core/encoding/text.h"

/// What the files that read the command line share. Includes CLI11, so that only those may include it.
namespace tomme::cli {

inline constexpr std::size_t kColumns = 80;
inline constexpr std::size_t kTextColumn = 28;
inline constexpr std::string_view kHelpGroup = "help";

/// For names of files: an empty one is a variable that a script forgot to set.
inline std::string expect_name(const std::string& text) {
  return text.empty() ? "a name is empty" : "";
}

/// `--help` for people: one block for each group, descriptions wrapped in their column, and none of the
/// types, ranges and exclusions that the library would print.
class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::string text = app->get_description();
    for (const std::string& group : app->get_groups())
      if (group != kHelpGroup) text += block(*app, group);
    text += block(*app, std::string(kHelpGroup));
    if (!app->get_footer().empty()) text += "\n" + app->get_footer();
    return text;
  }

 private:
  static std::string block(const CLI::App& app, const std::string& group) {
    std::string lines;
    for (const CLI::Option* option : app.get_options()) {
      if (!option->get_positional() && option->get_group() == group) lines += line(*option);
    }
    return lines.empty() ? "" : "\n" + group + ":\n" + lines;
  }

  static std::string line(const CLI::Option& option) {
    std::string text = "  ";
    for (const std::string& name : option.get_snames()) text += "-" + name + ", ";
    for (const std::string& name : option.get_lnames()) text += "--" + name + ", ";
    text.resize(text.size() - 2);
    if (!option.get_option_text().empty()) text += " " + option.get_option_text();
    if (text.size() + 2 > kTextColumn) {
      text += "\n";
      text += std::string(kTextColumn, ' ');
    } else {
      text += std::string(kTextColumn - text.size(), ' ');
    }
    return text + wrapped(option.get_description()) + "\n";
  }

  static std::string wrapped(const std::string& description) {
    std::istringstream words(description);
    std::string text;
    std::size_t column = kTextColumn;
    for (std::string word; words >> word;) {
      if (column + word.size() + 1 > kColumns && column > kTextColumn) {
        text += "\n" + std::string(kTextColumn, ' ');
        column = kTextColumn;
      } else if (column > kTextColumn) {
        text += ' ';
        ++column;
      }
      text += word;
      column += word.size();
    }
    return text;
  }
};

inline void prepare(CLI::App& app, std::string_view footer) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "print this")->group(std::string(kHelpGroup));
  app.footer(std::string(footer));
}

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

/// "FILE is required" as part of our own sentences.
inline std::string sentence_of(const CLI::ParseError& error) {
  std::string text = error.what();
  const bool is_word =
      text.size() > 1 && (text[1] == ' ' || std::islower(static_cast<unsigned char>(text[1])) != 0);
  if (is_word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return printable(text, 400);
}

template <class T>
Result<Command> parse_verb(std::string_view verb, void (*describe)(CLI::App&, T&),
                           std::vector<std::string> arguments) {
  T command;
  CLI::App app("", "tomme " + std::string(verb));
  describe(app, command);
  std::ranges::reverse(arguments);  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return ShowText{app.help()};
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, sentence_of(error), "tomme " + std::string(verb) + " --help");
  }
  return command;
}

}  // namespace tomme::cli
