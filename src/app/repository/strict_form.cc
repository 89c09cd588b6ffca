#include "app/repository/strict_form.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <span>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "core/base/time.h"
#include "core/encoding/text.h"
#include "core/tuf/envelope.h"
#include "core/tuf/key.h"
#include "core/tuf/patterns.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kShownDigits = 12;  // of a key id

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 7> kOfRoot{
    "_type", "spec_version", "version", "expires", "consistent_snapshot", "keys", "roles"};
constexpr std::array<std::string_view, 6> kOfTargets{"_type",   "spec_version", "version",
                                                     "expires", "targets",      "delegations"};
constexpr std::array<std::string_view, 4> kRootRoles{"root", "snapshot", "targets", "timestamp"};
constexpr std::array<std::string_view, 3> kOfKey{"keytype", "scheme", "keyval"};
constexpr std::array<std::string_view, 1> kOfKeyval{"public"};
constexpr std::array<std::string_view, 2> kOfRole{"keyids", "threshold"};
constexpr std::array<std::string_view, 6> kOfDelegated{"name",        "keyids", "threshold",
                                                       "terminating", "paths",  "path_hash_prefixes"};
constexpr std::array<std::string_view, 4> kOfSuccinct{"keyids", "threshold", "bit_length", "name_prefix"};
constexpr std::array<std::string_view, 3> kOfDelegations{"keys", "roles", "succinct_roles"};
constexpr std::array<std::string_view, 3> kOfTarget{"length", "hashes", "custom"};
constexpr std::array<std::string_view, 2> kAlgorithms{"sha256", "sha512"};
/// Of Object.prototype.
constexpr std::array<std::string_view, 12> kInEveryObject{
    "__defineGetter__", "__defineSetter__", "__lookupGetter__",     "__lookupSetter__",
    "__proto__",        "constructor",      "hasOwnProperty",       "isPrototypeOf",
    "toLocaleString",   "toString",         "propertyIsEnumerable", "valueOf"};

/// As Go compares the names of members: without case, and with the two letters of other scripts whose case
/// folds to one of ASCII.
std::string folded(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    std::size_t size = 1;
    char c = name.front();
    if (name.starts_with("\u017f")) {
      c = 's', size = 2;
    } else if (name.starts_with("\u212a")) {
      c = 'k', size = 3;
    } else if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
    out.push_back(c);
    name.remove_prefix(size);
  }
  return out;
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_lower_hex(std::string_view text) {
  return is_hex(text) && text.find_first_of("ABCDEF") == std::string_view::npos;
}

/// One block and nothing around it, as tuf-js wants it.
bool is_bare_pem(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----", kEnd = "-----END PUBLIC KEY-----";
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd)) return false;
  text.remove_prefix(kBegin.size());
  text.remove_suffix(std::min(text.size(), kEnd.size()));
  return !text.contains('-') && !text.contains(':');
}

const std::string* text_in(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? nullptr : value->text();
}
const json::Object* object_in(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value == nullptr ? nullptr : value->object();
}

std::string in_quotes(std::string_view text) {
  return "'" + printable(text, 80) + "'";
}

/// Goes through a file that was read before, so that all that is needed is there and of its type.
class Reader {
 public:
  explicit Reader(std::size_t most) : most_(most) {}

