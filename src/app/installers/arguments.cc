#include "app/installers/arguments.h"

#include <algorithm>

namespace tomme::guard {
namespace {

class Scanner {
 public:
  Scanner(std::span<const std::string> arguments, const Grammar& grammar)
      : arguments_(arguments), grammar_(grammar) {}

  Arguments run() {
    while (at_ < arguments_.size()) {
      std::string_view word = arguments_[at_++];
      if (word == "--") {
        take_rest();
      } else if (word.starts_with("--")) {
        long_option(word);
      } else if (word.size() > 1 && word[0] == '-') {
        short_options(word.substr(1));
      } else if (grammar_.stop_at_word) {
        --at_;
        take_rest();
      } else {
        out_.words.emplace_back(word);
      }
    }
    return std::move(out_);
  }

 private:
  void take_rest() {
    out_.words.insert(out_.words.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at_),
                      arguments_.end());
    at_ = arguments_.size();
  }

  std::vector<const Option*> candidates(std::string_view name) const {
    std::vector<const Option*> begins;
    for (const Option& option : grammar_.options) {
      if (option.name == name) return {&option};
      if (grammar_.abbreviations && option.name.starts_with(name)) begins.push_back(&option);
    }
    return begins;
  }

  bool is_flag(std::string_view name) const {
    return std::ranges::any_of(grammar_.flags, [&](std::string_view flag) {
      return flag == name || (grammar_.abbreviations && name.size() > 2 && flag.starts_with(name));
    });
  }

  std::string separate_value() {
    if (at_ >= arguments_.size()) return {};
    const std::string& value = arguments_[at_++];
    std::string_view name = std::string_view(value).substr(0, value.find('='));
    if (name.starts_with("--")) {
      for (const Option& option : grammar_.options) {
        if (option.name == name && option.meaning == Meaning::refused) add(option, {});
      }
    }
    return value;
  }

  void add(const Option& option, std::string value) {
    if (option.meaning != Meaning::nothing) {
      out_.options.push_back({option.meaning, std::string(option.name), std::move(value)});
    }
  }

  void long_option(std::string_view word) {
    std::size_t equals = word.find('=');
    std::vector<const Option*> options = candidates(word.substr(0, equals));
    if (options.empty() && !is_flag(word.substr(0, equals)))
      out_.unknown.emplace_back(word.substr(0, equals));
    std::string value;
    if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (std::ranges::any_of(options, &Option::takes_value)) {
      // A beginning that a flag has as well: what follows may be a word.
      const bool may_be_a_flag = options.front()->name != word && is_flag(word);
      if (!may_be_a_flag) value = separate_value();
      if (may_be_a_flag && at_ < arguments_.size()) value = arguments_[at_];
    }
    for (const Option* option : options) add(*option, value);
  }

  /// "-qi URL", "-iURL", "-i=URL".
  void short_options(std::string_view letters) {
    for (std::size_t i = 0; i < letters.size(); ++i) {
      const char name[] = {'-', letters[i]};
      auto option = std::ranges::find(grammar_.options, std::string_view(name, 2), &Option::name);
      if (option == grammar_.options.end()) {
        if (!is_flag({name, 2})) out_.unknown.emplace_back(name, 2);
        continue;
      }
      if (!option->takes_value) {
        add(*option, {});
        continue;
      }
      std::string_view value = letters.substr(i + 1);
      if (value.starts_with('=')) value.remove_prefix(1);
      add(*option, i + 1 < letters.size() ? std::string(value) : separate_value());
      return;
    }
  }

  std::span<const std::string> arguments_;
  const Grammar& grammar_;
  std::size_t at_ = 0;
  Arguments out_;
};

}  // namespace

std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      open = true;
    } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
      word += line[++i];
      open = true;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

Arguments scan(std::span<const std::string> arguments, const Grammar& grammar) {
  return Scanner(arguments, grammar).run();
}

}  // namespace tomme::guard
