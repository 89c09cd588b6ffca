#include <cctype>
#include <memory>
#include <sstream>

#include "cli/flags_internal.h"
#include "core/base/suggest.h"
#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kTextColumn = 28;

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

}  // namespace

void prepare(CLI::App& app, std::string_view footer) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "print this")->group(std::string(kHelpGroup));
  app.footer(std::string(footer));
}

Result<void> expect_no_empty_text(const std::vector<std::string>& words) {
  constexpr std::string_view kHint =
      "a variable that is not set? Leave the option out where nothing is meant";
  std::string_view before;
  for (const std::string& word : words) {
    if (word.empty()) {
      const bool of_option = before.starts_with('-') && before != "--";
      return fail(kUsage, of_option ? printable(before) + " is followed by an empty text" : "a name is empty",
                  std::string(kHint));
    }
    // CLI11 would take the next word for its value.
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return fail(kUsage, printable(word) + " has no value", std::string(kHint));
    before = word;
  }
  return {};
}

void add_refresh(CLI::App& app, std::string& refresh, const char* otherwise) {
  Flags{app, "whom to trust"}
      .value(
          "--refresh", refresh, "WHEN",
          (std::string("always, daily or never ask the mirror for newer keys (default TOMME_REFRESH, or ") +
           otherwise + ")")
              .c_str())
      ->envname("TOMME_REFRESH")
      ->check(CLI::IsMember({"always", "daily", "never"}));
}

void add_trust(CLI::App& app, TrustOptions& trust, const char* otherwise) {
  Flags flags{app, "whom to trust"};
  auto* staging =
      flags.flag("--staging", trust.staging, "Sigstore's staging instance instead of the public one");
  auto* root =
      flags.value("--trusted-root", trust.trusted_root, "FILE", "trust the keys in this trusted_root.json")
          ->excludes(staging);
  flags.value("--mirror", trust.mirror, "URL", "the Sigstore instance of this TUF mirror: see tomme trust")
      ->excludes(staging)
      ->excludes(root);
  add_refresh(app, trust.refresh, otherwise);
}

void add_format(CLI::App& app, bool& json) {
  app.add_option_function<std::string>(
         "--format", [&json](const std::string& format) { json = format == "json"; },
         "output format: text (default) or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("KIND")
      ->group("output");
}

namespace {

/// The first option that no command has; empty where that is not what went wrong.
std::string unknown_option(const CLI::ParseError& error, const CLI::App& app) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return {};
  for (const std::string& word : app.remaining(true))
    if (word.starts_with('-')) return word.substr(0, word.find('='));
  return {};
}

}  // namespace

std::string sentence_of(const CLI::ParseError& error, const CLI::App& app) {
  const std::string option = unknown_option(error, app);
  if (!option.empty()) return "unknown option " + printable(option);
  std::string text = error.what();
  const bool is_word =
      text.size() > 1 && (text[1] == ' ' || std::islower(static_cast<unsigned char>(text[1])) != 0);
  if (is_word) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return printable(text, 400);
}

std::string hint_for(const CLI::ParseError& error, const CLI::App& app, const std::string& help) {
  const std::string option = unknown_option(error, app);
  if (option.empty()) return help;
  std::vector<std::string> names;
  for (const CLI::Option* each : app.get_options())
    for (const std::string& name : each->get_lnames()) names.push_back("--" + name);
  return did_you_mean(option, std::vector<std::string_view>(names.begin(), names.end()),
                      help + " lists the options");
}

}  // namespace tomme::cli
