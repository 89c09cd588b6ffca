#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tomme::tuf {

/// Values by name, in the order of the names' bytes, in one block of memory: a snapshot has some 16,000.
template <class T>
class Table {
 public:
  using Entry = std::pair<std::string, T>;

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  void reserve(std::size_t n) { entries_.reserve(n); }

  const T* find(std::string_view name) const {
    const auto at = place(name);
    return at != entries_.end() && at->first == name ? &at->second : nullptr;
  }
  T* find(std::string_view name) { return const_cast<T*>(std::as_const(*this).find(name)); }

  /// Adds or replaces; cheap where names come in their order.
  T& set(std::string name, T value) {
    if (entries_.empty() || entries_.back().first < name) {
      return entries_.emplace_back(std::move(name), std::move(value)).second;
    }
    const auto at = entries_.begin() + (place(name) - entries_.cbegin());
    if (at != entries_.end() && at->first == name) return at->second = std::move(value);
    return entries_.emplace(at, std::move(name), std::move(value))->second;
  }
  /// False where there was none.
  bool erase(std::string_view name) {
    const auto at = place(name);
    if (at == entries_.end() || at->first != name) return false;
    entries_.erase(at);
    return true;
  }

  friend bool operator==(const Table&, const Table&) = default;

 private:
  auto place(std::string_view name) const {
    return std::lower_bound(entries_.begin(), entries_.end(), name,
                            [](const Entry& entry, std::string_view n) { return entry.first < n; });
  }
  std::vector<Entry> entries_;
};

}  // namespace tomme::tuf
