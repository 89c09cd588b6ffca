#include "io/pkcs11/key_uri.h"

#include <algorithm>
#include <charconv>

#include "core/encoding/percent.h"
#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"

namespace tomme::pkcs11 {

namespace {

// RFC 7512 section 2.3:
//   pk11-URI  = "pkcs11:" pk11-path [ "?" pk11-query ]
//   pk11-path = [ pk11-pattr *(";" pk11-pattr) ]        pk11-query = [ pk11-qattr *("&" pk11-qattr) ]
//   pk11-pchar = unreserved / ":[]@!$'()*+,=" / "&" / pct-encoded
//   pk11-qchar = unreserved / ":[]@!$'()*+,=" / "/?|" / pct-encoded
constexpr std::string_view kScheme = "pkcs11:";
constexpr std::string_view kPathMarks = ":[]@!$'()*+,=&";
constexpr std::string_view kQueryMarks = ":[]@!$'()*+,=/?|";
constexpr std::string_view kFile = "file:";

std::unexpected<Error> wrong(std::string why) {
  return fail(kPkcs11Uri, "the PKCS#11 URI " + std::move(why));
}

/// The bytes of a value. What is wrong is named by its attribute: the value may be a secret.
Result<std::string> decode(std::string_view name, std::string_view text, std::string_view marks) {
  const auto may_be_bare = [&](char c) { return is_unreserved(c) || marks.contains(c) || c == '%'; };
  if (!std::ranges::all_of(text, may_be_bare))
    return wrong("has a character in " + std::string(name) + " that has to be percent-encoded");
  std::optional<std::string> bytes = percent_decode_exact(text);
  if (!bytes) return wrong("has a percent sign in " + std::string(name) + " that is no escape");
  return *std::move(bytes);
}

bool is_plain_text(std::string_view text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
         });
}

struct TextAttribute {
  std::string_view name;
  std::optional<std::string> KeyUri::* member;
  std::size_t most;
};
constexpr TextAttribute kTexts[] = {{"token", &KeyUri::token, 32},
                                    {"manufacturer", &KeyUri::manufacturer, 32},
                                    {"model", &KeyUri::model, 16},
                                    {"serial", &KeyUri::serial, 16},
                                    {"object", &KeyUri::object, 1024}};

struct Kind {
  std::string_view name;
  ObjectKind kind;
};
constexpr Kind kKinds[] = {{"private", ObjectKind::private_key},
                           {"public", ObjectKind::public_key},
                           {"cert", ObjectKind::certificate}};

/// Puts a value where there is none yet.
template <class T>
Result<void> put(std::string_view name, std::optional<T>& place, T value) {
  if (place) return wrong("says " + std::string(name) + " twice");
  place.emplace(std::move(value));
  return {};
}

Result<std::uint64_t> slot_of(std::string_view digits) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return number;
  return wrong("has a slot-id that is no number");
}

Result<ObjectKind> kind_of(std::string_view name) {
  for (const Kind& kind : kKinds) {
    if (kind.name == name) return kind.kind;
  }
  return wrong("has a type other than private, public and cert: " + printable(name, 40));
}

Result<void> take_path_attribute(KeyUri& uri, std::string_view name, std::string value) {
  if (name == "id") {
    if (value.size() > KeyUri::kMostIdBytes) return wrong("has an id of more than 255 bytes");
    return put(name, uri.id, Bytes(value.begin(), value.end()));
  }
  if (name == "slot-id") {
    const std::uint64_t slot = TRY(slot_of(value));
    return put(name, uri.slot_id, slot);
  }
  if (name == "type") {
    const ObjectKind kind = TRY(kind_of(value));
    return put(name, uri.type, kind);
  }
  for (const TextAttribute& text : kTexts) {
    if (text.name != name) continue;
    if (!is_plain_text(value)) {
      return wrong("has a " + std::string(name) + " that is not UTF-8 without control characters");
    }
    if (value.size() > text.most) {
      return wrong("has a " + std::string(name) + " of more than " + std::to_string(text.most) + " bytes");
    }
    return put(name, uri.*text.member, std::move(value));
  }
  return wrong("says " + printable(name, 40) +
               ", which is none of token, manufacturer, model, serial, slot-id, object, id and type");
}

