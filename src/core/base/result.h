#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tomme {

/// What a failure means for the caller; the numbers are the program's exit codes.
enum class Outcome : std::uint8_t {
  refused = 1,         ///< a verification or a policy said no
  wrong_usage = 2,     ///< the command line or a setting cannot be meant
  could_not_tell = 3,  ///< network or file system; never to be read as "fine"
};

/// A stable name for one kind of failure. Every code is a constant in the `errors.h` of its room;
/// `docs/errors.md` is made from those files. Codes live for the whole program.
struct ErrorCode {
  std::string_view name;  ///< "subject/what-is-wrong", never reused for something else
  Outcome outcome;
  std::string_view meaning;  ///< one sentence for docs/errors.md
  std::string_view hint;     ///< what a packager can do about it; may be empty
};

/// One failure: a code, a sentence that names the actual values, and a hint.
/// Sentences start in lower case and end without a full stop.
class Error {
 public:
  Error(const ErrorCode& code, std::string message) : code_(&code), message_(std::move(message)) {}
  Error(const ErrorCode& code, std::string message, std::string hint)
      : code_(&code), message_(std::move(message)), hint_(std::move(hint)) {}

  const ErrorCode& code() const { return *code_; }
  bool is(const ErrorCode& code) const { return code_->name == code.name; }
  const std::string& message() const { return message_; }
  std::string_view hint() const { return hint_.empty() ? code_->hint : std::string_view(hint_); }
  Outcome outcome() const { return code_->outcome; }

  /// The same failure, with what it happened in put before its sentence.
  Error in(std::string_view where) && {
    message_.insert(0, std::string(where) + ": ");
    return std::move(*this);
  }

 private:
  const ErrorCode* code_;
  std::string message_;
  std::string hint_;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(kCode, "sentence")` from a function that returns any Result.
inline std::unexpected<Error> fail(const ErrorCode& code, std::string message) {
  return std::unexpected<Error>(std::in_place, code, std::move(message));
}
inline std::unexpected<Error> fail(const ErrorCode& code, std::string message, std::string hint) {
  return std::unexpected<Error>(std::in_place, code, std::move(message), std::move(hint));
}

/// Names the surroundings of a failure: `TRY(in("certificate", parse(x)))`.
template <class T>
Result<T> in(std::string_view where, Result<T> result) {
  if (!result) return std::unexpected<Error>(std::move(result).error().in(where));
  return result;
}

}  // namespace tomme

#define TOMME_CONCAT_(a, b) a##b
#define TOMME_CONCAT(a, b) TOMME_CONCAT_(a, b)
#define TOMME_TRY_(name, ...)                                          \
  __extension__({                                                      \
    auto&& name = (__VA_ARGS__);                                       \
    if (!name) [[unlikely]]                                            \
      return std::unexpected<::tomme::Error>(std::move(name).error()); \
    *std::move(name);                                                  \
  })

/// The value of a Result, or a return of its error. Works for Result<void> too.
/// (A statement expression: g++ and clang have it, and destructors run.)
#define TRY(...) TOMME_TRY_(TOMME_CONCAT(try_result_, __COUNTER__), __VA_ARGS__)
