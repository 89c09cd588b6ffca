#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/tuf/meta_file.h"
#include "core/tuf/table.h"

namespace tomme::tuf {

/// What a snapshot lists, by file name ("targets.json"), in the order of the names' bytes. A large snapshot
/// has some 16,000 entries that are a version and nothing else: names stand one behind another in one text,
/// so that an entry takes 24 bytes and those of its name.
class MetaTable {
 public:
  /// Made when it is asked for; the name borrows from the table.
  using Entry = std::pair<std::string_view, MetaFile>;
  class Iterator {
   public:
    Iterator(const MetaTable& table, std::size_t at) : table_(&table), at_(at) {}
    Entry operator*() const { return table_->entry(at_); }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const MetaTable* table_;
    std::size_t at_;
  };

  std::size_t size() const { return slots_.size(); }
  bool empty() const { return slots_.empty(); }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, slots_.size()}; }
  /// Room for so many entries, and for so many bytes of names.
  void reserve(std::size_t entries, std::size_t bytes_of_names);

  std::optional<MetaFile> find(std::string_view name) const;
  /// Adds or replaces; cheap where names come in their order.
  void set(std::string_view name, MetaFile file);
  /// The same of a version and nothing else, as most are.
  void set(std::string_view name, Version version);
  /// False where there was none. The room of its name is not given back.
  bool erase(std::string_view name);

  /// What is listed with a lower version, or no longer, in `next`: the first such name, and its version
  /// there.
  struct Step {
    std::string_view name;
    Version before;
    std::optional<Version> after;
  };
  std::optional<Step> first_step_back(const MetaTable& next) const;

 private:
  struct Slot {
    std::size_t name_at;
    std::uint32_t name_size;
    bool has_more;  ///< than a version: the whole is in `more_`
    std::uint64_t version;
  };
  std::string_view name_of(const Slot& slot) const {
    return std::string_view(names_).substr(slot.name_at, slot.name_size);
  }
  Entry entry(std::size_t at) const;
  std::size_t place(std::string_view name) const;
  Slot& slot_of(std::string_view name);

  std::string names_;
  std::vector<Slot> slots_;
  Table<MetaFile> more_;
};

}  // namespace tomme::tuf
