#include "core/tuf/meta_table.h"

#include <algorithm>

namespace tomme::tuf {

void MetaTable::reserve(std::size_t entries, std::size_t bytes_of_names) {
  slots_.reserve(entries);
  names_.reserve(bytes_of_names);
}

MetaTable::Entry MetaTable::entry(std::size_t at) const {
  const Slot& slot = slots_[at];
  const std::string_view name = name_of(slot);
  return {name, slot.has_more ? *more_.find(name) : MetaFile{.version = Version(slot.version)}};
}

std::size_t MetaTable::place(std::string_view name) const {
  const auto at =
      std::ranges::lower_bound(slots_, name, {}, [this](const Slot& slot) { return name_of(slot); });
  return static_cast<std::size_t>(at - slots_.begin());
}

std::optional<MetaFile> MetaTable::find(std::string_view name) const {
  const std::size_t at = place(name);
  if (at == slots_.size() || name_of(slots_[at]) != name) return std::nullopt;
  return entry(at).second;
}

/// Added where it was not there. What was said of it beside its version is forgotten.
MetaTable::Slot& MetaTable::slot_of(std::string_view name) {
  const bool last = slots_.empty() || name_of(slots_.back()) < name;
  const std::size_t at = last ? slots_.size() : place(name);
  if (last || name_of(slots_[at]) != name) {
    slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(at),
                  Slot{names_.size(), static_cast<std::uint32_t>(name.size()), false, 0});
    names_ += name;
  }
  Slot& slot = slots_[at];
  if (slot.has_more) more_.erase(name);
  slot.has_more = false;
  return slot;
}

void MetaTable::set(std::string_view name, Version version) {
  slot_of(name).version = version.value();
}

void MetaTable::set(std::string_view name, MetaFile file) {
  Slot& slot = slot_of(name);
  slot.version = file.version.value();
  slot.has_more = !file.is_version_only();
  if (slot.has_more) more_.set(std::string(name), std::move(file));
}

bool MetaTable::erase(std::string_view name) {
  const std::size_t at = place(name);
  if (at == slots_.size() || name_of(slots_[at]) != name) return false;
  if (slots_[at].has_more) more_.erase(name);
  slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

// Both in one order: two walks side by side, no searches.
std::optional<MetaTable::Step> MetaTable::first_step_back(const MetaTable& next) const {
  auto there = next.slots_.begin();
  for (const Slot& slot : slots_) {
    const std::string_view name = name_of(slot);
    while (there != next.slots_.end() && next.name_of(*there) < name) ++there;
    if (there == next.slots_.end() || next.name_of(*there) != name) {
      return Step{name, Version(slot.version), std::nullopt};
    }
    if (there->version < slot.version) return Step{name, Version(slot.version), Version(there->version)};
  }
  return std::nullopt;
}

}  // namespace tomme::tuf
