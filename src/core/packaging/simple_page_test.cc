#include "core/packaging/simple_page.h"

#include <gtest/gtest.h>
#include <string>

#include "core/encoding/errors.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

const std::string kHex(64, 'a');
const std::string kOtherHex(64, 'b');

Result<SimplePage> json_page(const std::string& file, const std::string& more = "") {
  const std::string text =
      R"({"meta":{"api-version":"1.4"},"name":"foo","files":[)" + file + "]" + more + "}";
  return parse_simple_json(bytes_of(text));
}
std::string json_file(const std::string& members = "") {
  return R"({"filename":"foo-1.0.tar.gz","url":"../../files/foo-1.0.tar.gz","hashes":{"sha256":")" + kHex +
         "\"}" + members + "}";
}
Result<SimplePage> html_page(const std::string& text, const PageLimits& limits = {}) {
  return parse_simple_html(bytes_of(text), limits);
}

TEST(SimpleJson, ReadsAFile) {
  const auto page = json_page(
      json_file(
          R"(,"size":12,"yanked":"broken","provenance":"https://index.example/p","core-metadata":{"sha256":")" +
          kOtherHex +
          R"("},"requires-python":null,"upload-time":"2024-10-03T18:07:01.000000Z","_private":1)"),
      R"(,"versions":["1.0"],"project-status":{"status":"archived"})");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->name, "foo");
  EXPECT_EQ(page->api_version, "1.4");
  EXPECT_EQ(page->status, "archived");
  ASSERT_EQ(page->files.size(), 1U);
  const IndexFile& file = page->files[0];
  EXPECT_EQ(file.filename, "foo-1.0.tar.gz");
  EXPECT_EQ(file.sha256->to_hex(), kHex);
  EXPECT_EQ(file.size, 12U);
  EXPECT_EQ(file.provenance, "https://index.example/p");
  EXPECT_TRUE(file.core_metadata);
  EXPECT_EQ(file.core_metadata_sha256->to_hex(), kOtherHex);
  EXPECT_EQ(file.yanked, "broken");
  EXPECT_EQ(page->url_of(file, *Url::parse("https://index.example/simple/foo/"))->to_string(),
            "https://index.example/files/foo-1.0.tar.gz");
}

TEST(SimpleJson, ReadsWhatIsOptional) {
  const IndexFile plain = json_page(json_file())->files[0];
  EXPECT_FALSE(plain.provenance || plain.size || plain.core_metadata || plain.yanked);
  EXPECT_FALSE(json_page(json_file(R"(,"provenance":null,"yanked":false,"core-metadata":false)"))
                   ->files[0]
                   .provenance);
  EXPECT_EQ(json_page(json_file(R"(,"provenance":"")"))->files[0].provenance, "")
      << "listed, though of no use";
  EXPECT_TRUE(json_page(json_file(R"(,"core-metadata":true)"))->files[0].core_metadata);
  EXPECT_TRUE(json_page(json_file(R"(,"dist-info-metadata":true)"))->files[0].core_metadata);
  EXPECT_FALSE(json_page(json_file(R"(,"core-metadata":false,"data-dist-info-metadata":true)"))
                   ->files[0]
                   .core_metadata);
  EXPECT_EQ(json_page(json_file(R"(,"yanked":true)"))->files[0].yanked, "");
  EXPECT_EQ(json_page("")->files.size(), 0U);
}

TEST(SimpleJson, ReadsTheStatusWhereTheSpecsExampleHasIt) {
  const std::string text =
      R"({"meta":{"api-version":"1.4","project-status":{"status":"quarantined"}},"name":"foo","files":[]})";
  EXPECT_EQ(parse_simple_json(bytes_of(text))->status, "quarantined");
}

