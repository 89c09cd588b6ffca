#include "app/repository/bin_text.h"

#include <charconv>

#include "app/repository/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/tuf/scanner.h"

namespace tomme::repository {

using tuf::Scanner;

namespace {

constexpr std::size_t kDateBytes = 20;     // 2026-11-26T04:09:33Z
constexpr std::size_t kSignedFrame = 180;  // of a bin, without its entries and name
constexpr std::string_view kBeforeRole = ",\"x-tomme-role\":";

std::unexpected<Error> not_ours(std::string_view what) {
  return fail(kRepositoryForm, "a bin is not in the form of this program: " + std::string(what));
}

/// '{' [ '"custom":' object ',' ] '"hashes":{"sha256":"' 64HEX '"},"length":' number '}'
bool take_file(Scanner& scanner, EntryView& entry) {
  if (!scanner.take("{")) return false;
  if (scanner.take("\"custom\":")) {
    const auto custom = scanner.at("{") ? scanner.take_value() : std::nullopt;
    if (!custom || !scanner.take(",")) return false;
    entry.custom = *custom;
  }
  if (!scanner.take("\"hashes\":{\"sha256\":\"")) return false;
  const auto digits = scanner.take_bytes(64);
  if (!digits || !scanner.take("\"},\"length\":")) return false;
  entry.sha256 = *digits;
  const auto length = scanner.take_number();
  if (!length) return false;
  entry.length = *length;
  return scanner.take("}");
}

bool has_escapes(std::string_view escaped) {
  return escaped.find('\\') != std::string_view::npos;
}

/// The entry that `change` puts is the one that is there.
bool says_the_same(const EntryView& entry, const TargetFile& file) {
  return entry.length == file.length() && entry.custom == file.custom() &&
         entry.sha256 == file.sha256().to_hex();
}

/// Puts entries and runs of entries one behind another.
class Joiner {
 public:
  explicit Joiner(std::size_t bytes) { out_.reserve(bytes); }
  void put(std::string_view run) {
    if (run.empty()) return;
    comma();
    out_ += run;
  }
  void put(const Change& change) {
    comma();
    append_entry(out_, change.path(), *change.file());
  }
  std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!out_.empty()) out_.push_back(',');
  }
  std::string out_;
};

}  // namespace

int compare_escaped(std::string_view escaped, std::string_view plain) {
  if (!has_escapes(escaped)) return escaped.compare(plain);
  return std::string_view(unescaped(escaped)).compare(plain);
}

std::string unescaped(std::string_view escaped) {
  std::string out;
  out.reserve(escaped.size());
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\' && i + 1 < escaped.size()) ++i;
    out.push_back(escaped[i]);
  }
  return out;
}

Result<Change> change_of(const EntryView& entry) {
  const Sha256 digest = TRY(Sha256::parse_hex(entry.sha256));
  TargetFile file = TRY(TargetFile::make(entry.length, digest, entry.custom));
  return Change::set(unescaped(entry.path), std::move(file));
}

Result<std::optional<EntryView>> EntryReader::next() {
  if (rest_.empty()) return std::optional<EntryView>();
  Scanner scanner(rest_);
  if (!first_ && !scanner.take(",")) return not_ours("there is something between two targets");
  const std::string_view start = scanner.rest();
  EntryView entry;
  const auto path = scanner.take_text();
  if (!path || !scanner.take(":") || !take_file(scanner, entry)) {
    return not_ours("an entry begins with " + printable(start, 80));
  }
  entry.path = *path;
  entry.text = start.substr(0, start.size() - scanner.rest().size());
  const bool in_order =
      first_ || (has_escapes(entry.path) ? compare_escaped(last_path_, unescaped(entry.path))
                                         : compare_escaped(last_path_, entry.path)) < 0;
  if (!in_order) return not_ours("the target " + printable(entry.path, 80) + " is out of order");
  first_ = false;
  last_path_ = entry.path;
  rest_ = scanner.rest();
  return std::optional<EntryView>(entry);
}

