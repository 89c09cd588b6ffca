#include "core/encoding/json_list.h"

#include <deque>

#include "core/encoding/json_builder_internal.h"

namespace tomme::json {

std::optional<std::uint64_t> Item::unsigned_integer() const {
  return is_unsigned_ ? std::optional(number_) : std::nullopt;
}

const Item* Item::find(std::string_view name) const {
  if (kind_ != Kind::object) return nullptr;
  for (const Item* item = begin(); item != end(); item = item->next()) {
    if (item->name_ == name) return item->is_null() ? nullptr : item;
  }
  return nullptr;
}

Result<std::string_view> Item::text(std::string_view name, std::string_view what) const {
  const Item* item = find(name);
  if (item != nullptr && item->text() != nullptr) return item->text_;
  return fail(kJsonShape, std::string(what) + ": member '" + std::string(name) +
                              (item == nullptr ? "' is missing" : "' is not a string"));
}

/// Collects the items of one element.
struct ItemBuilder {
  static constexpr std::size_t kFew = 16;
  std::vector<Item> items = {};
  std::vector<std::uint32_t> open = {};  ///< arrays and objects that have not ended
  std::deque<std::string> texts = {};    ///< those with escapes, decoded
  std::string_view name = {};
  std::vector<std::string_view> names = {};

  void clear() {
    items.clear();
    texts.clear();
    name = {};
  }
  Item& add(Item::Kind kind) {
    Item& item = items.emplace_back();
    item.name_ = std::exchange(name, {});
    item.kind_ = kind;
    return item;
  }
  void add_null() { add(Item::Kind::null); }
  void add_flag(bool flag) { add(Item::Kind::boolean).flag_ = flag; }
  void add_text(std::string_view text) { add(Item::Kind::text).text_ = text; }
  /// One that loses a digit is a number whose value nobody gets: an element may hold much that nobody asks
  /// for.
  void add_number(const std::optional<Value>& value) {
    Item& item = add(Item::Kind::number);
    const auto number = value ? value->unsigned_integer() : std::nullopt;
    item.is_unsigned_ = number.has_value();
    item.number_ = number.value_or(0);
  }
  void begin(bool object) {
    open.push_back(static_cast<std::uint32_t>(items.size()));
    add(object ? Item::Kind::object : Item::Kind::array);
  }
  Item& end() {
    Item& item = items[open.back()];
    item.below_ = static_cast<std::uint32_t>(items.size() - open.back()) - 1;
    open.pop_back();
    return item;
  }

  template <class Visit>
  void for_each_text(Visit visit) {
    visit(name);
    for (Item& item : items) {
      visit(item.name_);
      visit(item.text_);
    }
  }

  /// A name that is there twice in the object.
  std::optional<std::string_view> twice(const Item& object) {
    names.clear();
    for (const Item* item = object.begin(); item != object.end(); item = item->next()) {
      // Names of a few members differ in length mostly: looking is cheaper than sorting.
      if (names.size() < kFew && std::ranges::find(names, item->name_) != names.end()) return item->name_;
      names.push_back(item->name_);
    }
    if (names.size() <= kFew) return std::nullopt;
    std::ranges::sort(names);
    const auto at = std::ranges::adjacent_find(names);
    return at == names.end() ? std::nullopt : std::optional(*at);
  }
};

namespace {

/// Sends what stands in the list to `items`, and everything else to `rest`.
struct ListHandler : Unbounded {
  ListHandler(std::string_view member, const std::function<Result<void>(const Item&)>& element,
              std::size_t limit)
      : list(member), take(element), rest(limit) {}

  std::string_view piece = {};  ///< of the text, which is being read
  std::string_view list;
  const std::function<Result<void>(const Item&)>& take;
  Builder rest;
  ItemBuilder items = {};
  std::size_t depth = 0;  ///< of unfinished arrays and objects
  bool in_list = false;
  std::optional<Error> failure = {};

  bool room(bj::error_code& ec) {
    return items.items.size() < rest.values_allowed || rest.refuse(too_many(rest.values_allowed), ec);
  }
  /// After a value in the list: if it was an element, it goes on.
  bool added(bj::error_code& ec) {
    if (depth != 2) return true;
    Result<void> taken = take(items.items.front());
    items.clear();
    if (taken) return true;
    failure = std::move(taken).error();
    ec = bj::error::syntax;
    return false;
  }
  bool is_in_piece(std::string_view text) const {
    return std::less_equal<>()(piece.data(), text.data()) &&
           std::less_equal<>()(text.data() + text.size(), piece.data() + piece.size());
  }
  /// Of a text without escapes: the bytes themselves.
  std::string_view finish(bj::string_view text) {
    const bool is_own = rest.part.empty() && is_in_piece(view(text));
    return is_own ? view(text) : std::string_view(items.texts.emplace_back(rest.finish(text)));
  }
  /// Before the piece is gone: what an unfinished element has of it is copied.
  void keep() {
    items.for_each_text([this](std::string_view& text) {
      if (!text.empty() && is_in_piece(text)) text = items.texts.emplace_back(text);
    });
  }

