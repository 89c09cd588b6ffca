#include "io/remote/simple_client.h"

#include <gtest/gtest.h>

#include "io/net/http_server.h"
#include "io/net/net_test_support.h"
#include "io/remote/errors.h"

namespace tomme {
namespace {

using net::testing::FunctionHandler;

/// An index that gives every question the same answer.
class SimpleClientTest : public ::testing::Test {
 protected:
  void answer(unsigned status, net::Headers headers, std::string body) {
    server_.reset();
    handler_ = std::make_unique<FunctionHandler>([=](const net::Request&, net::ResponseWriter& out) {
      static_cast<void>(out.respond(status, "", headers, body));
    });
    server_ = *net::HttpServer::start({}, *handler_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/simple/"; }
  Error provenance_error() {
    return fetch_provenance(client_, *Url::parse(url()), "", &is_secure_origin).error();
  }
  Error page_error() {
    return fetch_project_page(client_, *Url::parse(url()), *ProjectName::parse("demo"), "", &is_secure_origin)
        .error();
  }

  net::HttpClient client_{{}};
  std::unique_ptr<FunctionHandler> handler_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(SimpleClientTest, AnAnswerThatComesEncodedIsNotTakenForItsContent) {
  answer(200, {{"Content-Type", "application/json"}, {"Content-Encoding", "br"}}, "\x1f\x8b");
  const Error provenance = provenance_error();
  EXPECT_TRUE(provenance.is(kProvenanceUnavailable));
  EXPECT_TRUE(provenance.message().contains("encoded as br")) << provenance.message();
  const Error page = page_error();
  EXPECT_TRUE(page.is(kIndexUnavailable));
  EXPECT_TRUE(page.message().contains("encoded as br")) << page.message();
  answer(200, {{"Content-Encoding", "identity"}}, "{}");
  EXPECT_EQ(fetch_provenance(client_, *Url::parse(url()), "", &is_secure_origin).value(), "{}");
}

TEST_F(SimpleClientTest, ARedirectElsewhereNamesTheHostThatWouldHelp) {
  const auto hint_to = [&](const std::string& location) {
    answer(302, {{"Location", location}}, "");
    const auto same_place = [this](const Url& to) { return to.origin() == Url::parse(url())->origin(); };
    const Error error =
        fetch_project_page(client_, *Url::parse(url()), *ProjectName::parse("demo"), "", same_place).error();
    EXPECT_TRUE(error.is(kRedirect)) << error.message();
    EXPECT_FALSE(error.message().contains("s3cr3t")) << error.message();
    return std::string(error.hint());
  };
  EXPECT_TRUE(hint_to("https://storage.test/f?sig=s3cr3t").contains("--file-host storage.test has"));
  EXPECT_TRUE(hint_to("https://storage.test:8443/f").contains("--file-host storage.test:8443 has"));
  EXPECT_TRUE(hint_to("http://storage.test/f").contains("https"));
}

TEST_F(SimpleClientTest, A401IsSaidInWords) {
  answer(401, {}, "");
  EXPECT_TRUE(page_error().message().contains("status 401: it wants a user name and a password"));
  EXPECT_TRUE(provenance_error().message().contains("status 401: it wants a user name and a password"));
}

}  // namespace
}  // namespace tomme