/// "file:/PATH", "file:///PATH" or "/PATH".
Result<std::string> path_of(std::string_view name, std::string_view value) {
  if (value.starts_with(kFile)) value.remove_prefix(kFile.size());
  if (value.starts_with("///")) value.remove_prefix(2);
  if (!value.starts_with('/') || value.starts_with("//") || !is_plain_text(value)) {
    return wrong("has a " + std::string(name) + " that is not the absolute path of a file");
  }
  return std::string(value);
}

Result<void> take_query_attribute(KeyUri& uri, std::string_view name, std::string value) {
  if (name == "pin-value") {
    if (value.contains('\0')) return wrong("has a pin-value with a byte of zero");
    return put(name, uri.pin_value, Secret<std::string>(std::move(value)));
  }
  if (name == "pin-source") {
    std::string path = TRY(path_of(name, value));
    return put(name, uri.pin_source, std::move(path));
  }
  if (name == "module-path") {
    std::string path = TRY(path_of(name, value));
    return put(name, uri.module_path, std::move(path));
  }
  if (name == "module-name") {
    if (value.empty() || !std::ranges::all_of(value, [](char c) { return is_unreserved(c) || c == '+'; })) {
      return wrong("has a module-name that is not letters, digits, -, ., _, ~ and +");
    }
    return put(name, uri.module_name, std::move(value));
  }
  return wrong("asks for " + printable(name, 40) +
               ", which is none of module-path, module-name, pin-source and pin-value");
}

using Take = Result<void> (*)(KeyUri&, std::string_view, std::string);

Result<void> take_all(KeyUri& uri, std::string_view text, char between, std::string_view marks, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    const std::string_view attribute = text.substr(0, end);
    const std::size_t equals = attribute.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return wrong("has a part that is not NAME=VALUE");
    }
    const std::string_view name = attribute.substr(0, equals);
    TRY(take(uri, name, TRY(decode(printable(name, 40), attribute.substr(equals + 1), marks))));
    if (end + 1 == text.size()) return wrong("ends with a separator");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace

bool KeyUri::is_one(std::string_view text) {
  return text.size() >= kScheme.size() &&
         std::ranges::equal(text.substr(0, kScheme.size()), kScheme, [](char a, char b) {
           return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
         });
}

Result<KeyUri> KeyUri::parse(std::string_view text) {
  if (!is_one(text)) return wrong("does not begin with pkcs11:");
  if (text.size() > kMostBytes) return wrong("is longer than " + std::to_string(kMostBytes) + " bytes");
  text.remove_prefix(kScheme.size());
  const std::size_t mark = text.find('?');
  KeyUri uri;
  TRY(take_all(uri, text.substr(0, mark), ';', kPathMarks, &take_path_attribute));
  if (mark != std::string_view::npos) {
    if (mark + 1 == text.size()) return wrong("ends with a separator");
    TRY(take_all(uri, text.substr(mark + 1), '&', kQueryMarks, &take_query_attribute));
  }
  if (uri.module_path && uri.module_name) return wrong("has both module-path and module-name");
  if (uri.pin_source && uri.pin_value) return wrong("has both pin-source and pin-value");
  return uri;
}

std::string KeyUri::to_string() const {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view bytes) {
    out += (out.empty() ? "" : ";") + std::string(name) + "=" + percent_encode(bytes);
  };
  for (const TextAttribute& text : kTexts) {
    if (this->*text.member && text.name != "object") add(text.name, *(this->*text.member));
  }
  if (slot_id) add("slot-id", std::to_string(*slot_id));
  if (object) add("object", *object);
  if (id) add("id", text_of(*id));
  for (const Kind& kind : kKinds) {
    if (type == kind.kind) add("type", kind.name);
  }
  return std::string(kScheme) + out;
}

Result<void> KeyUri::expect_storable() const {
  const std::string_view what = pin_value     ? "pin-value"
                                : module_path ? "module-path"
                                : module_name ? "module-name"
                                              : "";
  if (what.empty()) return {};
  return fail(kPkcs11Stored, "the database does not keep the " + std::string(what) + " of " + to_string());
}

}  // namespace tomme::pkcs11
