#include "app/installers/uv_internal.h"

namespace tomme::guard {
namespace {

/// "name=https://…": names have no colon, so a `=` in a query is no such thing.
std::string_view url_of_index(std::string_view value) {
  std::size_t equals = value.find('=');
  if (equals == std::string_view::npos ||
      value.substr(0, equals).find_first_of(":/") != std::string_view::npos) {
    return value;
  }
  return value.substr(equals + 1);
}

}  // namespace

Result<void> UvIndexes::named_or_url(std::string_view value, const std::string& where) {
  value = trim(value);
  const std::string_view url = url_of_index(value);
  std::string name;
  if (url.size() != value.size()) {
    name = "uv:" + std::string(value.substr(0, value.size() - url.size() - 1));
    names_.emplace(std::string_view(name).substr(3));
  } else if (!value.empty() && value.find_first_of(":/") == std::string_view::npos) {
    words_.push_back({std::string(value), where});
    return {};
  }
  return findings_.index(url, where, std::move(name));
}

Result<void> UvIndexes::table(const json::Value& index, const std::string& where) {
  const auto url = text_at(index, "url");
  if (!url) return {};
  const auto name = text_at(index, "name");
  if (name) names_.emplace(*name);
  if (text_at(index, "format") == "flat") return findings_.find_links(*url, where);
  return findings_.index(*url, where, name ? "uv:" + std::string(*name) : std::string());
}

Result<void> UvIndexes::torch(std::string_view backend, const std::string& where) {
  if (backend.empty()) return {};
  return findings_.index("https://download.pytorch.org/whl/", where);
}

Result<void> UvIndexes::words_left() {
  for (const Word& word : words_) {
    if (!names_.contains(word.text)) TRY(findings_.index(word.text, word.where));
  }
  return {};
}

}  // namespace tomme::guard
