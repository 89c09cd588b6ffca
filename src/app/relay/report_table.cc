#include <algorithm>
#include <array>

#include "app/relay/report.h"
#include "core/encoding/text.h"
#include "core/encoding/wrap.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/render.h"

namespace tomme::guard {

namespace {

constexpr std::size_t kVerdictColumns = 10;  // "unattested"
constexpr std::size_t kNameColumns = 40;     // at most; a longer name moves its own line only
constexpr std::size_t kTextColumns = 24;     // that the text needs beside the others
constexpr std::size_t kTextBytes = 1000;
constexpr std::size_t kLinksShown = 3;

struct Row {
  std::string verdict, name, text;
};

std::string signers_of(const Verdict& verdict) {
  std::set<std::string> names;
  std::optional<Time> latest;
  for (const VerifiedSignature& signer : verdict.signers()) {
    names.insert(signer.who());
    latest = std::max(latest, signing_time(signer));
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : "; ") + name;
  if (latest) text += ", " + to_rfc3339(*latest).substr(0, std::string_view("2026-01-31").size());
  return text;
}

std::string who_of(const Verdict& verdict) {
  if (verdict.attested()) return signers_of(verdict);
  const std::string known(describe(verdict.no_proof().value_or(NoProof::not_listed)));
  return verdict.allowed_by() ? "by " + *verdict.allowed_by() + "; " + known : known;
}

/// "demo 1.0"; the file's name where it is not that of a distribution.
std::string label_of(const std::string& filename) {
  const Result<DistFilename> file = DistFilename::parse(filename);
  if (!file) return printable(filename);
  return file->project().normalized() + " " + file->version().to_string();
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t wide = columns_of(text);
  return text + std::string(columns > wide ? columns - wide : 0, ' ');
}

/// The lines of a table, one subject at a time.
class Lines {
 public:
  explicit Lines(const TableStyle& style) : style_(style) {}

  /// Verdict, name and text in columns; where the terminal is narrow the text is below.
  void rows(const std::vector<Row>& rows) {
    std::size_t name_columns = 0;
    for (const Row& row : rows) {
      const std::size_t wide = columns_of(row.name);
      if (wide <= kNameColumns) name_columns = std::max(name_columns, wide);
    }
    for (const Row& row : rows) {
      const std::string start = verdict(row.verdict) + padded(row.name, name_columns) + "  ";
      const std::size_t indent = kVerdictColumns + 2 + std::max(name_columns, columns_of(row.name)) + 2;
      const bool beside = style_.width == 0 || indent + kTextColumns <= style_.width;
      if (beside) {
        add(start, row.verdict, row.text, indent);
      } else {
        add(verdict(row.verdict), row.verdict, row.name, kVerdictColumns + 2);
        out_ += wrapped(std::string(4, ' '), row.text, 4, style_.width);
      }
    }
  }

  /// "REFUSED     what: why [code]", wrapped behind the verdict.
  void incident(const std::string& word, const std::string& what, const Error& why) {
    const std::string text = what + ": " + why.message() + " [" + std::string(why.code().name) + "]";
    add(verdict(word), word, text, kVerdictColumns + 2);
  }

  void hint(std::string_view text) {
    const std::string word = "hint:";
    add(std::string(kVerdictColumns + 2, ' ') + word + " ", word, text,
        kVerdictColumns + 2 + word.size() + 1);
  }

  void sentence(const std::string& word, const std::string& text) {
    out_ += wrapped(word.empty() ? "" : word + " ", printable(text, kTextBytes),
                    word.empty() ? 0 : word.size() + 1, style_.width);
  }

  std::string take() { return std::move(out_); }

 private:
  static std::string verdict(const std::string& word) { return padded(word, kVerdictColumns) + "  "; }

  void add(const std::string& start, const std::string& word, std::string_view text, std::size_t indent) {
    std::string lines = wrapped(start, text, indent, style_.width);
    if (const std::size_t at = lines.find(word);
        style_.colour && at != std::string::npos && colour_of(word)) {
      lines.replace(at, word.size(), std::string("\x1b[") + colour_of(word) + "m" + word + "\x1b[0m");
    }
    out_ += lines;
  }

