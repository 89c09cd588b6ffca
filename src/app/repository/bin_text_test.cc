#include "app/repository/bin_text.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "app/repository/errors.h"
#include "core/tuf/metadata.h"

namespace tomme::repository {
namespace {

const Time kExpires = time_from_unix(1'800'000'000);

TargetFile file(std::uint64_t length, std::string_view custom = {}) {
  return *TargetFile::make(length, sha256(bytes_of(std::to_string(length))), custom);
}

using Model = std::map<std::string, TargetFile>;

/// What the metadata room's own reader makes of a bin.
tuf::Targets read(std::string_view entries, std::uint64_t version = 7) {
  const std::string text = render_bin("bins-0", entries, version, kExpires);
  const Result<json::Value> value = json::parse(text);
  EXPECT_TRUE(value) << text;
  const Result<tuf::Targets> targets = tuf::Targets::parse(*value);
  EXPECT_TRUE(targets) << text;
  EXPECT_EQ(*targets->to_canonical(), text) << "what is served is not what is signed";
  return *targets;
}

void expect_lists(std::string_view entries, const Model& model) {
  const tuf::Targets targets = read(entries);
  ASSERT_EQ(targets.targets.size(), model.size());
  for (const auto& [path, expected] : model) {
    const tuf::TargetFile* found = targets.targets.find(path);
    ASSERT_NE(found, nullptr) << path;
    EXPECT_EQ(found->length, expected.length());
    EXPECT_EQ(*found->hashes.find(HashAlgorithm::sha256), Digest(expected.sha256()));
    EXPECT_EQ(found->custom.has_value(), !expected.custom().empty());
  }
}

std::vector<const Change*> pointers(const std::vector<Change>& changes) {
  std::vector<const Change*> out;
  for (const Change& change : changes) out.push_back(&change);
  std::ranges::sort(out, {}, [](const Change* c) -> const std::string& { return c->path(); });
  return out;
}

TEST(BinText, BecomesWhatAModelBecomes) {
  std::mt19937 random(5);
  // Paths that sort otherwise escaped than plain, and that look like the text around them.
  const std::vector<std::string> paths = {"a",
                                          "a\"b",
                                          "a#b",
                                          "a\\b",
                                          "a[b",
                                          "\"",
                                          "\\",
                                          "\\\"",
                                          "},\"length\":5},\"",
                                          "z/y",
                                          "z",
                                          "é",
                                          "x y",
                                          "\"}}",
                                          ",",
                                          "!",
                                          "\xf4\x8f\xbf\xbf",
                                          "a!"};
  Model model;
  std::string entries;
  for (int round = 0; round < 400; ++round) {
    std::map<std::string, Change> batch;
    for (auto i = random() % 6; i > 0; --i) {
      const std::string& path = paths[random() % paths.size()];
      if (random() % 3 == 0) {
        batch.insert_or_assign(path, *Change::remove(path));
      } else {
        const bool custom = random() % 4 == 0;
        batch.insert_or_assign(
            path,
            *Change::set(path, file(random() % 5, custom ? R"({"a":{"length":5},"b":["},\"x"]})" : "")));
      }
    }
    const Model before = model;
    std::vector<Change> changes;
    for (const auto& [path, change] : batch) {
      changes.push_back(change);
      if (change.file()) {
        model.insert_or_assign(path, *change.file());
      } else {
        model.erase(path);
      }
    }
    const Result<MergedEntries> merged = merge_entries(entries, pointers(changes));
    ASSERT_TRUE(merged) << merged.error().message();
    EXPECT_EQ(merged->changed, model != before);
    EXPECT_EQ(merged->count, model.size());
    if (!merged->changed) {
      EXPECT_EQ(merged->text, entries);
    }
    entries = merged->text;
    ASSERT_NO_FATAL_FAILURE(expect_lists(entries, model));
  }
}

TEST(BinText, IsReadAsItWasWritten) {
  std::string entries;
  append_entry(entries, "a", file(1));
  const std::string text = render_bin("bins-0", entries, 42, kExpires);
  const Result<BinText> bin = BinText::parse(text);
  ASSERT_TRUE(bin) << bin.error().message();
  EXPECT_EQ(bin->version, 42U);
  EXPECT_EQ(bin->expires, kExpires);
  EXPECT_EQ(bin->entries, entries);
  EXPECT_EQ(bin->role, "bins-0");
  const auto tree = tuf::Targets::parse(*json::parse(text));
  ASSERT_TRUE(tree) << tree.error().message();
  EXPECT_EQ(*tree->to_canonical(), text);
  EXPECT_EQ(tree->role->text(), "bins-0");
  // What was written before a bin said its role is read still.
  const std::string nameless = text.substr(0, text.find(",\"x-tomme-role\"")) + "}";
  ASSERT_TRUE(BinText::parse(nameless));
  EXPECT_EQ(BinText::parse(nameless)->role, "");
  EXPECT_FALSE(BinText::parse(nameless.substr(0, nameless.size() - 1) + ",\"x-tomme-role\":\"\"}"));
  EntryReader reader(bin->entries);
  const auto entry = reader.next();
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->path, "a");
  EXPECT_EQ((*entry)->length, 1U);
  EXPECT_FALSE(reader.next()->has_value());
}

TEST(BinText, RefusesEveryOtherForm) {
  std::string entries;
  append_entry(entries, "a", file(1));
  entries += ",";
  append_entry(entries, "b", file(2, R"({"k":1})"));
  const std::string text = render_bin("bins-0", entries, 42, kExpires);
  // Cut short anywhere, it is no bin, or a bin whose entries cannot be read.
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(BinText::parse(text.substr(0, size))) << size;
  }
  for (std::size_t size = 1; size < entries.size(); ++size) {
    const std::string cut = entries.substr(0, size);
    EntryReader reader(cut);
    bool refused = false;
    while (true) {
      const auto entry = reader.next();
      refused = !entry;
      if (!entry || !*entry) break;
    }
    std::string first;
    append_entry(first, "a", file(1));
    EXPECT_EQ(refused, cut != first) << cut;
  }
  EXPECT_FALSE(BinText::parse(text + " "));
  EXPECT_FALSE(BinText::parse(render_bin("bins-0", "", 0, kExpires)));
}

