#include "core/url/url_resolver.h"

#include <algorithm>

namespace tomme {

Result<Url> UrlResolver::resolve(std::string_view reference) {
  // An origin's own text with a "/" behind it can only be that origin. Blanks and line ends are the parser's
  // work.
  const bool is_known =
      !front_.empty() && reference.size() > front_.size() && reference.size() <= Url::kMaxBytes &&
      reference[front_.size()] == '/' && reference.starts_with(front_) &&
      std::ranges::none_of(reference, [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  if (is_known) return Url::at(origin_, reference.substr(front_.size()));
  Url url = TRY(base_.resolve(reference));
  if (url.origin() != origin_ || front_.empty()) {
    origin_ = url.origin();
    front_ = origin_.to_string();
  }
  return url;
}

}  // namespace tomme
