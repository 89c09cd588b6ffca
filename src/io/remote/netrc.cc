#include "io/remote/netrc.h"

#include "core/base/ascii.h"

namespace tomme {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// Words, as Python's `_netrclex` cuts them.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  /// Empty at the end.
  std::string next() {
    if (pushed_) {
      std::string word = std::move(*pushed_);
      pushed_.reset();
      return word;
    }
    while (!rest_.empty() && kBlank.contains(rest_[0])) take();
    if (rest_.empty()) return {};
    if (rest_[0] == '"') return quoted();
    std::string word;
    while (!rest_.empty() && !kBlank.contains(rest_[0])) {
      if (rest_[0] == '\\') take();
      if (!rest_.empty()) word += take();
    }
    return word;
  }
  void push(std::string word) { pushed_ = std::move(word); }

  void skip_line() {
    while (!rest_.empty() && rest_[0] != '\n') take();
  }
  /// A macro ends where a line is empty, or the file.
  void skip_macro() {
    skip_line();
    while (!rest_.empty()) {
      take();
      if (rest_.starts_with('\n') || rest_.starts_with("\r\n")) return;
      skip_line();
    }
  }

 private:
  std::string quoted() {
    take();
    std::string word;
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\') take();
      if (!rest_.empty()) word += take();
    }
    if (!rest_.empty()) take();
    return word;
  }
  char take() {
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  std::optional<std::string> pushed_;
};

/// Up to the word that begins another entry, which is left for the next call. Nothing for an unknown word.
SharedLogin read_login(Words& words) {
  std::string user;
  std::string password;
  for (;;) {
    std::string word = words.next();
    if (word.starts_with('#')) {
      words.skip_line();
    } else if (word.empty() || word == "machine" || word == "default" || word == "macdef") {
      words.push(std::move(word));
      return make_login(std::move(user), std::move(password));
    } else if (word == "login" || word == "user") {
      user = words.next();
    } else if (word == "password") {
      password = words.next();
    } else if (word == "account") {
      words.next();
    } else {
      return nullptr;
    }
  }
}

}  // namespace

std::optional<Netrc> Netrc::parse(std::string_view text) {
  Netrc netrc;
  Words words(text);
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    if (word.starts_with('#')) {
      words.skip_line();
    } else if (word == "macdef") {
      words.next();
      words.skip_macro();
    } else if (word == "machine" || word == "default") {
      const std::string host = word == "machine" ? ascii::to_lower(words.next()) : "";
      if (word == "machine" && host.empty()) return std::nullopt;
      SharedLogin login = read_login(words);
      if (!login) return std::nullopt;
      (host.empty() ? netrc.default_ : netrc.machines_[host]) = std::move(login);
    } else {
      return std::nullopt;
    }
  }
  return netrc;
}

std::vector<std::string> netrc_places(const net::Environment& environment, const std::string& home) {
  const auto named = environment.find("NETRC");
  if (named != environment.end() && !named->second.empty()) return {named->second};
  if (home.empty()) return {};
  return {home + "/.netrc", home + "/_netrc"};
}

SharedLogin Netrc::of_named(const std::string& host) const {
  const auto at = machines_.find(host);
  return at == machines_.end() ? nullptr : at->second;
}

SharedLogin Netrc::of(const std::string& host) const {
  SharedLogin named = of_named(host);
  return named ? named : default_;
}

}  // namespace tomme