  static const char* colour_of(std::string_view word) {
    if (word == "REFUSED") return "1;31";
    if (word == "UNKNOWN" || word == "not judged") return "33";
    if (word == "verified") return "32";
    return word == "hint:" ? "36" : nullptr;
  }

  TableStyle style_;
  std::string out_;
};

/// "8 files: 1 verified, 7 unattested".
std::string sum_of(const std::map<std::string, std::size_t>& counts) {
  std::size_t all = 0;
  std::string parts;
  for (const std::string word : {"verified", "attested", "allowed", "unattested", "refused"}) {
    const auto at = counts.find(word);
    if (at == counts.end()) continue;
    all += at->second;
    parts += (parts.empty() ? "" : ", ") + std::to_string(at->second) + " " + word;
  }
  return std::to_string(all) + (all == 1 ? " file: " : " files: ") + parts;
}

/// "3 links left out (no file of demo: a, b, c)".
std::string left_out_text(const std::map<std::string, std::set<std::string>>& by_reason, bool more) {
  std::size_t all = 0;
  std::string parts;
  for (const auto& [why, links] : by_reason) {
    if (links.empty()) continue;
    all += links.size();
    parts += (parts.empty() ? "" : "; ") + why + ": ";
    std::size_t shown = 0;
    for (const std::string& link : links) {
      if (shown == kLinksShown) break;
      parts += (shown++ == 0 ? "" : ", ") + printable(link);
    }
    if (links.size() > kLinksShown) parts += ", ...";
  }
  return std::to_string(all) + (all == 1 && !more ? " link" : " links") + (more ? " and more" : "") +
         " left out (" + parts + ")";
}

/// Those with the same way out stand together, with the hint once below them.
void add_incidents(Lines& lines, const std::string& word, std::vector<Incident> incidents) {
  std::ranges::stable_sort(incidents, [](const Incident& a, const Incident& b) {
    return std::pair(a.why.code().name, a.why.hint()) < std::pair(b.why.code().name, b.why.hint());
  });
  for (std::size_t i = 0; i < incidents.size(); ++i) {
    const Error& why = incidents[i].why;
    lines.incident(word, printable(incidents[i].what), why);
    const bool last = i + 1 == incidents.size() || incidents[i + 1].why.hint() != why.hint();
    if (last && !why.hint().empty()) lines.hint(why.hint());
  }
}

}  // namespace

std::string Report::table(const TableStyle& style) const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::size_t> counts;
  std::map<std::string, std::set<std::string>> files_of;  // by label
  for (const auto& [key, file] : files_) files_of[label_of(file.filename)].insert(file.filename);
  std::vector<Row> rows;
  std::vector<Incident> refused;
  for (const auto& [key, file] : files_) {
    const std::string word = verdict_word(file.verdict);
    counts[word] += 1;
    std::string label = label_of(file.filename);
    if (files_of[label].size() > 1) label = printable(file.filename);
    if (const auto& refusal = file.verdict.refusal()) {
      refused.push_back({std::move(label), *refusal});
    } else {
      rows.push_back({word, std::move(label), printable(who_of(file.verdict), kTextBytes)});
    }
  }
  std::ranges::stable_sort(rows, {}, &Row::name);
  for (const std::string& host : tunnelled_)
    rows.push_back({"not judged", printable(host), "passed through unseen"});
  for (const std::string& host : served_)
    rows.push_back({"not judged", printable(host), "asked by the command for its own sake"});

  Lines lines(style);
  if (!counts.empty()) lines.sentence("", sum_of(counts));
  lines.rows(rows);
  for (const auto& [page, links] : left_out_) {
    lines.sentence("note:", "page " + page + ": " + left_out_text(links.by_reason, links.more));
  }
  for (const std::string& note : notes_locked()) lines.sentence("note:", note);
  if (counts.contains("attested")) {
    lines.sentence("note:",
                   "no expected signer was given: if the signers above are right, run it again with "
                   "--expect NAME=SIGNER");
  }
  add_incidents(lines, "UNKNOWN", {failed_.begin(), failed_.end()});
  std::stable_sort(refused.begin(), refused.end());
  refused.insert(refused.end(), refused_.begin(), refused_.end());
  add_incidents(lines, "REFUSED", std::move(refused));
  return lines.take();
}

}  // namespace tomme::guard