TEST(SimpleJson, KeepsRivalsVisible) {
  const auto page = json_page(json_file() + "," + json_file(R"(,"size":1)"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->named("foo-1.0.tar.gz").size(), 2U);
  EXPECT_EQ(page->named("foo-1.1.tar.gz").size(), 0U);
}

TEST(SimpleJson, RefusesOtherShapes) {
  for (const std::string members :
       {R"(,"size":-1)", R"(,"size":"1")", R"(,"size":1.5)", R"(,"provenance":1)", R"(,"provenance":{})",
        R"(,"yanked":1)", R"(,"core-metadata":"true")", R"(,"core-metadata":{"sha256":1})",
        R"(,"core-metadata":{"sha256":"00"})"}) {
    EXPECT_FALSE(json_page(json_file(members))) << members;
  }
  EXPECT_TRUE(json_page(json_file(R"(,"url":"twice")")).error().is(kJsonInvalid));
  EXPECT_FALSE(json_page(R"({"filename":"foo-1.0.zip","url":"foo-1.0.zip","hashes":{"sha256":"AA"}})"));
  EXPECT_FALSE(json_page(R"({"filename":"foo-1.0.zip","url":"foo-1.0.zip","hashes":[]})"));
  EXPECT_FALSE(json_page(R"({"filename":"foo-1.0.zip","hashes":{}})"));
  EXPECT_FALSE(json_page(R"({"url":"foo-1.0.zip","hashes":{}})"));
  EXPECT_FALSE(json_page(R"({"filename":"foo-1.0.zip","url":"a b","hashes":{}})"));
  const auto version2 =
      parse_simple_json(bytes_of(R"({"meta":{"api-version":"2.0"},"name":"foo","files":[]})"));
  EXPECT_TRUE(version2.error().is(kPageInvalid));
  EXPECT_FALSE(parse_simple_json(bytes_of(R"({"name":"foo","files":[]})")));
  EXPECT_FALSE(parse_simple_json(bytes_of(R"({"meta":{"api-version":"1.0"},"name":"foo"})")));
}

TEST(SimpleJson, RefusesALinkThatPipAndUvTakeForDifferentFiles) {
  for (std::string_view url : {"https://h/evil-1.0.tar.gz", "foo-1.1.tar.gz", "foo-1.0.zip",
                               "foo-1.0.tar.gz/", "foo-1.0.tar.gz?x=/evil-1.0.tar.gz", "foo-1.0.tar%2Egz%2F",
                               "x%2Ffoo-1.0.tar.gz", "foo%252D1.0.tar.gz", "foo-1.0.tar.gz#egg=evil-1.0"}) {
    const auto page =
        json_page(R"({"filename":"foo-1.0.tar.gz","hashes":{},"url":")" + std::string(url) + "\"}");
    ASSERT_FALSE(page) << url;
    EXPECT_TRUE(page.error().is(kPageAmbiguous)) << url;
  }
  for (std::string_view url :
       {"Foo-1.0.0.tar.gz", "download?id=3", "foo-1.0.tar.gz?x=/y", "foo%2D1.0.tar.gz"}) {
    EXPECT_TRUE(json_page(R"({"filename":"foo-1.0.tar.gz","hashes":{},"url":")" + std::string(url) + "\"}"))
        << url;
  }
}

TEST(SimpleJson, TakesHashesFromTheFragmentToo) {
  const auto same = json_page(R"({"filename":"f-1.zip","hashes":{},"url":"f-1.zip#sha256=)" + kHex + "\"}");
  EXPECT_EQ(same->files[0].sha256->to_hex(), kHex);
  EXPECT_EQ(same->files[0].url, "f-1.zip");
  const auto rival = json_page(R"({"filename":"f-1.zip","hashes":{"sha256":")" + kOtherHex +
                               R"("},"url":"f-1.zip#sha256=)" + kHex + "\"}");
  EXPECT_TRUE(rival.error().is(kPageAmbiguous));
}

TEST(SimpleJson, HasLimits) {
  PageLimits limits;
  limits.files = 1;
  const std::string text =
      R"({"meta":{"api-version":"1.0"},"name":"foo","files":[)" + json_file() + "," + json_file() + "]}";
  EXPECT_TRUE(parse_simple_json(bytes_of(text), limits).error().is(kPageTooLarge));
  limits.files = 2;
  limits.bytes = text.size();
  EXPECT_TRUE(parse_simple_json(bytes_of(text), limits));
  limits.bytes -= 1;
  EXPECT_TRUE(parse_simple_json(bytes_of(text), limits).error().is(kPageTooLarge));
}

