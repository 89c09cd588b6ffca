// The words before signing leave nothing out: a search over changes of staged files, each in one or two
// places. What is read otherwise than before is told otherwise than before.
#include <gtest/gtest.h>
#include <random>

#include "app/repository/change_words.h"
#include "app/repository/repository_for_test.h"
#include "testing/json_edit.h"

namespace tomme::repository {
namespace {

using namespace testing;
using tomme::testing::JsonPath;

constexpr unsigned kChanges = 1'000;  // that can be read, of each file
constexpr unsigned kMostTries = 50'000;

/// Everything that these files can have.
tuf::Targets rich_targets() {
  tuf::Targets targets;
  targets.version = tuf::Version(4);
  targets.expires = kNow + std::chrono::days(100);
  targets.role = *tuf::RoleName::parse("team");
  for (const char* path : {"a/1", "a/2", "b/1"}) {
    tuf::TargetFile file{7, {{Digest(sha256(bytes_of(path)))}, {}}, {}, {}};
    if (path[0] == 'b') file.custom = *json::parse(R"({"k":[1,{"x":"y"}]})");
    targets.targets.set(path, file);
  }
  targets.delegations.emplace();
  tuf::Keys& keys = targets.delegations->keys;
  const auto role = [&](const char* name, const Role& who,
                        std::variant<tuf::DelegatedRole::Paths, tuf::DelegatedRole::HashPrefixes> covers) {
    return tuf::DelegatedRole{
        *tuf::RoleName::parse(name), role_keys(who, keys), false, std::move(covers), {}};
  };
  targets.delegations->roles = std::vector<tuf::DelegatedRole>{
      role("one", {{ed25519(1), ed25519(2)}, 2}, tuf::DelegatedRole::Paths{{"a/*", "b/*"}}),
      role("two", {{p256(1)}}, tuf::DelegatedRole::Paths{{"a/?"}}),
      role("three", {{ed25519(2)}}, tuf::DelegatedRole::HashPrefixes{{"0", "1f"}})};
  targets.unknown = *json::parse(R"({"x-note":{"by":"alice"}})")->object();
  return targets;
}

tuf::Targets rich_bins() {
  tuf::Targets targets;
  targets.version = tuf::Version(4);
  targets.expires = kNow + std::chrono::days(100);
  targets.delegations.emplace();
  tuf::SuccinctRoles bins;
  bins.keys = role_keys({{p256(4), p256(5)}, 2}, targets.delegations->keys);
  bins.bit_length = 4;
  bins.name_prefix = "bins";
  targets.delegations->roles = bins;
  return targets;
}

tuf::Root rich_root() {
  tuf::Root root;
  root.version = tuf::Version(4);
  root.expires = kNow + std::chrono::days(100);
  root.consistent_snapshot = true;
  root.root = role_keys({{ed25519(1), ed25519(2)}, 2}, root.keys);
  root.targets = role_keys({{ed25519(3)}}, root.keys);
  root.snapshot = root.timestamp = role_keys({{p256(4)}}, root.keys);
  root.unknown = *json::parse(R"({"x-note":{"by":"alice"}})")->object();
  return root;
}

/// Changes a place of a value at random: takes it away, puts another place's value there, or one near it.
class Change {
 public:
  explicit Change(unsigned seed) : random_(seed) {}

  json::Value of(const json::Value& value) {
    const std::vector<JsonPath> places = tomme::testing::all_paths(value);
    const JsonPath& place = places[pick(places.size())];
    const json::Value* there = tomme::testing::find(value, place);
    switch (pick(6)) {
      case 0:
        return tomme::testing::without(value, place);
      case 1:
        return tomme::testing::with(value, place, *tomme::testing::find(value, places[pick(places.size())]));
      case 2:
        return added(value, place, *there);
      case 3:
        return swapped(value, place, *there);
      default:
        return tomme::testing::with(value, place, near(*there));
    }
  }

 private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

