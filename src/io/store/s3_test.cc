#include <fcntl.h>
#include <gtest/gtest.h>

#include "core/encoding/percent.h"
#include "io/net/net_test_support.h"
#include "io/store/blob_store.h"
#include "io/store/errors.h"
#include "io/store/s3_address_internal.h"
#include "io/store/s3_signing_internal.h"
#include "io/store/s3_xml_internal.h"
#include "io/store/store_test_support.h"
#include "io/system/errors.h"

namespace tomme::store {
namespace {

using net::testing::FunctionHandler;
using testing::FaultProxy;

// The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single
// Chunk".

S3Credentials example_credentials(std::string token = "") {
  return {"AKIAIOSFODNN7EXAMPLE", Secret(std::string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
          Secret(std::move(token))};
}

net::Request example_request(std::string method, std::string target) {
  return {.method = std::move(method), .url = *Url::parse("https://examplebucket.s3.amazonaws.com" + target)};
}

std::string signature_of(net::Request request) {
  sign_s3_request(request, example_credentials(), "us-east-1", *parse_rfc3339("2013-05-24T00:00:00Z"));
  const std::string_view all = *request.headers.find("authorization");
  return std::string(all.substr(all.find("SignedHeaders=") + 14));
}

TEST(S3Signing, GivesWhatTheExamplesGive) {
  net::Request get = example_request("GET", "/test.txt");
  get.headers.add("Range", "bytes=0-9");
  EXPECT_EQ(signature_of(get),
            "host;range;x-amz-content-sha256;x-amz-date,Signature="
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  net::Request put = example_request("PUT", "/" + percent_encode("test$file.text", "/"));
  put.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  put.body = to_bytes(bytes_of("Welcome to Amazon S3."));
  EXPECT_EQ(signature_of(put),
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature="
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  EXPECT_EQ(signature_of(example_request("GET", "/?max-keys=2&prefix=J")),
            "host;x-amz-content-sha256;x-amz-date,Signature="
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signing, SignsTheSessionTokenAndShowsNoKey) {
  net::Request request = example_request("GET", "/");
  sign_s3_request(request, example_credentials("the-token"), "us-east-1", Time());
  EXPECT_EQ(request.headers.find("x-amz-security-token"), "the-token");
  EXPECT_TRUE(request.headers.find("authorization")->contains("x-amz-security-token,"));
  for (const net::Header& field : request.headers) EXPECT_FALSE(field.value.contains("wJalr"));
}

TEST(S3Signing, EscapesAllButTheUnreserved) {}

TEST(S3Address, ReadsWhatItMeans) {
  const auto plain = S3Address::parse("s3://my.bucket-1", "eu-central-1");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->endpoint.to_string(), "https://s3.eu-central-1.amazonaws.com");
  EXPECT_EQ(plain->bucket, "my.bucket-1");
  EXPECT_EQ(plain->prefix, "");
  EXPECT_EQ(plain->describe(), "s3://my.bucket-1/");
  const auto full =
      S3Address::parse("s3://abc/x/y/?region=r-2&endpoint=https%3A%2F%2Fstore.test%3A9000", "r-1");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->endpoint.to_string(), "https://store.test:9000");
  EXPECT_EQ(full->prefix, "x/y/");
  EXPECT_EQ(full->region, "r-2");
  EXPECT_EQ(full->describe(), "s3://abc/x/y");
  EXPECT_TRUE(S3Address::parse("s3://abc?endpoint=http://127.0.0.1:9000", "r"));
  EXPECT_TRUE(S3Address::parse("s3://abc?endpoint=http://[::1]:9000", "r"));
  EXPECT_TRUE(S3Address::parse("s3://abc?endpoint=http://localhost:9000", "r"));
}

TEST(S3Address, RefusesWhatItCannotMean) {
  for (const std::string& text : {std::string("s3:abc"),
                                  std::string("s3://"),
                                  std::string("s3://ab"),
                                  std::string(64, 'a').insert(0, "s3://"),
                                  std::string("s3://Abc"),
                                  std::string("s3://a..b"),
                                  std::string("s3://abc/../x"),
                                  std::string("s3://abc//x"),
                                  std::string("s3://abc/x y"),
                                  std::string("s3://abc/") + std::string(101, 'a'),
                                  std::string("s3://abc?endpoint=http://store.test"),
                                  std::string("s3://abc?endpoint=http://127.evil.test"),
                                  std::string("s3://abc?endpoint=https://h/path"),
                                  std::string("s3://abc?endpoint=ftp://h"),
                                  std::string("s3://abc?endpoint=https://u:p@h"),
                                  std::string("s3://abc?region=%4"),
                                  std::string("s3://abc?region=a/b"),
                                  std::string("s3://abc?region"),
                                  std::string("s3://abc?region=%zz"),
                                  std::string("s3://u:p@abc")}) {
    const auto address = S3Address::parse(text, "r");
    ASSERT_FALSE(address) << text;
    EXPECT_TRUE(address.error().is(kStoreAddress));
  }
}

TEST(S3Address, ShowsNoSecret) {
  const auto address = S3Address::parse("s3://abc?secret_key=hunter2", "r");
  ASSERT_FALSE(address);
  EXPECT_TRUE(address.error().message().contains("secret_key"));
  EXPECT_FALSE(address.error().message().contains("hunter2"));
}

constexpr std::string_view kEntry =
    "<Contents><Key>a&amp;b</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified><ETag>x</ETag>"
    "<Size>12</Size><Owner><ID>i</ID></Owner></Contents>";

std::string listing(std::string_view inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
         "xmlns=\"http://s3.amazonaws.com/doc/\">" +
         std::string(inside) + "</ListBucketResult>";
}

TEST(S3Xml, ReadsAList) {
  const std::string xml = listing("<Name>n</Name>" + std::string(kEntry) + "<IsTruncated>true</IsTruncated>" +
                                  std::string(kEntry) + "<New><Key>other</Key></New>");
  const auto read = parse_s3_listing(bytes_of(xml));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->truncated);
  ASSERT_EQ(read->objects.size(), 2U);
  EXPECT_EQ(read->objects[0].key, "a&b");
  EXPECT_EQ(read->objects[0].stat.size, 12U);
  EXPECT_EQ(read->objects[0].stat.modified, *parse_rfc3339("2026-01-02T03:04:05Z"));
  EXPECT_FALSE(parse_s3_listing(bytes_of(listing("")))->truncated);
}

TEST(S3Xml, RefusesWhatIsNoList) {
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "<a>";
  for (int i = 0; i < 20; ++i) deep += "</a>";
  for (const std::string& xml :
       {std::string(), std::string("<ListBucketResult>"), std::string("<Other></Other>"),
        listing("<Contents></Contents>"), listing("<Contents><Key>a</Key><Size>1</Size></Contents>"),
        listing("<Contents><Key>a</Key><Size>-1</Size><LastModified>2026-01-02T03:04:05Z</LastModified></"
                "Contents>"),
        listing("<IsTruncated>maybe</IsTruncated>"), listing(deep), listing("&unknown;"), listing("\x01"),
        "<!DOCTYPE x [<!ENTITY e \"b\">]>" + listing(kEntry).substr(39),
        listing("<Name>" + std::string(70'000, 'x') + "</Name>")}) {
    const auto read = parse_s3_listing(bytes_of(xml));
    ASSERT_FALSE(read) << xml.substr(0, 200);
    EXPECT_TRUE(read.error().is(kStoreDamaged));
  }
}

TEST(S3Xml, ReadsTheCodeOfAnError) {
  EXPECT_EQ(s3_error_code(bytes_of("<Error><Code>NoSuchKey</Code><Message>m</Message></Error>")),
            "NoSuchKey");
  EXPECT_EQ(s3_error_code(bytes_of("<Error><Code>a\nb</Code></Error>")), "a\\x0ab");
  EXPECT_EQ(s3_error_code(bytes_of("<html>")), "");
  EXPECT_EQ(s3_error_code({}), "");
}

/// A server that answers as a test wants.
class S3FaultTest : public ::testing::Test {
 protected:
  S3FaultTest() {
    ::setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 0);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secretsecret", 0);
    server_ = *net::HttpServer::start({}, handler_);
  }
  void TearDown() override { server_.reset(); }  // before anything that its answers use

  Result<std::unique_ptr<BlobStore>> open(const BlobLimits& limits = {.attempts = 3}) const {
    return open_blob_store("s3://bucket/p?endpoint=http://127.0.0.1:" + std::to_string(server_->port()),
                           limits);
  }
  static void answer_list(net::ResponseWriter& response) {
    [[maybe_unused]] const auto sent =
        response.respond(200, "", {}, listing("<IsTruncated>false</IsTruncated>"));
  }
  void answer_with(unsigned status, std::string body = "", net::Headers headers = {}) {
    answer_ = [=, body = std::move(body), headers = std::move(headers)](const net::Request&,
                                                                        net::ResponseWriter& to) {
      [[maybe_unused]] const auto sent = to.respond(status, "", headers, body);
    };
  }

  FunctionHandler::Function answer_;
  FunctionHandler handler_{[this](const net::Request& request, net::ResponseWriter& response) {
    if (answer_) return answer_(request, response);
    answer_list(response);
  }};
  std::unique_ptr<net::HttpServer> server_;
  const BlobKey key_ = *BlobKey::parse("a/b+c");
};

TEST_F(S3FaultTest, SaysWhatIsWrongWhenItIsOpened) {
  answer_with(403, "<Error><Code>InvalidAccessKeyId</Code></Error>");
  const auto denied = open();
  ASSERT_FALSE(denied);
  EXPECT_TRUE(denied.error().is(kStoreDenied));
  EXPECT_TRUE(denied.error().message().contains("s3://bucket/p: ")) << denied.error().message();
  EXPECT_TRUE(denied.error().message().contains("InvalidAccessKeyId"));
  answer_with(404, "<Error><Code>NoSuchBucket</Code></Error>");
  EXPECT_TRUE(open().error().is(kStoreAddress));
  answer_with(301, "", {{"x-amz-bucket-region", "eu-west-9"}});
  EXPECT_TRUE(open().error().is(kStoreAddress));
  EXPECT_TRUE(open().error().hint().contains("eu-west-9"));
  answer_with(200, "<html>");
  EXPECT_TRUE(open().error().is(kStoreDamaged));
  server_->stop();
  EXPECT_TRUE(open({.attempts = 1}).error().is(kStoreUnreachable));
}

TEST_F(S3FaultTest, NeedsCredentials) {
  const std::string before = testing::environment("AWS_SECRET_ACCESS_KEY");
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  EXPECT_TRUE(open().error().is(kStoreDenied));
  ::setenv("AWS_SECRET_ACCESS_KEY", before.c_str(), 1);
  EXPECT_TRUE(open());
}

TEST_F(S3FaultTest, AsksAgainWhereTheServerIsOverloaded) {
  const auto store = *open();
  std::atomic<int> count = 0;
  answer_ = [&](const net::Request&, net::ResponseWriter& to) {
    [[maybe_unused]] const auto sent = to.respond(++count < 3 ? 503 : 200, "", {}, std::string_view());
  };
  EXPECT_TRUE(store->put(key_, bytes_of("x")));
  EXPECT_EQ(count, 3);
  EXPECT_EQ(handler_.requests().back().url.target(), "/bucket/p/a/b%2Bc");
  answer_with(503, "<Error><Code>SlowDown</Code></Error>");
  const auto given_up = store->put(key_, bytes_of("x"));
  ASSERT_FALSE(given_up);
  EXPECT_TRUE(given_up.error().is(kStoreUnreachable));
  EXPECT_TRUE(given_up.error().message().contains("SlowDown"));
}

TEST_F(S3FaultTest, SaysWhenTheDiskIsFull) {
  const auto store = *open();
  answer_with(507, "<Error><Code>XMinioStorageFull</Code></Error>");
  EXPECT_TRUE(store->put(key_, bytes_of("x")).error().is(kFileWrite));
  EXPECT_TRUE(store->put_if_absent(key_, bytes_of("x")).error().is(kFileWrite));
  const auto batch = store->batch();
  ASSERT_TRUE(batch->put(key_, bytes_of("x")));
  EXPECT_TRUE(batch->commit().error().is(kFileWrite));
  answer_with(200);
  EXPECT_TRUE(batch->commit());
  EXPECT_EQ(text_of(handler_.requests().back().body), "x");
}

TEST_F(S3FaultTest, KnowsItsOwnFirstTry) {
  const auto store = *open();
  std::string writer;
  // What is there already was put by this very call, over a connection that broke before the answer came.
  answer_ = [&](const net::Request& request, net::ResponseWriter& to) {
    if (request.method == "PUT") {
      EXPECT_EQ(request.headers.find("if-none-match"), "*");
      const bool first = writer.empty();
      writer = *request.headers.find("x-amz-meta-tomme-writer");
      if (first) return to.abort();
    }
    const net::Headers headers = {{"x-amz-meta-tomme-writer", writer}, {"last-modified", "x"}};
    [[maybe_unused]] const auto sent =
        to.respond(request.method == "PUT" ? 412 : 200, "", headers, std::string_view());
  };
  EXPECT_EQ(store->put_if_absent(key_, bytes_of("x")), true);
  answer_ = [&](const net::Request& request, net::ResponseWriter& to) {
    [[maybe_unused]] const auto sent =
        to.respond(request.method == "PUT" ? 412 : 200, "", {{"x-amz-meta-tomme-writer", "another"}},
                   std::string_view());
  };
  EXPECT_EQ(store->put_if_absent(key_, bytes_of("x")), false);
  answer_ = [&](const net::Request&, net::ResponseWriter& to) { to.abort(); };
  EXPECT_TRUE(store->put_if_absent(key_, bytes_of("x")).error().is(kStoreInDoubt));
  EXPECT_TRUE(store->put(key_, bytes_of("x")).error().is(kStoreUnreachable));
  answer_with(504);
  EXPECT_TRUE(store->put_if_absent(key_, bytes_of("x")).error().is(kStoreInDoubt));
  answer_ = [&](const net::Request& request, net::ResponseWriter& to) {
    if (request.method == "HEAD") return to.abort();
    [[maybe_unused]] const auto sent = to.respond(412, "", {}, std::string_view());
  };
  EXPECT_TRUE(store->put_if_absent(key_, bytes_of("x")).error().is(kStoreInDoubt));
}

TEST_F(S3FaultTest, NoticesAServerThatDoesNotKnowTheCondition) {
  const auto store = *open();
  answer_with(200);  // to all, as moto 5.0.2 and s3rver
  const auto refused = expect_put_if_absent(*store);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kStoreUnconditional)) << refused.error().message();
  EXPECT_EQ(handler_.requests().back().method, "DELETE");  // nothing stays
  answer_with(501, "<Error><Code>NotImplemented</Code></Error>");
  EXPECT_FALSE(expect_put_if_absent(*store));
  bool there = false;
  answer_ = [&](const net::Request& request, net::ResponseWriter& to) {
    const bool again = request.method == "PUT" && std::exchange(there, true);
    [[maybe_unused]] const auto sent = to.respond(again ? 412 : 200, "", {}, std::string_view());
  };
  EXPECT_TRUE(expect_put_if_absent(*store));
}

TEST_F(S3FaultTest, WaitsForAnotherWriterAndNotForEver) {
  const auto store = *open();
  answer_with(409, "<Error><Code>ConditionalRequestConflict</Code></Error>");
  EXPECT_FALSE(store->put_if_absent(key_, bytes_of("x")));
}

TEST_F(S3FaultTest, DoesNotWaitForASilentServer) {
  const auto store = *open({.request = std::chrono::milliseconds(1000)});
  std::atomic<bool> ended = false;
  answer_ = [&](const net::Request&, net::ResponseWriter& to) {
    while (!ended && !to.stop_token().stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    to.abort();
  };
  EXPECT_TRUE(store->get(key_, 100).error().is(kStoreTimeout));
  ended = true;
  server_.reset();  // its thread still reads `ended`
}

TEST_F(S3FaultTest, RefusesAnswersToOtherQuestions) {
  const auto store = *open();
  answer_with(206, "0123456789", {{"content-range", "bytes 0-9/10"}});
  EXPECT_TRUE(store->get_range(key_, 5, 10).error().is(kStoreDamaged));
  EXPECT_TRUE(store->get_range(key_, 0, 5).error().is(kStoreDamaged));
  EXPECT_TRUE(store->get_range(key_, 0, 10));
  answer_with(200, "0123456789");
  EXPECT_TRUE(store->get_range(key_, 0, 10).error().is(kStoreDamaged));
  EXPECT_TRUE(store->stat(key_).error().is(kStoreDamaged));  // no time
  answer_with(404, "<Error><Code>NoSuchBucket</Code></Error>");
  EXPECT_TRUE(store->get(key_, 10).error().is(kStoreAddress));
  EXPECT_TRUE(store->remove(key_).error().is(kStoreAddress));
  const auto entry = [](const std::string& name) {
    return "<Contents><Key>" + name +
           "</Key><LastModified>2026-01-02T03:04:05Z</LastModified><Size>1</Size></Contents>";
  };
  const std::string more = "<IsTruncated>true</IsTruncated>";
  for (const std::string& list :
       {more, entry("other/x"), entry("p/b") + entry("p/a"), entry("p/bad name") + more}) {
    answer_with(200, listing(list));
    EXPECT_TRUE(store->list("", "", 5).error().is(kStoreDamaged)) << list;
  }
  answer_with(200, listing(entry("p/bad name") + entry("p/good")));
  ASSERT_EQ(store->list("", "", 5)->entries.size(), 1U);
}

/// A server that takes a blob in parts of four bytes and does as it is told with the last request.
class S3PartsTest : public S3FaultTest {
 protected:
  S3PartsTest() {
    store_ = *open({.attempts = 3, .part = 4});
    answer_ = [this](const net::Request& request, net::ResponseWriter& to) { answer(request, to); };
  }
  void answer(const net::Request& request, net::ResponseWriter& to) {
    const std::string target = request.url.target();
    if (request.method == "POST" && target.ends_with("?uploads=")) {
      mark_ = request.headers.find("x-amz-meta-tomme-writer").value_or("");
      return say(
          to, 200,
          "<InitiateMultipartUploadResult><UploadId>u/1&amp;2</UploadId></InitiateMultipartUploadResult>");
    }
    if (request.method == "PUT") return say(to, part_status_, "", {{"etag", "\"tag\""}});
    if (request.method == "POST") return complete_(to);
    if (request.method == "HEAD") return say(to, 200, "", {{"x-amz-meta-tomme-writer", mark_}});
    ++dropped_;
    say(to, 204);
  }
  static void say(net::ResponseWriter& to, unsigned status, std::string_view body = "",
                  net::Headers headers = {}) {
    [[maybe_unused]] const auto sent = to.respond(status, "", headers, body);
  }
  Result<void> write(std::string_view text) {
    const auto writer = TRY(store_->writer(key_, text.size()));
    TRY(writer->append(bytes_of(text)));
    return writer->commit();
  }

  std::unique_ptr<BlobStore> store_;
  std::string mark_;
  unsigned part_status_ = 200;
  std::function<void(net::ResponseWriter&)> complete_ = [](net::ResponseWriter& to) { say(to, 200); };
  std::atomic<int> dropped_ = 0;
};

TEST_F(S3PartsTest, SendsPartsAndCompletesThem) {
  ASSERT_TRUE(write("0123456789"));
  std::vector<std::string> targets;
  const std::vector<net::Request> requests = handler_.requests();
  for (std::size_t i = requests.size() - 5; i < requests.size(); ++i) {
    targets.push_back(requests[i].method +
                      requests[i].url.target().substr(std::string("/bucket/p/a/b%2Bc").size()) + " " +
                      std::string(text_of(requests[i].body)));
  }
  EXPECT_EQ(targets[0], "POST?uploads= ");
  EXPECT_EQ(targets[1], "PUT?partNumber=1&uploadId=u%2F1%262 0123");
  EXPECT_EQ(targets[3], "PUT?partNumber=3&uploadId=u%2F1%262 89");
  EXPECT_TRUE(
      targets[4].starts_with("POST?uploadId=u%2F1%262 <CompleteMultipartUpload><Part><PartNumber>1<"));
  EXPECT_EQ(dropped_, 0);
  ASSERT_TRUE(write("0123"));
  EXPECT_EQ(handler_.requests().back().method, "PUT");
  EXPECT_TRUE(store_->writer(key_, (std::uint64_t{5} << 40U) + 1).error().is(kFileTooLarge));
}

TEST_F(S3PartsTest, DropsWhatDoesNotComeToItsEnd) {
  part_status_ = 403;
  EXPECT_TRUE(write("0123456789").error().is(kStoreDenied));
  EXPECT_EQ(dropped_, 1);
  part_status_ = 200;
  complete_ = [](net::ResponseWriter& to) { say(to, 200, "<Error><Code>InternalError</Code></Error>"); };
  const auto failed = write("0123456789");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message().contains("InternalError")) << failed.error().message();
  EXPECT_EQ(dropped_, 2);
}

TEST_F(S3PartsTest, ALostAnswerToTheLastRequestIsNoFailure) {
  std::atomic<int> tries = 0;
  complete_ = [&](net::ResponseWriter& to) {
    if (++tries == 1) return to.abort();
    say(to, 404, "<Error><Code>NoSuchUpload</Code></Error>");
  };
  EXPECT_TRUE(write("0123456789"));
  EXPECT_EQ(dropped_, 0);
  tries = 1;
  answer_ = [&](const net::Request& request, net::ResponseWriter& to) {
    answer(request, to);
    mark_ = "another";
  };
  EXPECT_FALSE(write("0123456789"));
}

/// A real server behind a network that fails.
class S3NetworkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string address = testing::environment("TOMME_TEST_S3");
    if (address.empty()) GTEST_SKIP() << "tests/storage_test.py starts an S3 server for this";
    const auto port = address.find("127.0.0.1:") + 10;
    const std::string digits = address.substr(port, address.find_first_not_of("0123456789", port) - port);
    proxy_ = std::make_unique<FaultProxy>(static_cast<std::uint16_t>(std::stoi(digits)));
    address.replace(port, digits.size(), std::to_string(proxy_->port()));
    address.insert(address.find('?'), "/" + testing::unique_name());
    store_ = *open_blob_store(address, {.request = std::chrono::milliseconds(1000)});
  }
  std::unique_ptr<FaultProxy> proxy_;
  std::unique_ptr<BlobStore> store_;
  const BlobKey key_ = *BlobKey::parse("a/b");
};

TEST_F(S3NetworkTest, AnAnswerThatIsLostIsNotADoubt) {
  proxy_->answers_to_lose = 1;
  EXPECT_EQ(store_->put_if_absent(key_, bytes_of("mine")), true);
  EXPECT_EQ(store_->put_if_absent(key_, bytes_of("mine")), false);
  proxy_->answers_to_lose = 1;
  EXPECT_EQ(text_of(**store_->get(key_, 100)), "mine");
}

TEST_F(S3NetworkTest, WhatWasCutWhileItWasSentIsNotSeen) {
  ASSERT_TRUE(store_->put(key_, bytes_of("old")));
  proxy_->cut_all();
  proxy_->cut_after = 500'000;
  proxy_->connections_to_cut = 1000;
  const Bytes large(2'000'000, 'x');
  EXPECT_TRUE(store_->put(key_, large).error().is(kStoreUnreachable));
  EXPECT_EQ(text_of(**store_->get(key_, 100)), "old");
  const BlobKey another = *BlobKey::parse("a/c");
  EXPECT_TRUE(store_->put_if_absent(another, large).error().is(kStoreInDoubt));
  EXPECT_EQ(store_->exists(another), false);
  proxy_->connections_to_cut = 1;  // the next try gets through
  EXPECT_TRUE(store_->put(key_, large));
  EXPECT_EQ(**store_->get(key_, large.size()), large);
}

TEST_F(S3NetworkTest, SilenceHasAnEnd) {
  proxy_->stalled = true;
  EXPECT_TRUE(store_->stat(key_).error().is(kStoreTimeout));
  proxy_->stalled = false;
  EXPECT_EQ(*store_->stat(key_), std::nullopt);
}

}  // namespace
}  // namespace tomme::store
