#include "core/packaging/page_file.h"

#include <gtest/gtest.h>

#include "core/packaging/errors.h"
#include "core/packaging/page_write.h"

namespace tomme {
namespace {

const Url kPage = *Url::parse("https://index.test/simple/demo/");
const ProjectName kDemo = *ProjectName::parse("demo");

Result<PageFile> file_at(std::string url, std::string name = "demo-1.0.tar.gz") {
  IndexFile file;
  file.filename = std::move(name);
  file.url = std::move(url);
  return PageFile::make(file, {}, kPage, kDemo);
}

std::string address_of(std::string url, std::string name = "demo-1.0.tar.gz") {
  const auto file = file_at(std::move(url), std::move(name));
  return file ? file->address() : "left out: " + file.error().message();
}

TEST(PageFile, KeepsAnAddressThatIsCanonical) {
  for (const char* url :
       {"https://files.test/a/b/demo-1.0.tar.gz", "http://127.0.0.1:8000/demo-1.0.tar.gz",
        "https://index.test/root/+f/(x)=$&'!~*,:/demo-1.0.tar.gz",
        "https://index.test/api/v4/projects/group%2Fproject/demo-1.0.tar.gz",
        "https://index.test/a%20b/%C3%A9/demo-1.0.tar.gz", "https://index.test/feed@view/demo-1.0.tar.gz"}) {
    EXPECT_EQ(address_of(url), url);
  }
  EXPECT_EQ(address_of("https://h/demo-1.0%2Bcpu-py3-none-any.whl", "demo-1.0+cpu-py3-none-any.whl"),
            "https://h/demo-1.0%2Bcpu-py3-none-any.whl");
}

TEST(PageFile, WritesOthersInTheirCanonicalForm) {
  EXPECT_EQ(address_of("../../files/./x/../demo-1.0.tar.gz#sha256=0&egg=evil"),
            "https://index.test/files/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("HTTPS://ann:pw@FILES.test:443/a b/demo-1.0.tar.gz"),
            "https://files.test/a%20b/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("\\\\files.test\\demo-1.0.tar.gz"), "https://files.test/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("demo-1.0.tar.gz?"), "https://index.test/simple/demo/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("/demo-1.0.tar.gz?sig=a%2fb%3d&se=1:2&x='/evil-1.0.zip"),
            "https://index.test/demo-1.0.tar.gz?sig=a%2Fb%3D&se=1:2&x=%27%2Fevil-1.0.zip");
}

TEST(PageFile, HidesNoOtherNameInItsAddress) {
  // PDM looks for the name in front of the last @ of a path.
  EXPECT_EQ(address_of("https://h/evil-9.0.tar.gz@/x/demo-1.0.tar.gz"),
            "https://h/evil-9.0.tar.gz%40/x/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("https://h/a@b/x%2Fevil-9.0.whl@/demo-1.0.tar.gz"),
            "https://h/a%40b/x%2Fevil-9.0.whl%40/demo-1.0.tar.gz");
  EXPECT_EQ(address_of("https://h/evil-9.0.tar.gz@/feed@view/demo-1.0.tar.gz"),
            "https://h/evil-9.0.tar.gz@/feed@view/demo-1.0.tar.gz");
  // pip takes these for a fragment wherever they stand behind an &, Poetry hashes anywhere.
  for (const char* url :
       {"/demo-1.0.tar.gz?x&egg=demo-9.0", "/demo-1.0.tar.gz?x&%65gg=demo-9.0",
        "/demo-1.0.tar.gz?x&subdirectory=y", "/demo-1.0.tar.gz?sha256=00", "/a&md5=0/demo-1.0.tar.gz"}) {
    EXPECT_FALSE(file_at(url)) << url << " " << address_of(url);
  }
  // pip reads a path as UTF-8 and would ask for something else.
  EXPECT_FALSE(file_at("/%FF/demo-1.0.tar.gz"));
  // Poetry escapes these in a query, others do not.
  EXPECT_EQ(address_of("/demo-1.0.tar.gz?a=(b)!*~%7e"),
            "https://index.test/demo-1.0.tar.gz?a=%28b%29%21%2A~~");
}

TEST(PageFile, HasADateThatEveryInstallerReads) {
  const auto date_of = [](std::string text) {
    IndexFile listed;
    listed.filename = listed.url = "demo-1.0.tar.gz";
    listed.upload_time = std::move(text);
    return PageFile::make(listed, {}, kPage, kDemo)->listed().upload_time.value_or("");
  };
  EXPECT_EQ(date_of("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(date_of("2026-01-02T03:04:05.1+01:00"), "2026-01-02T03:04:05.100000+01:00");
  EXPECT_EQ(date_of("2026-01-02T03:04:05.123456789Z"), "2026-01-02T03:04:05.123456Z");
  for (const char* odd :
       {"2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:60Z",
        "0000-01-01T00:00:00Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05+24:00", "2026-01-02T03:04:05.Z",
        "2026-01-02 03:04:05Z", "9999-12-31T23:59:59-01:00"}) {
    EXPECT_EQ(date_of(odd), "") << odd;
  }
}

TEST(PageFile, LeavesOutWhatReadersWouldTakeForDifferentThings) {
  for (const char* url :
       {"evil-1.0.tar.gz", "demo-1.1.tar.gz", "demo-1.0.tar.gz/", "x%2Fdemo-1.0.tar.gz",
        "demo%252D1.0.tar.gz", "download?demo-1.0.tar.gz", "/a;b/demo-1.0.tar.gz", "demo-1.0.tar.gz;x",
        "/a%00/demo-1.0.tar.gz", "/a%5Cb/demo-1.0.tar.gz", "/%/demo-1.0.tar.gz", "/a[1]/demo-1.0.tar.gz",
        "ftp://h/demo-1.0.tar.gz", "git+https://h/demo-1.0.tar.gz", "file:///demo-1.0.tar.gz",
        "https://h:0/demo-1.0.tar.gz", "mailto:Ann <x@y>", "https://h/demo-1.0.tar.gz\\x"}) {
    EXPECT_FALSE(file_at(url)) << url << " " << address_of(url);
  }
}

TEST(PageFile, BelongsToItsProject) {
  for (const char* name : {"demo-1.0-py3-none-any.whl", "Demo-1.0.zip", "demo-99999999999999999999-1.tar.gz",
                           "demo-1.0.tgz", "demo-old.tar.bz2", "demo-1!2.0.tar.gz"}) {
    EXPECT_TRUE(file_at(name, name)) << name << " " << address_of(name, name);
  }
  for (const char* name : {"evil-1.0.tar.gz", "demonstration-1.0.tar.gz", "demo_x-1.0-py3-none-any.whl",
                           "demo-1.0.exe", "demo-1.0.tar.gz.asc", "demo-1 .0.tar.gz", "d\xc3\xa9mo-1.0.zip",
                           "", "..", "demo-1.0\".zip", "demo-<1>.zip", "demo-1.0%41.zip"}) {
    EXPECT_FALSE(file_at(name, name)) << name;
  }
  IndexFile any;
  any.filename = any.url = "evil-1.0.tar.gz";
  EXPECT_TRUE(PageFile::make(any, {}, kPage, std::nullopt)) << "a page of files of any project";
}

TEST(PageFile, IsFoundByWhateverAnInstallerAsksFor) {
  const auto file =
      file_at("https://h/%2B/demo-1.0+cpu-py3-none-any.whl?a=b", "demo-1.0+cpu-py3-none-any.whl");
  ASSERT_TRUE(file);
  for (const char* asked :
       {"https://h/+/demo-1.0+cpu-py3-none-any.whl?a=b", "https://h/%2b/demo-1.0%2Bcpu-py3-none-any.whl?a=b",
        "https://H:443/x/../+/%64emo-1.0+cpu-py3-none-any.whl?%61=b#sha256=0"}) {
    EXPECT_EQ(address_key(*Url::parse(asked)), file->key()) << asked;
  }
  for (const char* asked :
       {"https://h/+/demo-1.0+cpu-py3-none-any.whl", "https://h/+/demo-1.0+cpu-py3-none-any.whl?a=c",
        "http://h/+/demo-1.0+cpu-py3-none-any.whl?a=b", "https://h/%2F/demo-1.0+cpu-py3-none-any.whl?a=b"}) {
    EXPECT_NE(address_key(*Url::parse(asked)), file->key()) << asked;
  }
  EXPECT_NE(address_key(*Url::parse("https://h/a%2Fb")), address_key(*Url::parse("https://h/a/b")));
  EXPECT_NE(address_key(*Url::parse("https://h/?a%26b")), address_key(*Url::parse("https://h/?a&b")));
}

TEST(PageFile, HasTextsWithoutControlCharacters) {
  IndexFile listed;
  listed.filename = listed.url = "demo-1.0.tar.gz";
  listed.requires_python = ">=3\n";
  listed.yanked = "a\x01";
  listed.upload_time = "yesterday";
  listed.provenance = "mailto:x";
  const auto file = PageFile::make(listed, {}, kPage, kDemo);
  ASSERT_TRUE(file);
  EXPECT_FALSE(file->listed().requires_python || file->listed().upload_time);
  EXPECT_EQ(file->listed().yanked, "");
  EXPECT_TRUE(file->provenance_unusable());
}

TEST(PageFile, OffersMetadataOfWheelsOnly) {
  const auto offers = [](const char* url, const char* name) {
    IndexFile listed;
    listed.filename = name;
    listed.url = url;
    listed.core_metadata = true;
    return PageFile::make(listed, {}, kPage, kDemo)->offers_metadata();
  };
  EXPECT_TRUE(offers("demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl"));
  EXPECT_FALSE(offers("demo-1.0-py3-none-any.whl?x=1", "demo-1.0-py3-none-any.whl"));
  EXPECT_FALSE(offers("demo-1.0.tar.gz", "demo-1.0.tar.gz"));
}

std::string page_of(PageFormat format, PageFile file, const PageHead& head = {}) {
  PageWriter writer(format, kDemo);
  writer.add(file);
  return writer.head(head) + writer.text() + writer.tail(head);
}

TEST(PageWriter, WritesWhatIsReadAgainAsTheSame) {
  IndexFile listed;
  listed.filename = listed.url = "demo-1.0-py3-none-any.whl";
  listed.sha256 = sha256(bytes_of(std::string_view("x")));
  listed.requires_python = ">=3.8,<4 \"'";
  listed.yanked = "a <b> \"c\" & d";
  listed.core_metadata = true;
  listed.core_metadata_sha256 = sha256(bytes_of(std::string_view("y")));
  listed.provenance = "/p?x=1&y=2";
  for (const PageFormat format : {PageFormat::json, PageFormat::html}) {
    IndexFile copy = listed;
    const auto first = PageFile::make(copy, {}, kPage, kDemo);
    ASSERT_TRUE(first);
    PageHead head;
    head.api_version = "1.4";
    head.status = "archived";
    const std::string text = page_of(format, *first, head);
    const auto again =
        format == PageFormat::json ? parse_simple_json(bytes_of(text)) : parse_simple_html(bytes_of(text));
    ASSERT_TRUE(again) << again.error().message() << text;
    EXPECT_EQ(again->status, "archived");
    ASSERT_EQ(again->files.size(), 1U) << text;
    IndexFile read = again->files[0];
    const auto second = PageFile::make(read, again->base, kPage, kDemo);
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ(page_of(format, *second, *again), text);
    EXPECT_EQ(second->listed().yanked, listed.yanked);
    EXPECT_EQ(second->listed().requires_python, listed.requires_python);
    EXPECT_EQ(second->provenance()->to_string(), "https://index.test/p?x=1&y=2");
  }
}

TEST(PageWriter, WritesHashesIntoHtmlThatEveryInstallerKnows) {
  IndexFile listed;
  listed.filename = listed.url = "demo-1.0.tar.gz";
  listed.other_hashes = {{"blake2b_256", std::string(64, 'a')}, {"sha1", std::string(40, 'b')}};
  IndexFile copy = listed;
  EXPECT_TRUE(
      page_of(PageFormat::html, *PageFile::make(copy, {}, kPage, kDemo)).contains("demo-1.0.tar.gz\">"));
  listed.other_hashes.emplace("sha512", std::string(128, 'c'));
  EXPECT_TRUE(page_of(PageFormat::html, *PageFile::make(listed, {}, kPage, kDemo)).contains("#sha512=cc"));
}

TEST(PageWriter, WritesNothingOfTheIndexsOwnWords) {
  PageHead head;
  head.name = "</title><a href=x>";
  head.api_version = "1.\"><a href=x>";
  head.status = "\"><a href=x>";
  head.versions = {"1.0", "\"]}"};
  PageWriter json(PageFormat::json, kDemo);
  EXPECT_EQ(json.head(head) + json.tail(head),
            R"({"files":[],"meta":{"api-version":"1.0"},"name":"demo","versions":["1.0"]})");
  PageWriter html(PageFormat::html, kDemo);
  EXPECT_FALSE((html.head(head) + html.tail(head)).contains("<a"));
}

TEST(PageWriter, WritesListsOfProjects) {
  EXPECT_EQ(write_project_list(PageFormat::json, {"Foo.Bar", "a\"b"}),
            R"({"meta":{"api-version":"1.0"},"projects":[{"name":"Foo.Bar"}]})");
  EXPECT_EQ(*read_project_list_html(bytes_of(write_project_list(PageFormat::html, {"Foo.Bar", "six"}))),
            (std::vector<std::string>{"foo-bar", "six"}));
}

}  // namespace
}  // namespace tomme