  void file(const json::Value& value) {
    const json::Object& signed_part = *value.object();
    const std::string* type = text_in(signed_part, "_type");
    const bool is_root = type != nullptr && *type == "root";
    is_root ? names(signed_part, "", kOfRoot) : names(signed_part, "", kOfTargets);
    if (const std::string* expires = text_in(signed_part, "expires")) {
      const auto time = parse_rfc3339(*expires);
      if (!time || to_rfc3339(*time) != *expires)
        add("'expires' is not written in whole seconds", "python-tuf");
    }
    is_root ? root(signed_part) : targets(signed_part);
    if (auto found = unread_value(value)) add(std::move(*found));
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  void add(std::string clause) {
    if (found_.size() < most_) found_.push_back(std::move(clause));
  }
  void add(const std::string& what, std::string_view clients) {
    add(what + ", which " + std::string(clients) + " cannot read");
  }

  /// Go reads a member into the field whose name differs in case only.
  void names(const json::Object& object, const std::string& where, Names known) {
    for (const json::Member& member : object) {
      if (std::ranges::find(known, member.name) != known.end()) continue;
      if (std::ranges::find(known, folded(member.name)) == known.end()) continue;
      add(where + "a member is called " + in_quotes(member.name) + ", which go-tuf takes for '" +
          folded(member.name) + "'");
    }
  }

  void root(const json::Object& root) {
    const json::Object* listed = object_in(root, "keys");
    if (listed != nullptr) keys(*listed);
    const json::Object* roles = object_in(root, "roles");
    if (roles == nullptr) return;
    for (const json::Member& role : *roles) {
      if (std::ranges::find(kRootRoles, role.name) == kRootRoles.end())
        add("root has a role " + in_quotes(role.name), "python-tuf");
      const json::Object* object = role.value.object();
      if (object == nullptr) continue;
      names(*object, "role " + in_quotes(role.name) + ": ", kOfRole);
      keys_of_role("role " + in_quotes(role.name), *object, listed);
    }
  }

  /// go-tuf looks up each of them when it checks signatures.
  void keys_of_role(const std::string& where, const json::Object& role, const json::Object* table) {
    const json::Value* ids = role.find("keyids");
    if (ids == nullptr || ids->array() == nullptr) return;
    for (const json::Value& id : *ids->array()) {
      if (id.text() == nullptr || (table != nullptr && table->find(*id.text()) != nullptr)) continue;
      add(where + " has a key " + in_quotes(std::string_view(*id.text()).substr(0, kShownDigits)) +
          " that the file does not list, for which go-tuf refuses the role");
    }
  }

  void keys(const json::Object& keys) {
    for (const json::Member& listed : keys) {
      const json::Object* key = listed.value.object();
      if (key == nullptr) continue;
      const std::string where = "key " + in_quotes(std::string_view(listed.name).substr(0, kShownDigits));
      names(*key, where + ": ", kOfKey);
      const json::Object* keyval = object_in(*key, "keyval");
      if (keyval == nullptr) continue;
      names(*keyval, where + ": ", kOfKeyval);
      key_itself(where, listed.value, *keyval);
    }
  }

  void key_itself(const std::string& where, const json::Value& value, const json::Object& keyval) {
    const std::string* text = text_in(keyval, "public");
    if (text == nullptr) return add(where + " has no text 'public'", "python-tuf or go-tuf");
    for (const json::Member& member : keyval) {
      if (member.name == "public") continue;
      if (member.name == "private" && member.value.text() != nullptr && !member.value.text()->empty()) {
        add(where + " has its private half with it, which everybody could read");
      } else {
        add(where + " has a member " + in_quotes(member.name) + " beside 'public'", "tuf-js");
      }
    }
    const auto key = tuf::Key::parse(value);
    if (!key) return;
    if (key->public_key() == nullptr)
      return add(where + " is not of a known type, scheme and form", "python-tuf or another client");
    if (key->scheme() == "rsassa-pss-sha384" || key->scheme() == "rsassa-pss-sha512")
      add(where + " has the scheme " + key->scheme(), "go-tuf");
    if (key->type() == "ed25519" ? !is_hex(*text) : !is_bare_pem(*text))
      add(where + " is not PEM of the form PUBLIC KEY, and nothing around it", "tuf-js or another client");
  }

  void targets(const json::Object& role) {
    if (const json::Object* delegations = object_in(role, "delegations")) delegated(*delegations);
    const json::Object* listed = object_in(role, "targets");
    if (listed == nullptr) return;
    for (const json::Member& target : *listed) {
      const std::string where = "target " + in_quotes(target.name);
      if (auto why = unfindable_path(target.name)) add(where + " has " + *std::move(why));
      if (const json::Object* object = target.value.object()) one_target(where, *object);
    }
  }

  void delegated(const json::Object& delegations) {
    names(delegations, "delegations: ", kOfDelegations);
    const json::Object* listed = object_in(delegations, "keys");
    if (listed != nullptr) keys(*listed);
    if (const json::Object* bins = object_in(delegations, "succinct_roles")) {
      names(*bins, "succinct_roles: ", kOfSuccinct);
      keys_of_role("succinct_roles", *bins, listed);
    }
    const json::Value* roles = delegations.find("roles");
    if (roles == nullptr || roles->array() == nullptr) return;
    for (const json::Value& role : *roles->array()) {
      if (const json::Object* object = role.object()) one_role(*object, listed);
    }
  }

  void one_target(const std::string& where, const json::Object& target) {
    names(target, where + ": ", kOfTarget);
    const json::Value* custom = target.find("custom");
    if (custom != nullptr && custom->is_null()) add(where + " has null for 'custom'", "go-tuf");
    const json::Object* hashes = object_in(target, "hashes");
    if (hashes == nullptr) return;
    for (const json::Member& hash : *hashes) {
      if (std::ranges::find(kAlgorithms, hash.name) == kAlgorithms.end()) {
        add(where + " has a digest " + in_quotes(hash.name) + " beside sha256 and sha512",
            "go-tuf or another client");
      } else if (hash.value.text() == nullptr || !is_lower_hex(*hash.value.text())) {
        add(where + " has a digest " + in_quotes(hash.name) +
                " that is not in hexadecimal digits in lower case",
            "go-tuf or another client");
      }
    }
  }

  void one_role(const json::Object& role, const json::Object* keys) {
    const std::string* name = text_in(role, "name");
    const std::string where = "role " + in_quotes(name == nullptr ? "" : std::string_view(*name));
    names(role, where + ": ", kOfDelegated);
    keys_of_role(where, role, keys);
    if (name != nullptr && is_in_every_object(*name))
      add(where + " has a name that every object of JavaScript has", "tuf-js");
    const json::Value* paths = role.find("paths");
    if (paths == nullptr || paths->array() == nullptr) return;
    for (const json::Value& pattern : *paths->array()) {
      if (pattern.text() != nullptr && !tuf::means_the_same_everywhere(*pattern.text()))
        add(where + " covers " + in_quotes(*pattern.text()) + ", which clients take for different paths");
    }
  }

  const std::size_t most_;
  std::vector<std::string> found_;
};

}  // namespace

