#include "app/repository/snapshot_text.h"

#include <algorithm>

#include "app/repository/bin_text.h"

namespace tomme::repository {

namespace {

std::string_view word(SnapshotText::Kind kind) {
  return kind == SnapshotText::Kind::snapshot ? "snapshot" : "timestamp";
}

template <class Entries>
auto place(Entries& entries, std::string_view file) {
  return std::ranges::lower_bound(entries, file, {},
                                  [](const auto& entry) -> std::string_view { return entry.file; });
}

}  // namespace

std::optional<std::uint64_t> SnapshotText::version_of(std::string_view file) const {
  const auto at = place(entries_, file);
  if (at == entries_.end() || at->file != file) return std::nullopt;
  return at->version;
}

std::uint64_t SnapshotText::newest_version() const {
  std::uint64_t newest = 0;
  for (const Entry& entry : entries_) newest = std::max(newest, entry.version);
  return newest;
}

void SnapshotText::set(std::string_view file, std::uint64_t new_version, const Content& content) {
  set(file, new_version);
  contents_.insert_or_assign(std::string(file), content);
}

void SnapshotText::set(std::string_view file, std::uint64_t new_version) {
  if (const auto said = contents_.find(file); said != contents_.end()) contents_.erase(said);
  if (entries_.empty() || entries_.back().file < file) {
    entries_.push_back({std::string(file), new_version});
    return;
  }
  const auto at = place(entries_, file);
  if (at->file == file) {
    at->version = new_version;
  } else {
    entries_.insert(at, {std::string(file), new_version});
  }
}

std::string SnapshotText::render() const {
  std::string out;
  out.reserve(entries_.size() * 48 + 160);
  out += "{\"_type\":\"";
  out += word(kind_);
  out += "\",\"expires\":\"" + to_rfc3339(expires) + "\",\"meta\":{";
  auto content = contents_.begin();  // in the order of the entries
  for (const Entry& entry : entries_) {
    if (&entry != &entries_.front()) out.push_back(',');
    out += '"';
    out += entry.file;
    out += "\":{";
    if (content != contents_.end() && content->first == entry.file) {
      out += "\"hashes\":{\"sha256\":\"" + content->second.sha256.to_hex() + "\"},\"length\":";
      append_number(out, content->second.length);
      out += ',';
      ++content;
    }
    out += "\"version\":";
    append_number(out, entry.version);
    out += '}';
  }
  out += "},\"spec_version\":\"";
  out += kSpecVersion;
  out += "\",\"version\":";
  append_number(out, version);
  out += "}";
  return out;
}

}  // namespace tomme::repository
