#pragma once

#include <compare>
#include <utility>

namespace tomme {

/// A value that cannot be mistaken for another of the same representation:
/// `using TreeSize = Strong<std::uint64_t, struct TreeSizeTag>;`
template <class T, class Tag>
class Strong {
 public:
  constexpr explicit Strong(T value) : value_(std::move(value)) {}
  constexpr const T& value() const { return value_; }
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

 private:
  T value_;
};

}  // namespace tomme
