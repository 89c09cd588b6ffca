#include "app/installers/pipenv_scripts.h"

#include <algorithm>
#include <span>

#include "app/installers/arguments.h"
#include "app/installers/placeholders.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

class PipenvReader {
 public:
  PipenvReader(Collector& into, const StartedVariables& variables) : into_(into), variables_(variables) {}

  /// The command line itself.
  Result<void> words(const std::vector<std::string>& words) { return start({words}, words); }

  /// A text is cut without a shell, but what a shell takes for more than one command pipenv may hand to one.
  Result<void> text(const std::string& text, std::span<const std::string> more, const std::string& where) {
    const std::string all = text + (more.empty() ? "" : " " + quoted_for_shell(more));
    return start(shell_command(all, where), shell_words(all));
  }

  Nested nested() && { return std::move(nested_); }

 private:
  /// `plain` are the words as pipenv cuts them: it puts variables into each, be it in quotes.
  Result<void> start(StartedCommand command, std::span<const std::string> plain) {
    const std::string where = command.where.empty() ? "pipenv run" : command.where;
    const auto has_variable = [](const std::string& word) { return word.contains('$'); };
    if (std::ranges::any_of(plain, has_variable) && starts_an_installer(into_, command.words))
      TRY(into_.findings.unproven("an installer's command with variables that pipenv fills in", where,
                                  "write their values out"));
    command.words = TRY(with_variables(into_, variables_, std::move(command.words), where));
    nested_.push_back(std::move(command));
    return {};
  }

  Collector& into_;
  const StartedVariables& variables_;
  Nested nested_;
};

}  // namespace

Result<Nested> pipenv_run(Collector& into, const json::Value& pipfile, const std::vector<std::string>& words,
                          const StartedVariables& variables) {
  PipenvReader reader(into, variables);
  const json::Value* script = member_of(at(pipfile, "scripts"), words[0]);
  if (script == nullptr) {
    TRY(reader.words(words));
    return std::move(reader).nested();
  }
  const std::string where = "Pipfile, [scripts] " + shown_address(words[0]);
  if (text_at(*script, "call"))
    TRY(into.findings.unproven("a Python function that may start any installer", where));
  const std::span<const json::Value> commands = one_or_more(*script);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::string* text = commands[i].text();
    if (text == nullptr) {
      TRY(into.findings.unproven("a script of a shape that tomme does not know", where));
      continue;
    }
    // Of several the last gets the words of the command line.
    const bool is_last = i + 1 == commands.size();
    TRY(reader.text(*text, std::span(words).subspan(is_last ? 1 : words.size()), where));
  }
  return std::move(reader).nested();
}

Result<Nested> pipenv_shell(Collector& into, std::span<const std::string> words,
                            const StartedVariables& variables) {
  if (words.empty()) return Nested{};
  PipenvReader reader(into, variables);
  std::string typed;
  for (const std::string& word : words) typed += (typed.empty() ? "" : " ") + word;
  TRY(reader.text(typed, {}, "pipenv shell"));
  std::vector<std::string> given{"sh"};
  given.insert(given.end(), words.begin(), words.end());
  TRY(reader.words(given));
  return std::move(reader).nested();
}

}  // namespace tomme::guard
