#include "core/tuf/canonical_snapshot.h"

#include <gtest/gtest.h>

#include "core/tuf/errors.h"

namespace tomme::tuf {
namespace {

constexpr std::string_view kWithContent =
    R"({"signatures":[],"signed":{"_type":"snapshot","expires":"2030-01-01T00:00:00Z","meta":{"targets.json":)"
    R"({"hashes":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"length":7,)"
    R"("version":2}},"spec_version":"1.0.34","version":3}})";
constexpr std::string_view kGood =
    R"({"signatures":[{"keyid":"a","sig":"00"},{"keyid":"b","sig":""}],"signed":{"_type":"snapshot",)"
    R"("expires":"2030-01-01T00:00:00Z","meta":{"bin-0.json":{"version":7},"bin-1.json":{"version":1},)"
    R"("targets.json":{"version":9223372036854775806}},"spec_version":"1.0.34","version":3}})";

std::string with(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_the_same(std::string_view text) {
  const auto quick = CanonicalSnapshot::read(text);
  const auto whole = Signed<Snapshot>::parse(bytes_of(text));
  if (!quick) return;
  ASSERT_TRUE(whole) << text << ": " << whole.error().message();
  EXPECT_EQ(quick->canonical, whole->canonical);
  EXPECT_EQ(quick->value.to_canonical().value(), whole->canonical);
  ASSERT_EQ(quick->signatures.size(), whole->signatures.size());
  for (std::size_t i = 0; i < whole->signatures.size(); ++i) {
    EXPECT_EQ(quick->signatures[i].keyid, whole->signatures[i].keyid);
    EXPECT_EQ(quick->signatures[i].hex, whole->signatures[i].hex);
  }
  EXPECT_EQ(quick->value.version, whole->value.version);
  EXPECT_EQ(quick->value.expires, whole->value.expires);
}

TEST(CanonicalSnapshot, SaysWhatTheTreeSays) {
  ASSERT_TRUE(CanonicalSnapshot::read(kGood));
  expect_the_same(kGood);
  const Snapshot read = CanonicalSnapshot::read(kGood)->value;
  EXPECT_EQ(read.version, Version(3));
  EXPECT_EQ(read.find(RoleName::targets())->version, Version(kMaxVersion));
  EXPECT_EQ(read.find(RoleName::parse("bin-0").value())->version, Version(7));
  EXPECT_FALSE(read.find(RoleName::parse("bin").value()));
  for (const std::string& text : {with(R"(,"bin-1.json":{"version":1})", ""),
                                  with(R"({"keyid":"a","sig":"00"},)", ""), with(R"("1.0.34")", R"("1.31")"),
                                  with(R"({"version":7})", R"({"hashes":{"sha256":")" + std::string(64, 'a') +
                                                               R"("},"length":9,"version":7})"),
                                  with(R"("bin-0.json")", R"("")"), with("bin-0", "a/../b")}) {
    EXPECT_TRUE(CanonicalSnapshot::read(text)) << text;
    expect_the_same(text);
  }
}

// Whatever has another form is left to the tree, which takes it or says what is wrong.
TEST(CanonicalSnapshot, LeavesOtherFormsToTheTree) {
  for (const std::string& text :
       {with("[{", "[ {"), with(R"("meta":{)", R"("meta": {)"), std::string(kGood) + "\n",
        " " + std::string(kGood), with(R"({"version":7})", R"({"length":1,"version":7})"),
        with("bin-1", R"(bin\u002d1)"), with("bin-1", "bin-\xc3\xa9"),
        with(R"("version":3)", R"("version":3,"x":1)"), with(R"("meta":{)", R"("a":1,"meta":{)"),
        with(R"({"version":7})",
             R"({"hashes":{"sha256":")" + std::string(64, 'A') + R"("},"length":9,"version":7})"),
        with(R"({"version":7})", R"({"hashes":{"sha256":")" + std::string(64, 'a') + R"("},"version":7})"),
        with(R"({"version":7})",
             R"({"hashes":{"sha512":")" + std::string(128, 'a') + R"("},"length":9,"version":7})"),
        with(R"("sig":"00")", R"("sig":"00","x":1)")}) {
    EXPECT_FALSE(CanonicalSnapshot::read(text)) << text;
  }
}

