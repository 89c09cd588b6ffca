#include "core/packaging/sdist_metadata.h"

#include <chrono>
#include <cstdio>
#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

using std::string_literals::operator""s;

const std::string kMetadata = "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n";
const std::string kEnd(1024, '\0');

std::string octal(std::uint64_t value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(value));
  return text + "\0"s;
}
void put(std::string& block, std::size_t at, const std::string& text) {
  block.replace(at, text.size(), text);
}

/// A header and what is behind it, with fields that a test can change.
struct Entry {
  std::string name;
  std::string text = kMetadata;
  char type = '0';
  std::string magic = "ustar\00000"s;
  std::string prefix = {};
  std::string size_field = {};

  operator std::string() const {
    std::string block(512, '\0');
    put(block, 0, name);
    put(block, 124, size_field.empty() ? octal(text.size(), 11) : size_field);
    put(block, 148, std::string(8, ' '));
    block[156] = type;
    put(block, 257, magic);
    put(block, 345, prefix);
    std::uint64_t sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    put(block, 148, octal(sum, 6));
    return block + text + std::string((512 - text.size() % 512) % 512, '\0');
  }
};

std::string pax(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  std::string length = std::to_string(rest.size() + 1);
  length = std::to_string(rest.size() + length.size() + (length == "9" ? 1 : 0));
  return length + rest;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 128, '\0');
  Bytes in = to_bytes(bytes_of(text));
  in.push_back(0);
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::vector<Bytes>> read(const std::string& sdist, std::string_view name = "foo-1.0.tar.gz",
                                const SdistLimits& limits = {}) {
  return metadata_of_sdist(bytes_of(sdist), *DistFilename::parse(name), limits);
}
/// How many texts, or the code of the error.
std::string found_in(const std::string& tar) {
  const auto texts = read(gzip(tar));
  return texts ? std::to_string(texts->size()) : std::string(texts.error().code().name);
}
std::string top(const std::string& text = kMetadata) {
  return Entry{"foo-1.0/PKG-INFO", text};
}
std::string folder(const std::string& name) {
  return Entry{name, "", '5'};
}

TEST(SdistMetadata, FindsIt) {
  const auto texts =
      read(gzip(folder("foo-1.0/") + std::string(Entry{"foo-1.0/setup.py", "x = 1\n"}) + top() + kEnd));
  ASSERT_TRUE(texts) << texts.error().message();
  ASSERT_EQ(texts->size(), 1U);
  EXPECT_EQ(text_of(texts->front()), kMetadata);
  EXPECT_EQ(found_in(top()), "1") << "without an end";
  EXPECT_EQ(found_in("" + std::string(Entry{"./foo-1.0/PKG-INFO"}) + kEnd), "1");
  EXPECT_EQ(found_in(top() + top() + kEnd), "1") << "twice the same";
  EXPECT_EQ(
      found_in(top() + std::string(Entry{"foo-1.0/foo.egg-info/PKG-INFO", "Metadata-Version: x\n"}) + kEnd),
      "1");
  EXPECT_EQ(found_in(top() + std::string(Entry{"foo-1.0/PKG-INFO.in", "@NAME@\n"}) + kEnd), "1");
}

TEST(SdistMetadata, IsFoundUnderLongNamesToo) {
  const std::string name = "foo-1.0/PKG-INFO";
  const std::string comment = Entry{"pax_global_header", pax("comment", "0123abcd"), 'g'};
  EXPECT_EQ(found_in(std::string(Entry{"x", pax("path", name), 'x'}) + std::string(Entry{"short"}) + kEnd),
            "1");
  EXPECT_EQ(found_in(std::string(Entry{"x", name + "\0"s, 'L'}) + std::string(Entry{"short"}) + kEnd), "1");
  EXPECT_EQ(found_in(std::string(Entry{.name = "PKG-INFO", .prefix = "foo-1.0"}) + kEnd), "1");
  EXPECT_EQ(found_in(std::string(Entry{.name = name, .magic = ""}) + kEnd), "1");
  EXPECT_EQ(found_in(comment + top() + kEnd), "1");
  EXPECT_EQ(
      found_in(std::string(Entry{.name = name, .size_field = "\x80"s + std::string(10, '\0') + "\x2c"}) +
               kEnd),
      "1");
  // A file that is hidden under another name is the one of its long name.
  EXPECT_EQ(found_in(std::string(Entry{"x", pax("path", "a/b"), 'x'}) + top() + kEnd), "0");
}

TEST(SdistMetadata, MayBeMissing) {
  EXPECT_EQ(found_in(kEnd), "0");
  EXPECT_EQ(found_in(std::string(Entry{"foo-1.0/setup.py"}) + kEnd), "0");
  EXPECT_EQ(found_in(std::string(Entry{"foo-1.0/foo.egg-info/PKG-INFO"}) + kEnd), "1");
  EXPECT_EQ(found_in(std::string(Entry{"foo-1.0/a/PKG-INFO"}) +
                     std::string(Entry{"foo-1.0/b/PKG-INFO", "Metadata-Version: 1\n"}) +
                     std::string(Entry{"foo-1.0/a/b/PKG-INFO", "Metadata-Version: 2\n"}) + kEnd),
            "2");
}