TEST(SimpleHtml, ReadsAPage) {
  const auto page =
      html_page(R"(<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.4">
    <meta name="pypi:project-status" content="deprecated">
    <meta charset=utf-8>
    <title>Links for foo</title>
  </head>
  <body>
    <h1>Links for foo</h1>
    <a href="https://files.example/a/foo-1.0-py3-none-any.whl#sha256=)" +
                kHex + R"(" data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=)" + kOtherHex +
                R"(" data-core-metadata="sha256=)" + kOtherHex +
                R"(" data-provenance="https://index.example/p?a=1&amp;b=2">foo-1.0-py3-none-any.whl</a><br />
    <A HREF='foo-1.1&#43;x.zip#md5=00' DATA-YANKED='a &lt; b'>foo-1.1+x.zip</A><br/>
    <a href="../">up</a> <a name="top">no link</a> <abbr>a</abbr>
  </body>
</html>
<!--SERIAL 27-->
)");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->api_version, "1.4");
  EXPECT_EQ(page->status, "deprecated");
  ASSERT_EQ(page->files.size(), 3U);
  const IndexFile& wheel = page->files[0];
  EXPECT_EQ(wheel.filename, "foo-1.0-py3-none-any.whl");
  EXPECT_EQ(wheel.url, "https://files.example/a/foo-1.0-py3-none-any.whl");
  EXPECT_EQ(wheel.sha256->to_hex(), kHex);
  EXPECT_EQ(wheel.core_metadata_sha256->to_hex(), kOtherHex);
  EXPECT_EQ(wheel.provenance, "https://index.example/p?a=1&b=2");
  EXPECT_FALSE(wheel.yanked);
  const IndexFile& sdist = page->files[1];
  EXPECT_EQ(sdist.filename, "foo-1.1+x.zip");
  EXPECT_EQ(sdist.yanked, "a < b");
  EXPECT_EQ(sdist.other_hashes.at("md5"), "00");
  EXPECT_EQ(page->files[2].url, "../");
}

TEST(SimpleHtml, KeepsRivalsVisible) {
  const auto page =
      html_page(R"(<a href="x/foo-1.zip">foo-1.zip</a><a href="y/foo-1.zip" data-provenance>foo-1.zip</a>)");
  EXPECT_EQ(page->named("foo-1.zip").size(), 2U);
  EXPECT_EQ(page->files[1].provenance, "") << "listed, though of no use";
}

TEST(SimpleHtml, HonoursBaseWhereAllClientsDo) {
  const auto page = html_page(
      "<!DOCTYPE html><html lang=en><head><title>x</title><base href=\"https://cdn.example/d/\"></head>"
      "<body><a href=\"foo-1.zip\">foo-1.zip</a></body></html>");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->url_of(page->files[0], *Url::parse("https://index.example/"))->to_string(),
            "https://cdn.example/d/foo-1.zip");
  for (std::string_view text :
       {"<base href='https://a/'><base href='https://b/'>", "<BASE href='https://a/'>", "<base href='/a/'>",
        "<base>", "<base href='ftp://a/'>", "<base href=https://a/>",
        "<a href='x'>x</a><base href='https://a/'>", "<link href='x'><base href='https://a/'>",
        "<title><base href='https://a/'></title>", "<script><base href='https://a/'></script>",
        "<!-- <base href='https://a/'> -->", "<meta content=\"<base href='https://a/'>\">",
        "<html lang='<base href=\"https://a/\">'>", "<!DOCTYPE <base href='https://a/'>",
        "<![CDATA[<base href='https://a/'>]]>", "<?x <base href='https://a/'>",
        "<body title='<base href=\"https://a/\">'>"}) {
    EXPECT_FALSE(html_page(std::string(text))) << text;
  }
}