/// Where two names of UTF-8 differ first, one has a character of four bytes and the other one that comes
/// after the surrogates of UTF-16.
bool sorts_otherwise(std::string_view a, std::string_view b) {
  const auto [first, second] = std::ranges::mismatch(a, b);
  if (first == a.end() || second == b.end()) return false;
  const auto x = static_cast<unsigned char>(*first), y = static_cast<unsigned char>(*second);
  const auto [less, more] = std::minmax(x, y);
  return more >= 0xf0 && (less == 0xee || less == 0xef);
}

std::optional<std::string> unread_value(const json::Value& value) {
  if (const json::Array* array = value.array()) {
    for (const json::Value& item : *array) {
      if (auto found = unread_value(item)) return found;
    }
    return std::nullopt;
  }
  if (const json::Object* object = value.object()) {
    for (const json::Member& member : *object) {
      if (&member != object->begin() && sorts_otherwise((&member)[-1].name, member.name)) {
        return "the members " + in_quotes((&member)[-1].name) + " and " + in_quotes(member.name) +
               " have another order in tuf-js, which refuses the signature";
      }
      if (auto found = unread_value(member.value)) {
        if (found->starts_with("a number")) return in_quotes(member.name) + " has " + *found;
        return found;
      }
    }
    return std::nullopt;
  }
  const auto small = value.integer();
  const auto large = value.unsigned_integer();
  const bool is_number = small || large;
  const std::uint64_t size = large ? *large : small ? 0 - static_cast<std::uint64_t>(*small) : 0;
  if (!is_number || size <= kMostWhole) return std::nullopt;
  return "a number beyond 2^53, which tuf-js or go-tuf cannot read";
}

bool is_in_every_object(std::string_view name) {
  return std::ranges::find(kInEveryObject, name) != kInEveryObject.end();
}

std::optional<std::string> unfindable_path(std::string_view path) {
  // To minimatch, by which tuf-js compares, `*` and `?` are neither a leading dot nor nothing.
  if (path.starts_with('.') || path.contains("/."))
    return "a segment that begins with a dot, which the patterns of tuf-js do not cover";
  if (path.starts_with('/') || path.ends_with('/') || path.contains("//"))
    return "a segment that is empty, which the patterns of tuf-js do not cover";
  if (std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return "a control character, for which go-tuf does not ask a mirror";
  if (is_in_every_object(path)) return "a name that every object of JavaScript has, which tuf-js cannot read";
  return std::nullopt;
}

std::vector<std::string> unread_elsewhere(std::string_view canonical, std::size_t most) {
  // Control characters are raw in canonical JSON, which is no JSON then: the envelope has them escaped.
  const auto whole = json::parse(tuf::write_envelope(canonical, {}),
                                 {.depth = 70, .bytes = kMostTargetsBytes * 8, .values = 4'000'000});
  const json::Value* signed_part =
      whole && whole->object() != nullptr ? whole->object()->find("signed") : nullptr;
  if (signed_part == nullptr || signed_part->object() == nullptr)
    return {"it is not JSON that can be read again"};
  Reader reader(most);
  reader.file(*signed_part);
  return reader.take();
}

Result<void> expect_read_by_all(std::string_view canonical, std::string_view published) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  const std::vector<std::string> found = unread_elsewhere(canonical, kAll);
  if (found.empty()) return {};
  // What an older program published, and clients have met, must not keep its holders from the next version.
  std::set<std::string> before;
  if (!published.empty()) {
    for (std::string& clause : unread_elsewhere(published, kAll)) before.insert(std::move(clause));
  }
  for (const std::string& clause : found) {
    if (!before.contains(clause)) return fail(kRepositoryClients, clause);
  }
  return {};
}

}  // namespace tomme::repository
