#pragma once

#include <string>
#include <utility>

#include "core/base/bytes.h"

namespace tomme {

/// A value that must not reach a log or a message: it prints as stars and is wiped when it goes.
/// `T` is a contiguous container of one-byte elements (std::string, Bytes).
template <class T>
class Secret {
 public:
  explicit Secret(T value) : value_(std::move(value)) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  /// The only way in; grep for it to see where secrets are used.
  const T& reveal() const { return value_; }
  std::string to_string() const { return "***"; }

 private:
  void wipe() {
    value_.resize(value_.capacity());  // a short string that was moved from keeps its characters in place
    volatile auto* bytes = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i) bytes[i] = 0;
    value_.clear();
  }
  T value_;
};

}  // namespace tomme
