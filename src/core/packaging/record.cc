#include "core/packaging/record.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

/// "sha256=" and 43 characters of URL-safe base64. What is written otherwise is no digest that anybody could
/// compare, and old tools wrote MD5.
std::optional<Sha256> digest_in(std::string_view field) {
  constexpr std::string_view kName = "sha256=";
  if (!field.starts_with(kName)) return std::nullopt;
  std::string text(field.substr(kName.size()));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  const Result<Bytes> bytes = decode_base64(text);
  if (!bytes) return std::nullopt;
  const Result<Sha256> digest = Sha256::from_bytes(*bytes);
  return digest ? std::optional(*digest) : std::nullopt;
}

/// record = *(row end)   row = field *("," field)   field = *plain / '"' *(any / '""') '"'
class RecordReader {
 public:
  RecordReader(std::string_view text, const RecordLimits& limits) : text_(text), limits_(limits) {}

  Result<std::vector<RecordRow>> run() {
    std::vector<RecordRow> rows;
    while (at_ < text_.size()) {
      std::vector<std::string> fields = TRY(row());
      ++line_;
      if (fields.size() == 1 && fields[0].empty()) continue;
      if (fields.size() > 3) return wrong("has more than three fields");
      if (fields[0].empty()) return wrong("names no file");
      if (rows.size() == limits_.rows) return wrong("is one above the limit");
      if (!can_be_there(fields[0])) continue;
      rows.push_back({std::move(fields[0]), fields.size() > 1 ? digest_in(fields[1]) : std::nullopt});
    }
    return rows;
  }

 private:
  bool can_be_there(std::string_view path) const {
    if (path.size() > limits_.path_bytes) return false;
    std::size_t begin = 0;
    for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', begin)) {
      if (end - begin > limits_.name_bytes) return false;
      begin = end + 1;
    }
    return path.size() - begin <= limits_.name_bytes;
  }

  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(kRecordInvalid, "row " + std::to_string(line_) + " of RECORD " + std::string(what));
  }

  Result<std::vector<std::string>> row() {
    std::vector<std::string> fields;
    while (true) {
      fields.push_back(TRY(field()));
      if (at_ == text_.size()) return fields;
      const char end = text_[at_++];
      if (end == ',') continue;
      if (end == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
      return fields;
    }
  }

  Result<std::string> field() {
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }

  Result<std::string> quoted() {
    std::string value;
    while (true) {
      const std::size_t end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) return wrong("has a quote that does not end");
      value += text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      value += '"';
    }
    if (at_ < text_.size() && std::string_view(",\r\n").find(text_[at_]) == std::string_view::npos)
      return wrong("goes on after a quote");
    return value;
  }

  std::string_view text_;
  const RecordLimits& limits_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<RecordRow>> parse_record(std::string_view text, const RecordLimits& limits) {
  if (text.size() > limits.bytes) {
    return fail(kRecordInvalid, "RECORD has " + std::to_string(text.size()) + " bytes, more than " +
                                    std::to_string(limits.bytes));
  }
  return RecordReader(text, limits).run();
}

}  // namespace tomme
