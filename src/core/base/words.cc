#include "core/base/words.h"

namespace tomme {

std::string counted(std::uint64_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

std::string span_text(std::chrono::seconds span) {
  using namespace std::chrono;
  const auto say = [](auto count, std::string_view unit) {
    return counted(static_cast<std::uint64_t>(count), unit);
  };
  if (span >= days{2}) return say(floor<days>(span).count(), "day");
  if (span >= hours{2}) return say(floor<hours>(span).count(), "hour");
  if (span >= minutes{2}) return say(floor<minutes>(span).count(), "minute");
  return say(span.count(), "second");
}

}  // namespace tomme