TEST(SdistMetadata, IsOneAtTheTop) {
  const std::string other = "Metadata-Version: 2.1\nName: bar\nVersion: 1.0\n";
  for (const char* name :
       {"PKG-INFO", "bar-1.0/PKG-INFO", "foo-1.0/PKG-INFO", "foo-1.0/PKG-INFO.txt", "./PKG-INFO"}) {
    EXPECT_EQ(found_in(top() + std::string(Entry{name, other}) + kEnd), "sdist/metadata") << name;
  }
  EXPECT_EQ(found_in(std::string(Entry{"PKG-INFO"}) + kEnd), "sdist/metadata");
  EXPECT_EQ(found_in(top("Name: foo\nVersion: 1.0\n") + kEnd), "sdist/metadata");
  EXPECT_EQ(found_in(top() + std::string(Entry{"foo-1.0/../PKG-INFO"}) + kEnd), "sdist/metadata");
  EXPECT_EQ(found_in(std::string(Entry{"foo-1.0/PKG-INFO", "", '2'}) + kEnd), "sdist/metadata");
  // As written the second is less deep, which is what Poetry counts.
  EXPECT_EQ(
      found_in(std::string(Entry{"././foo-1.0/PKG-INFO"}) + std::string(Entry{"a/b/PKG-INFO", other}) + kEnd),
      "sdist/metadata");
}

TEST(SdistMetadata, NamesItsFile) {
  for (const char* says :
       {"Name: bar\nVersion: 1.0\n", "Name: foo\nVersion: 2.0\n", "Name: foo\n", "Version: 1.0\n",
        "Name: foo\nName: bar\nVersion: 1.0\n", "Name: =?utf-8?q?foo?=\nVersion: 1.0\n"}) {
    EXPECT_EQ(found_in(top("Metadata-Version: 2.1\n" + std::string(says)) + kEnd), "sdist/name") << says;
  }
  EXPECT_EQ(found_in(top("Metadata-Version: 2.1\nName: FOO\nVersion: v1.0.0\n") + kEnd), "1");
  const std::string late = "Metadata-Version: 2.1\nName: foo\nVersion: 1.post1\n";
  EXPECT_TRUE(read(gzip(top(late) + kEnd), "foo-1-1.tar.gz"));
  EXPECT_FALSE(read(gzip(top(late) + kEnd), "foobar-1.post1.tar.gz"));
}

TEST(SdistMetadata, IsNotReadInTwoWays) {
  const std::string x = "x";
  for (const std::string& tar :
       {top() + std::string(512, '\0') + top() + kEnd,
        std::string(Entry{x, pax("size", "1"), 'x'}) + top() + kEnd,
        std::string(Entry{x, pax("GNU.sparse.name", x), 'x'}) + top() + kEnd,
        std::string(Entry{x, pax("path", "a"), 'g'}) + top() + kEnd,
        std::string(Entry{x, pax("path", "a") + pax("path", "b"), 'x'}) + top() + kEnd,
        std::string(Entry{x, "8 path=a\n", 'x'}) + top() + kEnd,
        std::string(Entry{x, "0 p=\n", 'x'}) + top() + kEnd, std::string(Entry{x, x, '5'}) + top() + kEnd,
        std::string(Entry{x, "", 'S'}) + top() + kEnd,
        std::string(Entry{.name = "PKG-INFO", .magic = "ustar  \0"s, .prefix = "foo-1.0"}) + kEnd,
        std::string(Entry{.name = x, .size_field = "8"}) + kEnd, top().substr(0, 513), top().substr(0, 100),
        "x"s, std::string(512, 'x') + kEnd}) {
    EXPECT_EQ(found_in(tar), "sdist/invalid") << tar.substr(0, 100);
  }
  const auto code = [](const std::string& file) {
    const auto texts = read(file);
    return texts ? "accepted" : std::string(texts.error().code().name);
  };
  EXPECT_EQ(code(gzip(top()) + gzip(top())), "sdist/invalid");
  EXPECT_EQ(code(gzip(top()) + std::string(5, '\0') + gzip(top())), "sdist/invalid");
  EXPECT_EQ(code(gzip(top()) + "more"), "sdist/invalid");
  EXPECT_EQ(code(gzip(top() + kEnd) + std::string(512, '\0')), "accepted");
  EXPECT_EQ(code(gzip(top() + kEnd).substr(0, 60)), "sdist/invalid");
  EXPECT_EQ(code(top() + kEnd), "sdist/invalid") << "not packed";
  EXPECT_EQ(code(""), "sdist/invalid");
}

TEST(SdistMetadata, IsBounded) {
  const auto code = [](const std::string& tar, const SdistLimits& limits) {
    const auto texts = read(gzip(tar), "foo-1.0.tar.gz", limits);
    return texts ? "accepted" : std::string(texts.error().code().name);
  };
  EXPECT_EQ(code(top() + kEnd, {.metadata_bytes = 10}), "sdist/too-large");
  EXPECT_EQ(
      code(std::string(Entry{"big", std::string(100000, 'x')}) + top() + kEnd, {.unpacked_bytes = 50000}),
      "sdist/too-large");
  std::string many;
  for (int i = 0; i < 20; ++i) many += Entry{"x", "", 'x'};
  EXPECT_EQ(code(many + top() + kEnd, {}), "sdist/invalid");
}

// Once each text was compared with all before it, and their sizes were summed up anew: 21 s for these.
TEST(SdistMetadata, OfVeryManyTextsIsReadInTimeThatGrowsWithTheirNumber) {
  constexpr int kTexts = 40'000;
  std::string tar;
  for (int i = 0; i < kTexts; ++i) {
    const std::string number = std::to_string(i);
    tar += Entry{"foo-1.0/a" + number + "/PKG-INFO", "Metadata-Version" + number};
    tar += Entry{"foo-1.0/b" + number + "/PKG-INFO", "Metadata-Version" + number};
  }
  const std::string packed = gzip(tar + kEnd);
  const auto start = std::chrono::steady_clock::now();
  const auto texts = read(packed);
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(texts) << texts.error().message();
  EXPECT_EQ(texts->size(), static_cast<std::size_t>(kTexts));
  EXPECT_LT(took, std::chrono::seconds(10));
}

}  // namespace
}  // namespace tomme