TEST(CanonicalSnapshot, RefusesWhatTheTreeRefuses) {
  for (const std::string& text : {with("bin-1", "bin-0"),
                                  with(R"("version":7)", R"("version":0)"),
                                  with(R"("version":7)", R"("version":07)"),
                                  with(R"("version":7)", R"("version":-1)"),
                                  with(R"("version":7)", R"("version":7.0)"),
                                  with("9223372036854775806", "9223372036854775807"),
                                  with("9223372036854775806", "18446744073709551616"),
                                  with("1.0.34", "2.0"),
                                  with("1.0.34", "1"),
                                  with("1.0.34", "1.0.3.4"),
                                  with("1.0.34", "1..3"),
                                  with("2030-01-01T00:00:00Z", "2030-13-01T00:00:00Z"),
                                  with("2030-01-01T00:00:00Z", "2030-01-01T00:00:00"),
                                  with("\"snapshot\"", "\"timestamp\""),
                                  with(R"("keyid":"b")", R"("keyid":"a")"),
                                  with(R"(,"targets.json")", R"("targets.json")"),
                                  with(R"("version":3}})", R"("version":3})"),
                                  with(R"("version":3}})", R"("version":3}}})"),
                                  with("bin-1", "bin-\x01"),
                                  with("bin-1", "bin-\x7f\xff"),
                                  with(R"({"version":1},)", R"({"version":1},,)"),
                                  with(R"("meta":{)", R"("meta":{,)"),
                                  with(R"("version":1})", R"("version":1)"),
                                  std::string(kGood.substr(0, 200)),
                                  std::string()}) {
    EXPECT_FALSE(CanonicalSnapshot::read(text)) << text;
    EXPECT_FALSE(Signed<Snapshot>::parse(bytes_of(text))) << text;
  }
}

// Names in another order are no error, but what is signed then is not what stands there.
TEST(CanonicalSnapshot, DoesNotTakeAnotherOrderForTheCanonicalOne) {
  const std::string text = with("bin-1", "aaa-1");
  EXPECT_FALSE(CanonicalSnapshot::read(text));
  const auto whole = Signed<Snapshot>::parse(bytes_of(text));
  ASSERT_TRUE(whole);
  EXPECT_FALSE(text.contains(whole->canonical));
}

TEST(CanonicalSnapshot, EveryByteTurned) {
  for (const std::string_view good : {kGood, kWithContent}) {
    ASSERT_TRUE(CanonicalSnapshot::read(good));
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const char c : {'"', '\\', '{', '}', ',', '0', 'a', '\n', '\x80'}) {
        std::string text(good);
        text[at] = c;
        expect_the_same(text);
      }
    }
  }
}

TEST(MetaTable, KeepsItsOrderAndWhatIsMoreThanAVersion) {
  MetaTable table;
  table.set("b", {.version = Version(2)});
  table.set("c", {.version = Version(3), .length = 30});
  table.set("a", {.version = Version(1)});
  EXPECT_EQ(table.find("c")->length, 30U);
  table.set("c", {.version = Version(4)});
  EXPECT_FALSE(table.find("c")->length);
  table.set("b", {.version = Version(5), .length = 50});
  std::string all;
  for (const auto& [name, file] : table) all += std::string(name) + std::to_string(file.version.value());
  EXPECT_EQ(all, "a1b5c4");
  EXPECT_TRUE(table.erase("b"));
  EXPECT_FALSE(table.erase("b"));
  EXPECT_FALSE(table.find("b"));
  table.set("b", {.version = Version(6)});
  EXPECT_FALSE(table.find("b")->length);
  EXPECT_EQ(table.size(), 3U);
}

TEST(MetaTable, FindsTheFirstStepBack) {
  MetaTable before, after;
  for (const char* name : {"a", "b", "c"}) before.set(name, {.version = Version(5)});
  EXPECT_EQ(before.first_step_back(after)->name, "a");
  EXPECT_FALSE(after.first_step_back(before));
  EXPECT_FALSE(before.first_step_back(before));
  after = before;
  after.set("aa", {.version = Version(1)});
  after.set("c", {.version = Version(6)});
  EXPECT_FALSE(before.first_step_back(after));
  after.set("b", {.version = Version(4), .length = 1});
  EXPECT_EQ(before.first_step_back(after)->name, "b");
  EXPECT_EQ(before.first_step_back(after)->after, Version(4));
  after.erase("a");
  EXPECT_EQ(before.first_step_back(after)->name, "a");
  EXPECT_FALSE(before.first_step_back(after)->after);
}

}  // namespace
}  // namespace tomme::tuf
