#include "app/installers/hatch_placeholders.h"

#include <algorithm>
#include <string>

namespace tomme::guard {
namespace {

/// Defaults may hold placeholders again; more than this is nobody's honest script.
constexpr std::size_t kDeepest = 3;

class Filler {
 public:
  Filler(std::string_view arguments, const HatchPlaces& places) : arguments_(arguments), places_(places) {}

  void fill(std::string_view text, std::size_t depth) {
    while (!text.empty()) {
      const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
      filled_.text += text.substr(0, brace);
      text.remove_prefix(brace);
      if (text.empty()) return;
      const std::size_t close = closing(text);
      if (close == 0 || depth == kDeepest) return keep(text);
      one(text.substr(1, close - 1), depth);
      text.remove_prefix(close + 1);
    }
  }

  FilledIn filled() && { return std::move(filled_); }

 private:
  /// The place of the brace that closes the one at the beginning; 0 where there is none of either.
  static std::size_t closing(std::string_view text) {
    std::size_t open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '{') ++open;
      if (text[i] == '}' && (open == 0 || --open == 0)) return i;
    }
    return 0;
  }

  void keep(std::string_view text) {
    filled_.is_exact = false;
    filled_.text += text;
  }

  void one(std::string_view inner, std::size_t depth) {
    const std::size_t colon = std::min(inner.find(':'), inner.size());
    const std::string_view name = inner.substr(0, colon);
    const std::string_view data = inner.substr(std::min(colon + 1, inner.size()));
    if (name == "args") {
      filled_.has_arguments = true;
      if (!arguments_.empty()) filled_.text += arguments_;
      if (arguments_.empty()) fill(data, depth + 1);
    } else if (name == "env" && data.starts_with("HATCH_") && data.ends_with("_ARGS:")) {
      filled_.lacks_words = true;
    } else if (name == "verbosity" && data.starts_with("flag")) {
      filled_.lacks_words = true;
    } else if (name == "matrix" && has_no_such_variable(data)) {
      fill(data.substr(data.find(':') + 1), depth + 1);
    } else if (colon == inner.size() && name == "root") {
      filled_.text += places_.root;
    } else if (colon == inner.size() && name == "home") {
      filled_.text += places_.home;
    } else if (inner == "/" || inner == ";") {
      filled_.text += inner == "/" ? '/' : ':';
    } else {
      keep("{" + std::string(inner) + "}");
    }
  }

  /// `x:DEFAULT`; hatch's own test environment has a matrix of Pythons.
  bool has_no_such_variable(std::string_view data) const {
    return !places_.has_matrix && data.contains(':') && data.substr(0, data.find(':')) != "python";
  }

  std::string_view arguments_;
  const HatchPlaces& places_;
  FilledIn filled_;
};

}  // namespace

// As Python's string.Formatter with hatch's fields: "{" field [":" data] "}", where data may hold fields.
FilledIn fill_in_hatch(std::string_view command, std::string_view arguments, const HatchPlaces& places) {
  Filler filler(arguments, places);
  filler.fill(command, 0);
  return std::move(filler).filled();
}

}  // namespace tomme::guard