TEST(SimpleHtml, RefusesLinksThatParsersReadDifferently) {
  for (std::string_view text : {"<a",
                                "<a ",
                                "<a href",
                                "<a href=",
                                "<a href='x",
                                "<a href=x>",
                                "<a href = 'x'>",
                                "<a href= 'x'>",
                                "<a href ='x'>",
                                "<a/href='x'>",
                                "<a\vhref='x'>",
                                "<a href='x'href='y'>",
                                "<a href='x' href='y'>",
                                "<a href='x' HREF='y'>",
                                "<a href='x' / >",
                                "<a href='x' \"y>",
                                "<a href='x' a.href='y'>",
                                "<a href='x' data-x hhref='y'>",
                                "<a-b href='x'>",
                                "<a\xc2\xa0href='x'>",
                                "<a href='x' =y>",
                                "<!-- <a href='x'> -->",
                                "<!--> <a href='x'> -->",
                                "<!-- --!> <a href='x'>",
                                "<!-- -- > <a href='x'> -->",
                                "<!-- <a href='x'>",
                                "<a title=\"<a href='x'>\" href='y'>",
                                "<a href='x' title='<A>'>",
                                "<div title='<a href=\"'><a href='x'>",
                                "<a href='x' title='<base'>"}) {
    const auto page = html_page(std::string(text));
    ASSERT_FALSE(page) << text;
    EXPECT_TRUE(page.error().is(kPageAmbiguous)) << text;
  }
}

TEST(SimpleHtml, SeesALinkWhereverAClientMight) {
  for (std::string_view text :
       {"<script><a href='f-1.zip'></script>", "<textarea><a href='f-1.zip'></textarea>",
        "<title><a href='f-1.zip'></title>", "<![CDATA[<a href='f-1.zip'>]]>", "<?php <a href='f-1.zip'> ?>",
        "<!x <a href='f-1.zip'>", "<p a='<a href=\"f-1.zip\">", "<!-- x --><a href='f-1.zip'>",
        "<<a href='f-1.zip'/>", "<a\r\n\t href='f-1.zip' >", "\xef\xbb\xbf<a href='f-1.zip'>"}) {
    const auto page = html_page(std::string(text));
    ASSERT_TRUE(page) << text << page.error().message();
    ASSERT_EQ(page->files.size(), 1U) << text;
    EXPECT_EQ(page->files[0].filename, "f-1.zip") << text;
  }
}

TEST(SimpleHtml, DecodesOnlyWhatAllDecodeAlike) {
  const auto url = [](std::string_view value) {
    auto page = html_page("<a href=\"" + std::string(value) + "\">");
    return page ? page->files.at(0).url : "refused: " + std::string(page.error().code().name);
  };
  EXPECT_EQ(url("x?a=1&amp;b=2"), "x?a=1&b=2");
  EXPECT_EQ(url("x?a=1&b=2&"), "x?a=1&b=2&");
  EXPECT_EQ(url("x&#45;y&#x2D;z&#X2d;"), "x-y-z-");
  EXPECT_EQ(url("&apos;"), "'");
  for (std::string_view value :
       {"x?a&copy=1", "x?a&amp", "x?a&notit=1", "x?&eacute;", "x&#45", "x&#x;", "x&#;", "x&#0;", "x&#128;",
        "x&#xD800;", "x&#x110000;", "x&#99999999999;", "x?&foo;"}) {
    EXPECT_EQ(url(value), "refused: page/ambiguous") << value;
  }
  EXPECT_EQ(url("x&quot;"), "refused: url/invalid");
  EXPECT_EQ(url("x&#xe9;"), "refused: url/invalid");
  EXPECT_EQ(url(" x"), "refused: url/invalid");
}

TEST(SimpleHtml, RefusesOtherBytesThanUtf8) {
  EXPECT_TRUE(html_page("<p>\xff</p>").error().is(kPageInvalid));
  EXPECT_TRUE(html_page(std::string("<p>\0</p>", 8)).error().is(kPageInvalid));
  EXPECT_FALSE(html_page("<meta name=\"pypi:repository-version\" content=\"2.0\">"));
  EXPECT_FALSE(html_page("<a href='f-1.zip#sha256=00'>"));
  EXPECT_FALSE(html_page("<a href='f-1.zip#sha256=" + kHex + "&sha256=" + kOtherHex + "'>"));
}

TEST(SimpleHtml, HasLimits) {
  PageLimits limits;
  limits.files = 1;
  EXPECT_TRUE(html_page("<a href='x'>", limits));
  EXPECT_TRUE(html_page("<a href='x'><a href='y'>", limits).error().is(kPageTooLarge));
  limits.bytes = 12;
  EXPECT_TRUE(html_page("<a href='x'>", limits));
  EXPECT_TRUE(html_page("<a href='x'> ", limits).error().is(kPageTooLarge));
}

}  // namespace
}  // namespace tomme
