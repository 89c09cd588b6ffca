#include "app/relay/look_up.h"

#include <gtest/gtest.h>

#include "io/net/http_server.h"
#include "io/net/net_test_support.h"
#include "io/remote/errors.h"

namespace tomme::guard {
namespace {

using net::testing::FunctionHandler;

constexpr char kWheel[] = "demo-1.0-py3-none-any.whl";

/// An index that wants a login, if any, and answers a stranger as `stranger` has it.
class Index {
 public:
  explicit Index(std::string files, SharedLogin login = nullptr, unsigned stranger = 401)
      : files_(std::move(files)), login_(std::move(login)), stranger_(stranger) {}

  std::string simple() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/simple/"; }
  std::size_t asked() const { return handler_.requests().size(); }
  std::string redirect_to;  ///< for strangers

 private:
  void answer(const net::Request& request, net::ResponseWriter& out) const {
    if (login_ && request.headers.find("Authorization") != login_->authorization()) {
      net::Headers headers;
      if (!redirect_to.empty()) headers.add("Location", redirect_to);
      static_cast<void>(out.respond(redirect_to.empty() ? stranger_ : 302, "", headers, ""));
      return;
    }
    const std::string page = R"({"meta":{"api-version":"1.3"},"name":"demo","files":[{"filename":")" +
                             std::string(kWheel) + R"(","url":")" + files_ + kWheel +
                             R"(","hashes":{},"provenance":"http://127.0.0.1/proof"}]})";
    static_cast<void>(out.respond(200, "", {{"Content-Type", "application/vnd.pypi.simple.v1+json"}}, page));
  }

  std::string files_;
  SharedLogin login_;
  unsigned stranger_;
  FunctionHandler handler_{
      [this](const net::Request& request, net::ResponseWriter& out) { answer(request, out); }};
  std::unique_ptr<net::HttpServer> server_ = *net::HttpServer::start({}, handler_);
};

class LookUp : public ::testing::Test {
 protected:
  static Url url(const std::string& text) { return *Url::parse(text); }
  void use(LookUpOptions options) {
    look_up_ =
        std::make_unique<IndexLookUp>(client_, listing_, [](const Url&) { return true; }, std::move(options));
  }
  /// "listed", "not listed", or the code of the error.
  std::string find(const std::string& file) {
    const auto found = look_up_->find(url(file), kWheel, {});
    if (!found) return std::string(found.error().code().name);
    return *found ? "listed" : "not listed";
  }
  std::string file_of(const std::string& host) const { return host + kWheel; }

  const SharedLogin ann_ = make_login("ann", "s3cr3t");
  net::HttpClient client_{{}};
  Listing listing_;
  std::unique_ptr<IndexLookUp> look_up_;
};

constexpr char kFiles[] = "http://127.0.0.1:9/files/";

TEST_F(LookUp, CarriesTheLoginOfTheSettings) {
  const Index index(kFiles, ann_);
  LookUpOptions options{.indexes = {*Url::parse(index.simple())}};
  options.credentials.add(url(index.simple()), ann_);
  use(std::move(options));
  EXPECT_EQ(find(file_of(kFiles)), "listed");
  EXPECT_TRUE(look_up_->notes().empty());
}

TEST_F(LookUp, ReadsAPageOnce) {
  const Index index(kFiles);
  use({.indexes = {*Url::parse(index.simple())}});
  const auto find_version = [&](const std::string& version) {
    const std::string name = "demo-" + version + ".tar.gz";
    const auto found = look_up_->find(url(kFiles + name), name, {});
    return found && *found;
  };
  EXPECT_FALSE(find_version("1"));
  EXPECT_FALSE(find_version("2"));
  EXPECT_EQ(find(file_of(kFiles)), "listed");
  EXPECT_EQ(index.asked(), 1U);
}

TEST_F(LookUp, AsksAgainWithAnotherLoginOnly) {
  const Index index(kFiles, ann_);
  use({.indexes = {*Url::parse(index.simple())}});
  EXPECT_EQ(find(file_of(kFiles)), "not listed");
  EXPECT_EQ(find(file_of(kFiles)), "not listed");
  EXPECT_EQ(index.asked(), 1U);
  look_up_->learn_authorization({"GET", url(index.simple()), {{"Authorization", ann_->authorization()}}});
  EXPECT_EQ(find(file_of(kFiles)), "listed");
  EXPECT_EQ(index.asked(), 2U);
}

