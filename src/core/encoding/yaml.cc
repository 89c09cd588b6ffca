#include "core/encoding/yaml.h"

#include <map>
#include <string>
#include <vector>
#include <yaml.h>

#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

constexpr std::size_t kMaxDepth = 64;

class Event {
 public:
  ~Event() {
    if (filled_) yaml_event_delete(&event_);
  }
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool next(yaml_parser_t& parser) { return filled_ = yaml_parser_parse(&parser, &event_) == 1; }
  const yaml_event_t& get() const { return event_; }

 private:
  yaml_event_t event_{};
  bool filled_ = false;
};

std::string text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view name, const YamlLimits& limits)
      : name_(name), limits_(limits) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<json::Value> run() {
    while (true) {
      Event event;
      TRY(take(event));
      switch (event.get().type) {
        case YAML_STREAM_END_EVENT:
          return json::Value();
        case YAML_STREAM_START_EVENT:
        case YAML_DOCUMENT_START_EVENT:
          continue;
        default:
          return value(event.get(), 0);
      }
    }
  }

 private:
  Result<void> take(Event& event) {
    if (event.next(parser_)) return {};
    return bad(parser_.problem_mark, parser_.problem != nullptr ? parser_.problem : "not YAML");
  }

  std::unexpected<Error> bad(const yaml_mark_t& at, std::string_view why) const {
    return fail(kYamlInvalid, std::string(name_) + ", line " + std::to_string(at.line + 1) + ", column " +
                                  std::to_string(at.column + 1) + ": " + printable(why));
  }

  /// What an anchor names counts again wherever an alias stands.
  Result<void> count(const yaml_event_t& event, std::size_t values) {
    values_ += values;
    if (values_ <= limits_.values) return {};
    return bad(event.start_mark, "more than " + std::to_string(limits_.values) + " values");
  }

  Result<json::Value> value(const yaml_event_t& event, std::size_t depth) {
    if (depth > kMaxDepth) return bad(event.start_mark, "more than " + std::to_string(kMaxDepth) + " levels");
    if (event.type == YAML_ALIAS_EVENT) {
      const auto found = anchors_.find(text_of(event.data.alias.anchor));
      if (found == anchors_.end()) return bad(event.start_mark, "an alias without its anchor");
      TRY(count(event, found->second.values));
      return found->second.value;
    }
    TRY(count(event, 1));
    const std::size_t before = values_;
    if (event.type == YAML_SCALAR_EVENT) return named(event.data.scalar.anchor, scalar(event), 1);
    if (event.type == YAML_SEQUENCE_START_EVENT) {
      json::Value list = TRY(sequence(depth));
      return named(event.data.sequence_start.anchor, std::move(list), values_ - before + 1);
    }
    if (event.type == YAML_MAPPING_START_EVENT) {
      json::Value table = TRY(mapping(event, depth));
      return named(event.data.mapping_start.anchor, std::move(table), values_ - before + 1);
    }
    return bad(event.start_mark, "a value is missing");
  }

  json::Value named(const yaml_char_t* anchor, json::Value value, std::size_t values) {
    if (anchor != nullptr) anchors_[text_of(anchor)] = {value, values};
    return value;
  }

  static json::Value scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    std::string text(reinterpret_cast<const char*>(data.value), data.length);
    if (data.style != YAML_PLAIN_SCALAR_STYLE || data.tag != nullptr) return json::Value(std::move(text));
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
    if (text == "true" || text == "True" || text == "TRUE") return json::Value(true);
    if (text == "false" || text == "False" || text == "FALSE") return json::Value(false);
    return json::Value(std::move(text));
  }

  Result<json::Value> sequence(std::size_t depth) {
    json::Array items;
    while (true) {
      Event event;
      TRY(take(event));
      if (event.get().type == YAML_SEQUENCE_END_EVENT) return json::Value(std::move(items));
      items.push_back(TRY(value(event.get(), depth + 1)));
    }
  }

  Result<json::Value> mapping(const yaml_event_t& start, std::size_t depth) {
    std::vector<json::Member> members;
    while (true) {
      Event key;
      TRY(take(key));
      if (key.get().type == YAML_MAPPING_END_EVENT) break;
      if (key.get().type != YAML_SCALAR_EVENT) return bad(key.get().start_mark, "a key that is no text");
      const auto& data = key.get().data.scalar;
      std::string name(reinterpret_cast<const char*>(data.value), data.length);
      Event event;
      TRY(take(event));
      members.push_back({std::move(name), TRY(value(event.get(), depth + 1))});
    }
    json::Object table(std::move(members));
    if (const json::Member* twice = table.first_duplicate())
      return bad(start.start_mark, "the key " + printable(twice->name) + " is there twice");
    return json::Value(std::move(table));
  }

  struct Anchored {
    json::Value value;
    std::size_t values;
  };

  yaml_parser_t parser_{};
  std::string_view name_;
  YamlLimits limits_;
  std::size_t values_ = 0;
  std::map<std::string, Anchored> anchors_;
};

}  // namespace

Result<json::Value> parse_yaml(std::string_view text, std::string_view name, const YamlLimits& limits) {
  if (text.size() > limits.bytes) {
    return fail(kYamlInvalid, std::string(name) + ": larger than " + std::to_string(limits.bytes) + " bytes");
  }
  return Reader(text, name, limits).run();
}

}  // namespace tomme
