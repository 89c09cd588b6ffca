#include "core/packaging/wheel_metadata.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

using std::string_literals::operator""s;

std::string le(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

std::string deflate_raw(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 64, '\0');
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

/// One entry with every field free, so that a test can make it lie.
struct Entry {
  std::string name;
  std::string packed;
  std::uint16_t flags = 0;
  std::uint16_t method = 8;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  std::string local_name = name;
  std::string local_extra = {};
  std::string central_extra = {};
  std::string comment = {};
  std::string behind = {};  ///< between this entry's data and the next record
  std::uint32_t local_crc = crc;
  std::uint32_t local_packed = static_cast<std::uint32_t>(packed.size());
  std::uint32_t local_size = static_cast<std::uint32_t>(size);
  std::uint32_t central_packed = static_cast<std::uint32_t>(packed.size());
  std::uint32_t central_size = static_cast<std::uint32_t>(size);
};

Entry entry(const std::string& name, const std::string& text, bool deflated = true) {
  const auto crc =
      static_cast<std::uint32_t>(crc32(0, bytes_of(text).data(), static_cast<uInt>(text.size())));
  return Entry{.name = name,
               .packed = deflated ? deflate_raw(text) : text,
               .method = static_cast<std::uint16_t>(deflated ? 8 : 0),
               .crc = crc,
               .size = text.size()};
}

std::string local_record(const Entry& e) {
  return "PK\3\4" + le(20, 2) + le(e.flags, 2) + le(e.method, 2) + le(0, 4) + le(e.local_crc, 4) +
         le(e.local_packed, 4) + le(e.local_size, 4) + le(e.local_name.size(), 2) +
         le(e.local_extra.size(), 2) + e.local_name + e.local_extra + e.packed + e.behind;
}
std::string central_record(const Entry& e, std::size_t offset) {
  return "PK\1\2" + le(20, 2) + le(20, 2) + le(e.flags, 2) + le(e.method, 2) + le(0, 4) + le(e.crc, 4) +
         le(e.central_packed, 4) + le(e.central_size, 4) + le(e.name.size(), 2) +
         le(e.central_extra.size(), 2) + le(e.comment.size(), 2) + le(0, 8) + le(offset, 4) + e.name +
         e.central_extra + e.comment;
}
std::string end_record(std::uint64_t entries, std::size_t size, std::size_t offset) {
  return "PK\5\6" + le(0, 4) + le(entries, 2) + le(entries, 2) + le(size, 4) + le(offset, 4) + le(0, 2);
}

struct Parts {
  std::string locals, directory;
  std::size_t entries = 0;
  std::string whole() const {
    return locals + directory + end_record(entries, directory.size(), locals.size());
  }
};
Parts parts_of(const std::vector<Entry>& entries) {
  Parts parts;
  for (const Entry& e : entries) {
    parts.directory += central_record(e, parts.locals.size());
    parts.locals += local_record(e);
    ++parts.entries;
  }
  return parts;
}
std::string archive(const std::vector<Entry>& entries) {
  return parts_of(entries).whole();
}

const std::string kMetadata = "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n";

std::vector<Entry> good_entries() {
  return {entry("foo/__init__.py", "x = 1\n", false), entry("foo-1.0.dist-info/", "", false),
          entry("foo-1.0.dist-info/METADATA", kMetadata), entry("foo-1.0.dist-info/RECORD", "")};
}
Result<Bytes> metadata(const std::string& zip, const WheelLimits& limits = {},
                       std::string_view name = "foo-1.0-py3-none-any.whl") {
  return metadata_of_wheel(bytes_of(zip), *DistFilename::parse(name), limits);
}
std::string code_of(const std::string& zip) {
  const auto result = metadata(zip);
  return result ? "accepted" : std::string(result.error().code().name);
}
/// A wheel whose METADATA entry was changed.
std::string with(const std::function<void(Entry&)>& change) {
  auto entries = good_entries();
  change(entries[2]);
  return archive(entries);
}

TEST(WheelMetadata, FindsIt) {
  const auto found = metadata(archive(good_entries()));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(text_of(*found), kMetadata);
}

TEST(WheelMetadata, TakesTheFolderInAnySpelling) {
  const std::string zip =
      archive({entry("Foo.Bar-1.dist-info/METADATA", "Name: FOO-bar\nVersion: v1.0.0\n", false)});
  EXPECT_TRUE(metadata(zip, {}, "foo_bar-1.0-py3-none-any.whl"));
  EXPECT_FALSE(metadata(zip, {}, "foo_bar-1.1-py3-none-any.whl"));
  EXPECT_FALSE(metadata(zip, {}, "foo-1.0-py3-none-any.whl"));
  EXPECT_FALSE(metadata(zip, {}, "foo_bar-1.0.zip"));
}

std::string with_also(const std::string& name, const std::string& text = kMetadata) {
  auto entries = good_entries();
  entries.push_back(entry(name, text));
  return archive(entries);
}

// pip and PDM read the first two where METADATA names no dependency, Poetry the last.
TEST(WheelMetadata, IsTheOnlyPlaceOfDependencies) {
  for (const char* name :
       {"foo-1.0.dist-info/requires.txt", "foo-1.0.dist-info/PKG-INFO", "foo-1.0.dist-info/Requires.TXT",
        "foo-1.0.data/purelib/foo-1.0.dist-info/requires.txt",
        "foo-1.0.data/platlib/bar-1.0.dist-info/METADATA", "foo-1.0.data/data/lib/bar.dist-info/PKG-INFO",
        "METADATA", "METADATA.json", "a/METADATA", "zMETADATA/z"}) {
    EXPECT_EQ(code_of(with_also(name)), "wheel/ambiguous") << name;
    EXPECT_TRUE(
        metadata_of_odd_wheel(bytes_of(with_also(name)), *DistFilename::parse("foo-1.0-py3-none-any.whl")));
  }
}

TEST(WheelMetadata, MayHaveOthersThatNobodyTakesForIt) {
  for (const char* name : {"foo/data/METADATA", "foo-1.0.dist-info/licenses/METADATA",
                           "foo/_vendor/bar-1.0.dist-info/METADATA", "foo/requires.txt", "foo/PKG-INFO",
                           "foo/bar.dist-info/requires.txt", "foo-1.0.dist-info/licenses/PKG-INFO"}) {
    EXPECT_EQ(code_of(with_also(name)), "accepted") << name;
  }
  EXPECT_EQ(code_of(with_also("foo/METADATA.txt", "of the stars")), "accepted");
  EXPECT_EQ(code_of(with_also("METADATA", "")), "accepted");
  // Without "Metadata-Version" in its own, Poetry goes on to deeper ones.
  auto entries = good_entries();
  entries[2] = entry("foo-1.0.dist-info/METADATA", "Name: foo\nVersion: 1.0\n");
  EXPECT_EQ(code_of(archive(entries)), "accepted");
  entries.push_back(entry("foo/data/METADATA", kMetadata));
  EXPECT_EQ(code_of(archive(entries)), "wheel/ambiguous");
}

TEST(WheelMetadata, WantsExactlyOneFolderWithMetadata) {
  const std::string kCode = "wheel/metadata";
  EXPECT_EQ(code_of(archive({})), kCode);
  EXPECT_EQ(code_of(archive({entry("foo-1.0.dist-info/RECORD", "")})), kCode);
  EXPECT_EQ(code_of(archive({entry("foo-1.0.dist-info/metadata", kMetadata)})), kCode);
  EXPECT_EQ(code_of(archive({entry("x/foo-1.0.dist-info/METADATA", kMetadata)})), kCode);
  EXPECT_EQ(code_of(archive({entry("foo.dist-info/METADATA", kMetadata)})), kCode);
  for (const std::string rival :
       {"foo-1.1.dist-info/x", "Foo-1.0.dist-info/METADATA", "foo-1.0.DIST-INFO/METADATA"}) {
    auto entries = good_entries();
    entries.push_back(entry(rival, "x"));
    EXPECT_EQ(code_of(archive(entries)), kCode) << rival;
  }
}

TEST(Zip, AcceptsDataDescriptorsThatAgree) {
  for (bool signature : {true, false}) {
    for (std::size_t width : {4U, 8U}) {
      EXPECT_EQ(code_of(with([&](Entry& e) {
                  e.flags = 8;
                  e.local_crc = e.local_packed = e.local_size = 0;
                  e.behind = (signature ? "PK\7\10" : "") + le(e.crc, 4) + le(e.packed.size(), width) +
                             le(e.size, width);
                })),
                "accepted");
    }
  }
}

TEST(Zip, RefusesDataDescriptorsThatDoNot) {
  for (const std::function<void(Entry&)>& lie : std::vector<std::function<void(Entry&)>>{
           [](Entry& e) { e.behind = ""; }, [](Entry& e) { e.behind += "x"; },
           [](Entry& e) { e.behind[4] ^= 1; }, [](Entry& e) { e.behind[8] ^= 1; },
           [](Entry& e) { e.behind[12] ^= 1; }, [](Entry& e) { e.local_size = 1; },
           [](Entry& e) { e.flags = 0; }}) {
    EXPECT_EQ(code_of(with([&](Entry& e) {
                e.flags = 8;
                e.local_crc = e.local_packed = e.local_size = 0;
                e.behind = "PK\7\10" + le(e.crc, 4) + le(e.packed.size(), 4) + le(e.size, 4);
                lie(e);
              })),
              "wheel/ambiguous");
  }
}

std::string stored_with_descriptor(const std::string& text, const std::string& signature = "PK\7\10") {
  Entry stored = entry("foo/x", text, false);
  stored.flags = 8;
  stored.behind = signature + le(stored.crc, 4) + le(stored.size, 4) + le(stored.size, 4);
  auto entries = good_entries();
  entries.push_back(stored);
  return archive(entries);
}

// A reader from the front looks for the descriptor, and must not find one in the data.
TEST(Zip, StoredDataWithItsSizeBehindItHoldsNoRecord) {
  for (const char* signature : {"PK\7\10", ""}) {
    EXPECT_EQ(code_of(stored_with_descriptor("x = 1\n", signature)), "accepted");
    EXPECT_EQ(code_of(stored_with_descriptor("", signature)), "accepted");
    EXPECT_EQ(code_of(stored_with_descriptor("PK\7\10" + std::string(12, '\0'), signature)),
              "wheel/ambiguous");
    EXPECT_EQ(code_of(stored_with_descriptor("x PK\3\4 y", signature)), "wheel/ambiguous");
  }
}

TEST(Zip, AcceptsZip64ThatAgrees) {
  EXPECT_EQ(code_of(with([](Entry& e) {
              e.local_packed = e.local_size = 0xffffffff;
              e.local_extra = le(1, 2) + le(16, 2) + le(e.size, 8) + le(e.packed.size(), 8);
            })),
            "accepted");
  EXPECT_EQ(code_of(with([](Entry& e) {
              e.local_extra = le(1, 2) + le(16, 2) + le(e.size, 8) + le(e.packed.size(), 8);
            })),
            "accepted")
      << "Bazel says the same sizes twice";
  EXPECT_EQ(code_of(with([](Entry& e) {
              e.central_packed = e.central_size = 0xffffffff;
              e.central_extra = le(1, 2) + le(16, 2) + le(e.size, 8) + le(e.packed.size(), 8);
            })),
            "accepted");
}

TEST(Zip, RefusesZip64ThatDoesNot) {
  for (const std::string& extra : {le(1, 2) + le(16, 2) + le(1, 8) + le(2, 8), le(1, 2) + le(8, 2) + le(1, 8),
                                   le(1, 2) + le(0, 2) + le(1, 2) + le(0, 2)}) {
    EXPECT_EQ(code_of(with([&](Entry& e) { e.local_extra = extra; })), "wheel/ambiguous");
    EXPECT_EQ(code_of(with([&](Entry& e) { e.central_extra = extra; })), "wheel/ambiguous");
  }
  EXPECT_EQ(code_of(with([](Entry& e) { e.central_size = 0xffffffff; })), "wheel/ambiguous");
}

std::string zip64_end(const Parts& parts, std::uint64_t entries, std::uint64_t offset,
                      std::uint64_t record_at) {
  return "PK\6\6" + le(44, 8) + le(45, 2) + le(45, 2) + le(0, 8) + le(entries, 8) + le(entries, 8) +
         le(parts.directory.size(), 8) + le(offset, 8) + "PK\6\7" + le(0, 4) + le(record_at, 8) + le(1, 4);
}

TEST(Zip, ReadsAZip64EndOnlyWhereItAgrees) {
  const Parts p = parts_of(good_entries());
  const std::size_t at = p.locals.size() + p.directory.size();
  const std::string head = p.locals + p.directory;
  const std::string full = end_record(0xffff, 0xffffffff, 0xffffffff);
  const std::string narrow = end_record(p.entries, p.directory.size(), p.locals.size());
  EXPECT_EQ(code_of(head + zip64_end(p, p.entries, p.locals.size(), at) + full), "accepted");
  EXPECT_EQ(code_of(head + zip64_end(p, p.entries, p.locals.size(), at) + narrow), "accepted");
  EXPECT_EQ(code_of(head + zip64_end(p, p.entries - 1, p.locals.size(), at) + narrow), "wheel/ambiguous");
  EXPECT_EQ(code_of(head + zip64_end(p, p.entries, p.locals.size() + 1, at) + full), "wheel/ambiguous");
  EXPECT_EQ(code_of(head + zip64_end(p, p.entries, p.locals.size(), at - 1) + full), "wheel/ambiguous");
  EXPECT_EQ(code_of(head + full), "wheel/ambiguous");
  EXPECT_EQ(code_of(head + zip64_end(p, ~0ULL, p.locals.size(), at) + full), "wheel/too-large");
}

TEST(Zip, RefusesDataThatBelongsToNoEntry) {
  const Parts p = parts_of(good_entries());
  EXPECT_EQ(code_of("x" + p.whole()), "wheel/ambiguous");
  EXPECT_EQ(code_of("#!/bin/sh\n" + p.locals + p.directory +
                    end_record(p.entries, p.directory.size(), p.locals.size() + 10)),
            "wheel/ambiguous");
  EXPECT_EQ(code_of(p.whole() + "x"), "wheel/ambiguous");
  EXPECT_EQ(code_of(p.whole() + p.whole()), "wheel/ambiguous");
  EXPECT_EQ(
      code_of(p.locals + "x" + p.directory + end_record(p.entries, p.directory.size(), p.locals.size())),
      "wheel/ambiguous");
  EXPECT_EQ(
      code_of(p.locals + "x" + p.directory + end_record(p.entries, p.directory.size(), p.locals.size() + 1)),
      "wheel/ambiguous");
  EXPECT_EQ(code_of(with([](Entry& e) { e.behind = "gap"; })), "wheel/ambiguous");
  EXPECT_EQ(code_of(""), "wheel/invalid");
  EXPECT_EQ(code_of("PK"), "wheel/invalid");
}

std::string with_comment(const std::string& comment, std::size_t length) {
  std::string zip = archive(good_entries());
  zip.replace(zip.size() - 2, 2, le(length, 2));
  return zip + comment;
}
std::string with_comment(const std::string& comment) {
  return with_comment(comment, comment.size());
}

TEST(Zip, AcceptsZerosBehindTheEndRecord) {
  const std::string zip = archive(good_entries());
  for (std::size_t zeros : {1U, 3U, 22U, 65535U}) {
    EXPECT_EQ(code_of(zip + std::string(zeros, '\0')), "accepted") << zeros;
  }
  EXPECT_EQ(code_of(zip + std::string(65536, '\0')), "wheel/invalid") << "no reader looks so far";
  EXPECT_EQ(code_of(zip + std::string(3, '\0') + "x"), "wheel/ambiguous");
}

TEST(Zip, AcceptsACommentWithoutARecordInIt) {
  EXPECT_EQ(code_of(with_comment("abc")), "accepted");
  EXPECT_EQ(code_of(with_comment(std::string(65535, 'x'))), "accepted");
  EXPECT_EQ(code_of(with_comment("abc" + std::string(3, '\0'), 3)), "accepted");
  EXPECT_EQ(code_of(with_comment("abc", 4)), "wheel/ambiguous") << "cut off";
  EXPECT_EQ(code_of(with_comment("abc", 2)), "wheel/ambiguous");
  EXPECT_EQ(code_of(with_comment(end_record(0, 0, 0))), "wheel/ambiguous");
  EXPECT_EQ(code_of(with_comment("x" + end_record(0, 0, 0) + "x")), "wheel/ambiguous");
  // The last two bytes of the end record are a part of the one that begins in its length.
  EXPECT_EQ(code_of(with_comment("\5\6" + std::string(0x4b50 - 2, '\0'))), "wheel/ambiguous");
}

TEST(Zip, AcceptsCommentsOfEntriesWithoutARecordInThem) {
  EXPECT_EQ(code_of(with([](Entry& e) { e.comment = "a comment"; })), "accepted");
  EXPECT_EQ(code_of(with([](Entry& e) { e.comment = end_record(0, 0, 0); })), "wheel/ambiguous");
  EXPECT_EQ(code_of(with([](Entry& e) {
              e.central_extra = le(9, 2) + le(2, 2) + "PK";
              e.comment = "\5\6 and so on";
            })),
            "wheel/ambiguous");
}

TEST(Zip, AcceptsANameThatStandsTwiceWithTheSameContent) {
  for (bool deflated : {true, false}) {
    auto entries = good_entries();
    entries.push_back(entry("foo-1.0.dist-info/", "", false));
    entries.push_back(entry("foo/__init__.py", "x = 1\n", deflated));
    entries.push_back(entry("foo-1.0.dist-info/METADATA", kMetadata, deflated));
    EXPECT_EQ(code_of(archive(entries)), "accepted");
    entries.push_back(entry("foo/__init__.py", "x = 2\n", deflated));
    EXPECT_EQ(code_of(archive(entries)), "wheel/ambiguous");
  }
  // The same checksum and size are not the same content.
  auto forged = good_entries();
  forged.push_back(entry("foo/__init__.py", "x = 2\n", false));
  forged.back().crc = forged.back().local_crc = forged[0].crc;
  EXPECT_EQ(code_of(archive(forged)), "wheel/invalid");
  // Not unpacked where it need not be: equal as packed.
  auto large = good_entries();
  large.push_back(entry("foo/__init__.py", "x = 1\n", true));
  EXPECT_FALSE(metadata(archive(large), {.zip = {.repeated_bytes = 5}}));
  EXPECT_TRUE(metadata(archive(large), {.zip = {.repeated_bytes = 6}}));
  large.back() = large.front();
  EXPECT_TRUE(metadata(archive(large), {.zip = {.repeated_bytes = 0}}));
}

TEST(Zip, RefusesWrongCounts) {
  const Parts p = parts_of(good_entries());
  const std::string head = p.locals + p.directory;
  for (std::size_t entries : {0U, 3U, 5U, 60000U}) {
    EXPECT_NE(code_of(head + end_record(entries, p.directory.size(), p.locals.size())), "accepted")
        << entries;
  }
  // An entry that only a reader from the front would see.
  const Parts hidden = parts_of({entry("foo-1.0.dist-info/METADATA", "Name: evil\n")});
  std::string directory;
  std::size_t offset = hidden.locals.size();
  for (const Entry& e : good_entries()) {
    directory += central_record(e, offset);
    offset += local_record(e).size();
  }
  EXPECT_EQ(code_of(hidden.locals + p.locals + directory + end_record(p.entries, directory.size(), offset)),
            "wheel/ambiguous");
}

TEST(Zip, RefusesHeadersThatContradictEachOther) {
  for (const std::function<void(Entry&)>& lie : std::vector<std::function<void(Entry&)>>{
           [](Entry& e) { e.local_name[0] = 'g'; }, [](Entry& e) { e.local_crc ^= 1; },
           [](Entry& e) { e.local_size += 1; }, [](Entry& e) { e.local_packed -= 1; },
           [](Entry& e) { e.central_packed -= 1; }, [](Entry& e) { e.flags = 1; },
           [](Entry& e) { e.flags = 1 << 13; }, [](Entry& e) { e.method = 12; },
           [](Entry& e) { e.method = 0; },
           [](Entry& e) { e.central_extra = le(0x7075, 2) + le(1, 2) + "\1"; }}) {
    EXPECT_EQ(code_of(with(lie)), "wheel/ambiguous");
  }
  EXPECT_EQ(code_of(with([](Entry& e) { e.central_extra = "abc"; })), "wheel/invalid");
  EXPECT_EQ(code_of(with([](Entry& e) { e.local_extra = le(9, 2) + le(1, 2); })), "wheel/invalid");
}

TEST(Zip, RefusesNamesThatLandElsewhere) {
  for (const std::string& name :
       {"../x"s, "/x"s, "x/../y"s, "./x"s, "x//y"s, "x\\y"s, "C:x"s, "x\0y"s, "x\ny"s, "\xff"s, "x/."s,
        "f\xc3\xb6"s, ""s, "/"s, "foo/__init__.py"s, "foo/__init__.py/"s}) {
    auto entries = good_entries();
    entries.push_back(entry(name, "x", false));
    EXPECT_EQ(code_of(archive(entries)), "wheel/ambiguous") << name;
  }
  auto entries = good_entries();
  entries.push_back(entry("f\xc3\xb6", "x", false));
  entries.back().flags = 1 << 11;
  EXPECT_EQ(code_of(archive(entries)), "accepted");
}

TEST(Zip, RefusesContentThatIsNotWhatTheHeadersSay) {
  const auto change = [](const std::function<void(Entry&)>& lie) {
    return code_of(with([&](Entry& e) {
      lie(e);
      e.local_size = e.central_size = static_cast<std::uint32_t>(e.size);
      e.local_packed = e.central_packed = static_cast<std::uint32_t>(e.packed.size());
      e.local_crc = e.crc;
    }));
  };
  EXPECT_EQ(change([](Entry&) {}), "accepted");
  EXPECT_EQ(change([](Entry& e) { e.size += 1; }), "wheel/invalid");
  EXPECT_EQ(change([](Entry& e) { e.size -= 1; }), "wheel/invalid");
  EXPECT_EQ(change([](Entry& e) { e.packed += "x"; }), "wheel/invalid");
  EXPECT_EQ(change([](Entry& e) { e.packed.pop_back(); }), "wheel/invalid");
  EXPECT_EQ(change([](Entry& e) { e.crc ^= 1; }), "wheel/invalid");
  EXPECT_EQ(change([](Entry& e) { e.packed = ""; }), "wheel/invalid");
}

TEST(Zip, RefusesAnArchiveCutOffAnywhere) {
  const std::string zip = archive(good_entries());
  for (std::size_t length = 0; length < zip.size(); ++length)
    EXPECT_NE(code_of(zip.substr(0, length)), "accepted") << length;
}

TEST(Zip, HasLimits) {
  const std::string zip = archive(good_entries());
  const auto refused = [&](const WheelLimits& limits) {
    const auto result = metadata(zip, limits);
    return !result && result.error().is(kWheelTooLarge);
  };
  EXPECT_FALSE(refused({.zip = {.entries = 4}, .metadata_bytes = kMetadata.size()}));
  EXPECT_TRUE(refused({.zip = {.entries = 3}}));
  EXPECT_TRUE(refused({.zip = {.directory_bytes = 100}}));
  EXPECT_TRUE(refused({.zip = {}, .metadata_bytes = kMetadata.size() - 1}));
}

std::string code_with(const std::string& text) {
  auto entries = good_entries();
  entries[2] = entry("foo-1.0.dist-info/METADATA", text);
  return code_of(archive(entries));
}

// PDM goes by METADATA: for it a wheel of other that says so inside is one of demo.
TEST(WheelMetadata, NamesTheProjectAndTheVersionOfTheFile) {
  for (const char* text :
       {"Name: foo\nVersion: 1.0\n", "name:FOO\r\nVERSION:1.0.0\r\n\r\nName: demo\n",
        "Version: v1\nName:\tfoo \n", "Name: foo\nVersion: 1.0\nDescription: a\n  Name: demo\n",
        "Name: foo\nVersion: 1.0\nnonsense\n"}) {
    EXPECT_EQ(code_with(text), "accepted") << text;
  }
  for (const char* text :
       {"", "Name: demo\nVersion: 1.0\n", "Name: foo\nVersion: 1.1\n", "Name: foo\n", "Version: 1.0\n",
        "\nName: foo\nVersion: 1.0\n", "Name: f oo\nVersion: 1.0\n", "Name: fo\n o\nVersion: 1.0\n",
        "Name: foo\nVersion: 1.0+local\n", "Name: f\xc3\xb6o\nVersion: 1.0\n"}) {
    EXPECT_EQ(code_with(text), "wheel/name") << text;
  }
}

TEST(WheelMetadata, HasOneNameAndOneVersionForWhoeverReadsIt) {
  for (const char* text :
       {"Name: foo\nName: demo\nVersion: 1.0\n", "Name: demo\nVersion: 1.0\nName: foo\n",
        "Name: foo\nVersion: 1.0\nNAME: foo\n", "Name: foo\nVersion: 1.0\nversion: 2.0\n",
        "Name: foo\nVersion: 1.0\nX: y\rName: demo\n", "Name: foo\nVersion: 1.0\n\r\rName: demo\n",
        "Name: foo\nVersion: 1.0\nnonsense\nName: demo\n", "Name : demo\nName: foo\nVersion: 1.0\n",
        "Name: foo\nVersion: 1.0\n \nName: demo\n"}) {
    EXPECT_EQ(code_with(text), "wheel/name") << text;
  }
}

TEST(WheelMetadata, HasALocalVersionHoweverItIsSpelled) {
  const std::string zip =
      archive({entry("torch-2.1+cu_118.dist-info/METADATA", "Name: torch\nVersion: 2.1.0+cu.118\n", false)});
  EXPECT_TRUE(metadata(zip, {}, "torch-2.1.0+cu_118-py3-none-any.whl"));
  EXPECT_FALSE(metadata(zip, {}, "torch-2.1.0-py3-none-any.whl"));
  EXPECT_FALSE(metadata(zip, {}, "torch-2.1.0+cu.119-py3-none-any.whl"));
}

std::string odd(const std::string& zip) {
  const auto result = metadata_of_odd_wheel(bytes_of(zip), *DistFilename::parse("foo-1.0-py3-none-any.whl"));
  return result ? std::string(text_of(*result)) : std::string(result.error().code().name);
}

TEST(WheelMetadata, OfAnOddWheelIsWhatReadersOfTheDirectorySee) {
  const Parts p = parts_of(good_entries());
  EXPECT_EQ(odd(p.whole()), kMetadata);
  EXPECT_EQ(odd(p.whole() + "x"), kMetadata);
  EXPECT_EQ(odd(with([](Entry& e) { e.behind = "gap"; })), kMetadata);
  EXPECT_EQ(odd(with([](Entry& e) { e.local_crc ^= 1; })), kMetadata);
  EXPECT_EQ(odd(with([](Entry& e) { e.flags = 1 << 13; })), kMetadata);
  EXPECT_EQ(odd(with([](Entry& e) {
              e.central_packed = e.central_size = 0xffffffff;
              e.central_extra = le(1, 2) + le(16, 2) + le(e.size, 8) + le(e.packed.size(), 8);
              e.central_extra += e.central_extra;
            })),
            kMetadata);
  for (const std::string& name : {"f\xc3\xb6"s, "a\\b"s, "../x"s, "foo/__init__.py"s}) {
    auto entries = good_entries();
    entries.push_back(entry(name, "x", false));
    EXPECT_EQ(code_of(archive(entries)), "wheel/ambiguous") << name;
    EXPECT_EQ(odd(archive(entries)), kMetadata) << name;
  }
  auto twice = good_entries();
  twice.push_back(entry("foo-1.0.dist-info/METADATA", kMetadata + "Summary: last\n"));
  EXPECT_EQ(odd(archive(twice)), kMetadata + "Summary: last\n");
}

TEST(WheelMetadata, OfAnOddWheelIsHeldAgainstItsNameToo) {
  EXPECT_EQ(odd(archive({entry("foo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\n")})), "wheel/name");
  EXPECT_EQ(odd(archive({entry("demo-1.0.dist-info/METADATA", kMetadata)})), "wheel/metadata");
  EXPECT_EQ(odd(with([](Entry& e) { e.method = 12; })), "wheel/metadata");
  EXPECT_EQ(odd("PK"), "wheel/invalid");
  EXPECT_EQ(odd(with([](Entry& e) { e.crc ^= 1; })), "wheel/invalid");
  const std::string zip = archive(good_entries());
  for (std::size_t length = 0; length < zip.size(); ++length)
    EXPECT_NE(odd(zip.substr(0, length)), kMetadata);
}

TEST(WheelMetadata, ReadsRealWheels) {
  const std::filesystem::path folder = std::string(TOMME_SHARED_DIR) + "/vectors/pypi";
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << "no " << folder;
  int wheels = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".whl") continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string zip{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto found = metadata(zip, {}, file.path().filename().string());
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_TRUE(text_of(*found).starts_with("Metadata-Version: "));
    ++wheels;
  }
  EXPECT_GE(wheels, 2);
}

}  // namespace
}  // namespace tomme