TEST_F(LookUp, CarriesWhatTheInstallerSent) {
  const Index index(kFiles, ann_);
  use({.indexes = {*Url::parse(index.simple())}});
  EXPECT_EQ(find(file_of(kFiles)), "not listed");
  EXPECT_EQ(look_up_->notes().size(), 1U);
  look_up_->learn_authorization(
      {"GET", url(index.simple() + "other/"), {{"Authorization", ann_->authorization()}}});
  EXPECT_EQ(find(file_of(kFiles)), "listed");
  EXPECT_TRUE(look_up_->notes().empty());
}

TEST_F(LookUp, OfAStrangerTellsNothing) {
  for (const unsigned status : {401U, 403U, 404U}) {
    const Index index(kFiles, ann_, status);
    use({.indexes = {*Url::parse(index.simple())}});
    EXPECT_EQ(find(file_of(kFiles)), "not listed") << status;
    EXPECT_EQ(look_up_->notes().size(), 1U) << status;
    use({.indexes = {*Url::parse(index.simple())}, .proof_required = true});
    EXPECT_EQ(find(file_of(kFiles)), kIndexDenied.name) << status;
    use({.indexes = {*Url::parse(index.simple())}, .expected = {*ProjectName::parse("demo")}});
    EXPECT_EQ(find(file_of(kFiles)), kIndexDenied.name) << status;
    use({.indexes = {*Url::parse(index.simple())}, .expected = {*ProjectName::parse("other")}});
    EXPECT_EQ(find(file_of(kFiles)), "not listed") << status;
  }
}

TEST_F(LookUp, DoesNotFollowToAnotherIndex) {
  const Index elsewhere(kFiles);
  Index index(kFiles, ann_);
  index.redirect_to = elsewhere.simple() + "demo/";
  use({.indexes = {*Url::parse(index.simple())}, .proof_required = true});
  EXPECT_EQ(find(file_of(kFiles)), kIndexDenied.name);
  EXPECT_EQ(elsewhere.asked(), 0U);
}

TEST_F(LookUp, AsksTheIndexOfTheLockAlone) {
  const Index first(kFiles);
  const Index second(kFiles);
  use({.indexes = {*Url::parse(first.simple()), *Url::parse(second.simple())},
       .locked_files = {{address_key(url(file_of(kFiles))), url(second.simple())}}});
  EXPECT_EQ(find(file_of(kFiles)), "listed");
  EXPECT_EQ(first.asked(), 0U);
  EXPECT_EQ(second.asked(), 1U);
}

TEST_F(LookUp, AsksTheIndexOfTheFilesOwnOriginAlone) {
  const Index home(kFiles);  // it lists the file at another address
  const Index other(kFiles, ann_);
  use({.indexes = {*Url::parse(other.simple()), *Url::parse(home.simple())}, .proof_required = true});
  EXPECT_EQ(find(file_of(home.simple())), "not listed");
  EXPECT_EQ(other.asked(), 0U);
  EXPECT_EQ(home.asked(), 1U);
}

TEST_F(LookUp, TellsPypiNothingOfOtherHosts) {
  // pypi.org is no address that answers here: asked, it would be an error.
  use({.indexes = {*Url::parse("http://pypi.org:9/simple/")}, .proof_required = true});
  EXPECT_EQ(find(file_of(kFiles)), "not listed");
}

TEST_F(LookUp, KnowsTheLoginOfTheNearestIndex) {
  use({.indexes = {}});
  const auto learn = [&](const char* address, const char* value) {
    look_up_->learn_authorization({"GET", url(address), {{"Authorization", value}}});
  };
  learn("http://h/a/simple/x/", "A");
  learn("http://h/a/simple/y/?q=/b/", "A");
  learn("http://h/b/simple/x/", "B");
  EXPECT_EQ(look_up_->authorization_for(url("http://h/a/simple/z/")), "A");
  EXPECT_EQ(look_up_->authorization_for(url("http://h/b/files/z")), "B");
  EXPECT_EQ(look_up_->authorization_for(url("https://h/a/simple/z/")), "");
  EXPECT_EQ(look_up_->authorization_for(url("http://h:8080/a/simple/z/")), "");
}

}  // namespace
}  // namespace tomme::guard