TEST(BinText, RefusesEntriesOutOfOrder) {
  for (const auto& [first, second] : {std::pair{"b", "a"}, std::pair{"a", "a"}, std::pair{"b\"", "b!"}}) {
    std::string entries;
    append_entry(entries, first, file(1));
    entries += ",";
    append_entry(entries, second, file(1));
    const Result<MergedEntries> merged = merge_entries(entries, {});
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().code().name, kRepositoryForm.name);
  }
}

TEST(Target, RefusesWhatWouldNotBeJson) {
  EXPECT_EQ(Change::remove("a\nb").error().code().name, kRepositoryTarget.name);
  EXPECT_FALSE(Change::remove(""));
  EXPECT_FALSE(Change::remove("\xff"));
  EXPECT_TRUE(Change::remove(std::string(1024, 'a')));
  EXPECT_EQ(Change::remove(std::string(1025, 'a')).error().code().name, kRepositoryTarget.name);
  std::string path = "a";
  for (int segments = 1; segments < 32; ++segments) path += "/a";
  EXPECT_TRUE(Change::set(path, *TargetFile::make(1, Sha256{})));
  path += "/a";
  EXPECT_EQ(Change::set(path, *TargetFile::make(1, Sha256{})).error().code().name, kRepositoryTarget.name);
  EXPECT_TRUE(Change::remove(path));  // another program may have listed it
  const Sha256 digest{};
  EXPECT_FALSE(TargetFile::make(std::uint64_t{1} << 63, digest));
  EXPECT_FALSE(TargetFile::make(1, digest, "[]"));
  EXPECT_FALSE(TargetFile::make(1, digest, R"({"a":1.5})"));
  EXPECT_FALSE(TargetFile::make(1, digest, R"({"a":"\n"})"));
  EXPECT_EQ(TargetFile::make(1, digest, R"({ "b": 2, "a": "\u00e9" })")->custom(), "{\"a\":\"é\",\"b\":2}");
  const std::string wide = R"({"a":")" + std::string(16 * 1024 - 8, 'x') + "\"}";
  EXPECT_TRUE(TargetFile::make(1, digest, wide));
  EXPECT_FALSE(TargetFile::make(1, digest, R"({"a":")" + std::string(16 * 1024 - 7, 'x') + "\"}"));
}

}  // namespace
}  // namespace tomme::repository