  json::Value near(const json::Value& value) {
    if (const auto number = value.integer()) return *number + (pick(2) == 0 ? 1 : -1);
    if (const bool* flag = value.boolean()) return !*flag;
    if (const std::string* text = value.text()) {
      std::string out = *text;
      if (out.empty() || pick(4) == 0) return out + std::string(1, "a0 \n/*?\x7f"[pick(8)]);
      char& c = out[pick(out.size())];
      c = pick(3) == 0 ? "aA0*?/ "[pick(7)] : static_cast<char>(c ^ 1);
      return out;
    }
    return value;
  }
  /// A member or an element more.
  json::Value added(const json::Value& value, JsonPath place, const json::Value& there) {
    if (const auto* array = there.array()) {
      place.push_back(std::to_string(array->size()));
      return tomme::testing::with(value, place, array->empty() ? json::Value("a") : near(array->back()));
    }
    if (there.object() == nullptr) return value;
    constexpr std::array kNames = {"x", "custom", "terminating", "paths", "x-tomme-role", "threshold"};
    place.emplace_back(kNames[pick(kNames.size())]);
    return tomme::testing::with(value, place, json::Value(std::string("x")));
  }
  /// Two elements of an array, or the values of two members.
  json::Value swapped(const json::Value& value, const JsonPath& place, const json::Value& there) {
    std::vector<std::string> names;
    if (const auto* array = there.array()) {
      for (std::size_t i = 0; i < array->size(); ++i) names.push_back(std::to_string(i));
    } else if (there.object() != nullptr) {
      for (const json::Member& member : *there.object()) names.push_back(member.name);
    }
    if (names.size() < 2) return value;
    JsonPath first = place, second = place;
    first.push_back(names[pick(names.size())]);
    second.push_back(names[pick(names.size())]);
    const json::Value one = *tomme::testing::find(value, first), two = *tomme::testing::find(value, second);
    return tomme::testing::with(tomme::testing::with(value, first, two), second, one);
  }

  std::mt19937 random_;
};

/// What a file means, without what cannot matter to anybody: the order of key ids and of what a role covers.
json::Value meaning(const json::Value& value, std::string_view name = "") {
  if (const auto* array = value.array()) {
    json::Array out;
    for (const json::Value& element : *array) out.push_back(meaning(element));
    if (name == "keyids" || name == "paths" || name == "path_hash_prefixes") {
      std::ranges::sort(out, {}, [](const json::Value& v) { return json::to_canonical(v); });
      const auto same =
          std::ranges::unique(out, {}, [](const json::Value& v) { return json::to_canonical(v); });
      out.erase(same.begin(), same.end());
    }
    return out;
  }
  if (const auto* object = value.object()) {
    std::vector<json::Member> members;
    for (const json::Member& member : *object)
      members.push_back({member.name, meaning(member.value, member.name)});
    return json::Object(std::move(members));
  }
  return value;
}

template <class T>
std::vector<std::string> words(const T& before, const T& after) {
  if constexpr (std::is_same_v<T, tuf::Root>) return words_of_change(&before, after, kNow);
  if constexpr (std::is_same_v<T, tuf::Targets>) return words_of_change("team", &before, after, kNow);
}

template <class T>
void search(const T& before, unsigned seed) {
  const json::Value then =
      tuf::Envelope::parse(bytes_of(tuf::write_envelope(*before.to_canonical(), {})))->payload;
  const std::string same = json::to_canonical(meaning(then));
  const std::vector<std::string> nothing = words(before, before);
  Change change(seed);
  unsigned read = 0, tries = 0;
  while (read < kChanges && ++tries < kMostTries) {
    json::Value now = change.of(then);
    if (tries % 3 == 0) now = change.of(now);
    const Result<T> after = T::parse(now);
    if (!after) continue;
    if (json::to_canonical(meaning(now)) == same) continue;
    ++read;
    ASSERT_NE(words(before, *after), nothing) << json::to_canonical(now) << "\nin place of\n"
                                              << *before.to_canonical();
  }
  EXPECT_EQ(read, kChanges);
}

TEST(ChangeSearch, OfATargetsFileNothingIsLeftOut) {
  search(rich_targets(), 1);
}

TEST(ChangeSearch, OfAFileWithHashBinsNothingIsLeftOut) {
  search(rich_bins(), 2);
}

TEST(ChangeSearch, OfARootNothingIsLeftOut) {
  search(rich_root(), 3);
}

}  // namespace
}  // namespace tomme::repository
