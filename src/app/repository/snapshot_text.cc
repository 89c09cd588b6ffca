#include "app/repository/snapshot_text.h"

#include <algorithm>

#include "app/repository/bin_text.h"
#include "app/repository/errors.h"
#include "core/tuf/scanner.h"

namespace tomme::repository {

using tuf::Scanner;

namespace {

constexpr std::size_t kMostEntries = 1'000'000;

std::unexpected<Error> not_ours() {
  return fail(kRepositoryForm, "a snapshot or timestamp is not in the form of this program");
}

std::string_view word(SnapshotText::Kind kind) {
  return kind == SnapshotText::Kind::snapshot ? "snapshot" : "timestamp";
}

template <class Entries>
auto place(Entries& entries, std::string_view file) {
  return std::ranges::lower_bound(entries, file, {},
                                  [](const auto& entry) -> std::string_view { return entry.file; });
}

bool take_entry(Scanner& scanner, std::vector<SnapshotText::Entry>& out) {
  const auto file = scanner.take_text();
  if (!file || file->find('\\') != std::string_view::npos || !scanner.take(":{\"version\":")) return false;
  const auto version = scanner.take_number();
  if (!version || *version == 0 || !scanner.take("}")) return false;
  if (!out.empty() && out.back().file >= *file) return false;
  out.push_back({std::string(*file), *version});
  return out.size() <= kMostEntries;
}

}  // namespace

Result<SnapshotText> SnapshotText::parse(Kind kind, std::string_view signed_part) {
  Scanner scanner(signed_part);
  if (!scanner.take("{\"_type\":\"") || !scanner.take(word(kind)) || !scanner.take("\",\"expires\":")) {
    return not_ours();
  }
  const auto date = scanner.take_text();
  const auto expires = date ? parse_rfc3339(*date) : std::nullopt;
  if (!expires || to_rfc3339(*expires) != *date || !scanner.take(",\"meta\":{")) return not_ours();
  SnapshotText snapshot(kind);
  snapshot.expires = *expires;
  while (!scanner.take("}")) {
    if (!snapshot.entries_.empty() && !scanner.take(",")) return not_ours();
    if (!take_entry(scanner, snapshot.entries_)) return not_ours();
  }
  if (!scanner.take(",\"spec_version\":") || !scanner.take_text() || !scanner.take(",\"version\":")) {
    return not_ours();
  }
  const auto version = scanner.take_number();
  if (!version || *version == 0 || !scanner.take("}") || !scanner.at_end()) return not_ours();
  snapshot.version = *version;
  return snapshot;
}

std::optional<std::uint64_t> SnapshotText::version_of(std::string_view file) const {
  const auto at = place(entries_, file);
  if (at == entries_.end() || at->file != file) return std::nullopt;
  return at->version;
}

void SnapshotText::set(std::string_view file, std::uint64_t new_version) {
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
  for (const Entry& entry : entries_) {
    if (&entry != &entries_.front()) out.push_back(',');
    out += '"';
    out += entry.file;
    out += "\":{\"version\":";
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
