#include "core/policy/pattern.h"

#include <cstddef>
#include <vector>

namespace tomme {

namespace {

struct Token {
  enum class Kind : unsigned char { literal, one, run, any_run } kind;
  char literal = 0;
};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      tokens.push_back({Token::Kind::literal, text[++i]});
    } else if (text[i] == '*') {
      const bool twice = i + 1 < text.size() && text[i + 1] == '*';
      i += twice ? 1 : 0;
      tokens.push_back({twice ? Token::Kind::any_run : Token::Kind::run});
    } else if (text[i] == '?') {
      tokens.push_back({Token::Kind::one});
    } else {
      tokens.push_back({Token::Kind::literal, text[i]});
    }
  }
  return tokens;
}

}  // namespace

bool Pattern::has_wildcard() const {
  for (const Token& token : tokens_of(text_)) {
    if (token.kind != Token::Kind::literal) return true;
  }
  return false;
}

std::string Pattern::literal_prefix() const {
  std::string prefix;
  for (const Token& token : tokens_of(text_)) {
    if (token.kind != Token::Kind::literal) break;
    prefix += token.literal;
  }
  return prefix;
}

// A row of "the first n characters match the first m tokens", one token at a time: linear in memory,
// quadratic at worst in time, whatever the pattern.
bool Pattern::matches(std::string_view candidate) const {
  std::vector<bool> reached(candidate.size() + 1, false);
  reached[0] = true;
  for (const Token& token : tokens_of(text_)) {
    std::vector<bool> next(candidate.size() + 1, false);
    const bool is_run = token.kind == Token::Kind::run || token.kind == Token::Kind::any_run;
    if (is_run) next = reached;
    for (std::size_t i = 0; i < candidate.size(); ++i) {
      const bool fits = token.kind == Token::Kind::literal   ? candidate[i] == token.literal
                        : token.kind == Token::Kind::any_run ? true
                                                             : candidate[i] != '/';
      if (fits && (is_run ? next[i] : reached[i])) next[i + 1] = true;
    }
    reached = std::move(next);
  }
  return reached[candidate.size()];
}

}  // namespace tomme