Result<BinText> BinText::parse(std::string_view signed_part) {
  Scanner scanner(signed_part);
  if (!scanner.take("{\"_type\":\"targets\",\"expires\":\"")) return not_ours("its beginning");
  const auto date = scanner.take_bytes(kDateBytes);
  const auto expires = date ? parse_rfc3339(*date) : std::nullopt;
  if (!expires || to_rfc3339(*expires) != *date) return not_ours("when it expires");
  if (!scanner.take("\",\"spec_version\":") || !scanner.take_text() || !scanner.take(",\"targets\":{")) {
    return not_ours("what is before its targets");
  }
  // "version" is the last member: its digits are found from the end, the entries stand between.
  const std::string_view rest = scanner.rest();
  const std::size_t tail = rest.rfind("},\"version\":");
  if (tail == std::string_view::npos) return not_ours("its end");
  BinText bin;
  bin.expires = *expires;
  bin.entries = rest.substr(0, tail);
  Scanner end(rest.substr(tail));
  end.take("},\"version\":");
  const auto version = end.take_number();
  if (!version || *version == 0) return not_ours("its version");
  bin.version = *version;
  if (end.take(kBeforeRole)) {
    const auto role = end.take_text();
    if (!role || role->empty() || has_escapes(*role)) return not_ours("its role");
    bin.role = *role;
  }
  if (!end.take("}") || !end.at_end()) return not_ours("its end");
  return bin;
}

Result<MergedEntries> merge_entries(std::string_view entries, std::span<const Change* const> changes) {
  MergedEntries merged;
  Joiner out(entries.size() + changes.size() * 384);
  EntryReader reader(entries);
  std::size_t run = 0;  // where the entries begin that are kept and not yet copied
  const auto keep_until = [&](std::string_view next) {
    const auto end = static_cast<std::size_t>(next.data() - entries.data());
    if (end > run) out.put(entries.substr(run, end - run - 1));  // without the comma before `next`
    run = end;
  };
  const auto drop = [&](std::string_view entry) {
    run =
        std::min(static_cast<std::size_t>(entry.data() - entries.data()) + entry.size() + 1, entries.size());
  };
  std::size_t at = 0;
  const auto add_before = [&](const EntryView* entry) {
    for (; at < changes.size() && (!entry || compare_escaped(entry->path, changes[at]->path()) > 0); ++at) {
      if (!changes[at]->file()) continue;  // removes what is not there
      if (entry) keep_until(entry->text);
      out.put(*changes[at]);
      merged.changed = true;
      ++merged.count;
    }
  };
  while (const std::optional<EntryView> entry = TRY(reader.next())) {
    add_before(&*entry);
    const bool hit = at < changes.size() && compare_escaped(entry->path, changes[at]->path()) == 0;
    const auto* file = hit ? &changes[at]->file() : nullptr;
    at += hit ? 1U : 0U;
    if (!hit || (*file && says_the_same(*entry, **file))) {
      ++merged.count;
      continue;
    }
    keep_until(entry->text);
    drop(entry->text);
    merged.changed = true;
    if (!*file) continue;
    out.put(*changes[at - 1]);
    ++merged.count;
  }
  out.put(entries.substr(run));
  add_before(nullptr);
  merged.text = out.take();
  return merged;
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr);
}

void append_entry(std::string& out, std::string_view path, const TargetFile& file) {
  json::append_olpc_text(out, path);
  out += ":{";
  if (!file.custom().empty()) {
    out += "\"custom\":";
    out += file.custom();
    out += ",";
  }
  out += "\"hashes\":{\"sha256\":\"";
  out += file.sha256().to_hex();
  out += "\"},\"length\":";
  append_number(out, file.length());
  out += "}";
}

std::string render_bin(std::string_view role, std::string_view entries, std::uint64_t version, Time expires) {
  std::string out;
  out.reserve(entries.size() + role.size() + kSignedFrame);
  out += "{\"_type\":\"targets\",\"expires\":\"";
  out += to_rfc3339(expires);
  out += "\",\"spec_version\":\"";
  out += kSpecVersion;
  out += "\",\"targets\":{";
  out += entries;
  out += "},\"version\":";
  append_number(out, version);
  out += kBeforeRole;
  out += '"';
  out += role;
  out += "\"}";
  return out;
}

}  // namespace tomme::repository