  // The names below are Boost's.
  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_comment_part(bj::string_view, bj::error_code&) { return false; }
  bool on_comment(bj::string_view, bj::error_code&) { return false; }
  bool on_string_part(bj::string_view text, std::size_t, bj::error_code&) { return rest.append(text); }
  bool on_key_part(bj::string_view text, std::size_t, bj::error_code&) { return rest.append(text); }
  bool on_number_part(bj::string_view text, bj::error_code&) { return rest.append(text); }

  bool on_null(bj::error_code& ec) {
    if (!in_list) return rest.on_null(ec);
    if (!room(ec)) return false;
    items.add_null();
    return added(ec);
  }
  bool on_bool(bool flag, bj::error_code& ec) {
    if (!in_list) return rest.on_bool(flag, ec);
    if (!room(ec)) return false;
    items.add_flag(flag);
    return added(ec);
  }
  bool on_string(bj::string_view text, std::size_t size, bj::error_code& ec) {
    if (!in_list) return rest.on_string(text, size, ec);
    if (!room(ec)) return false;
    items.add_text(finish(text));
    return added(ec);
  }
  bool on_key(bj::string_view text, std::size_t size, bj::error_code& ec) {
    if (!in_list) return rest.on_key(text, size, ec);
    items.name = finish(text);
    return true;
  }
  bool on_array_begin(bj::error_code& ec) {
    ++depth;
    if (in_list) return begin(false, ec);
    in_list = depth == 2 && rest.names.size() > rest.values.size() && rest.names.back() == list;
    return true;
  }
  bool on_object_begin(bj::error_code& ec) {
    ++depth;
    return !in_list || begin(true, ec);
  }
  bool begin(bool object, bj::error_code& ec) {
    if (!room(ec)) return false;
    items.begin(object);
    return true;
  }
  bool on_array_end(std::size_t count, bj::error_code& ec) {
    --depth;
    if (in_list && depth == 1) {
      in_list = false;
      return rest.add(Array{}, ec);
    }
    if (!in_list) return rest.on_array_end(count, ec);
    items.end();
    return added(ec);
  }
  bool on_object_end(std::size_t count, bj::error_code& ec) {
    --depth;
    if (!in_list) return rest.on_object_end(count, ec);
    if (const auto name = items.twice(items.end())) return rest.refuse(two_members(*name), ec);
    return added(ec);
  }
  bool on_int64(std::int64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_uint64(std::uint64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_double(double, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool number(std::string_view text, bj::error_code& ec) {
    if (!in_list) return rest.number(text, ec);
    text = finish(text);
    if (!room(ec)) return false;
    items.add_number(number_of(text));
    return added(ec);
  }
};

}  // namespace

struct ListReader::State {
  State(std::string list, std::function<Result<void>(const Item&)> take, const Limits& given)
      : member(std::move(list)),
        element(std::move(take)),
        limits(given),
        parser(options_of(limits), member, element, limits.values) {}

  const std::string member;
  const std::function<Result<void>(const Item&)> element;
  const Limits limits;
  bj::basic_parser<ListHandler> parser;
  std::size_t before = 0;  ///< bytes that were read

  std::unexpected<Error> failed(std::size_t at, const bj::error_code& error) {
    ListHandler& handler = parser.handler();
    if (handler.failure) return std::unexpected(*std::move(handler.failure));
    const std::string why = reason_of(error, limits, handler.rest.reason);
    return fail(kJsonInvalid, "not JSON at byte " + std::to_string(before + at + 1) + ": " + why);
  }
};

ListReader::ListReader(std::string member, std::function<Result<void>(const Item&)> element,
                       const Limits& limits)
    : state_(std::make_unique<State>(std::move(member), std::move(element), limits)) {}
ListReader::~ListReader() = default;

Result<void> ListReader::read(std::string_view piece) {
  if (piece.size() > state_->limits.bytes - state_->before) {
    return fail(kJsonInvalid, "a JSON text of more than the " + std::to_string(state_->limits.bytes) +
                                  " bytes that are allowed");
  }
  std::size_t used = 0;
  bj::error_code error;
  if (!state_->parser.done()) {
    state_->parser.handler().piece = piece;
    used = state_->parser.write_some(true, piece.data(), piece.size(), error);
    if (error) return state_->failed(used, error);
    state_->parser.handler().keep();
  }
  const std::size_t rest = piece.find_first_not_of(" \t\r\n", used);
  if (state_->parser.done() && rest != std::string_view::npos) {
    return fail(kJsonInvalid,
                "not JSON at byte " + std::to_string(state_->before + rest + 1) + ": text after the value");
  }
  state_->before += piece.size();
  return {};
}

Result<Value> ListReader::finish() {
  bj::error_code error;
  if (!state_->parser.done()) state_->parser.write_some(false, nullptr, 0, error);
  if (error) return state_->failed(0, error);
  return std::move(state_->parser.handler().rest.values.front());
}

}  // namespace tomme::json
