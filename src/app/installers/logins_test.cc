#include "app/installers/logins.h"

#include <gtest/gtest.h>

#include "app/installers/plan_testing.h"

// Of several places for one index; the places themselves are in plan_logins_test.cc.
namespace tomme::guard {
namespace {

constexpr char kUvConfig[] = "[[index]]\nname = \"my-index.2\"\nurl = \"https://corp.test/simple\"\n";

/// The user and the password that https://corp.test/simple/demo/ is asked with: "ann:secret", or "".
std::string login_for(std::string_view command, const Environment& environment = {},
                      const Files& files = {}) {
  const Result<Plan> plan = make_plan(invocation_of(command, environment, files));
  if (!plan) return plan.error().message();
  const std::string sent = plan->credentials.authorization_for(*Url::parse("https://corp.test/simple/demo/"));
  for (const char* user : {"ann", "bob", ""}) {
    for (const char* password : {"secret", "other", ""}) {
      if (sent == make_login(user, password)->authorization()) return std::string(user) + ":" + password;
    }
  }
  return sent;
}

TEST(LoginsOf, AUserInTheAddressIsCompletedByItsOwnPassword) {
  const std::string sync = "uv sync";
  const auto uv = [&](const std::string& user) {
    return Files{
        {"/project/uv.toml", "[[index]]\nname = \"corp\"\nurl = \"https://" + user + "corp.test/simple\"\n"}};
  };
  const Environment password{{"UV_INDEX_CORP_PASSWORD", "secret"}};
  EXPECT_EQ(login_for(sync, password, uv("ann@")), "ann:secret");
  EXPECT_EQ(
      login_for(sync, {{"UV_INDEX_CORP_USERNAME", "ann"}, {"UV_INDEX_CORP_PASSWORD", "secret"}}, uv("ann@")),
      "ann:secret");
  // Somebody else's password is not sent under this name, nor over one that is given.
  EXPECT_EQ(
      login_for(sync, {{"UV_INDEX_CORP_USERNAME", "bob"}, {"UV_INDEX_CORP_PASSWORD", "secret"}}, uv("ann@")),
      "ann:");
  EXPECT_EQ(login_for(sync, {{"UV_INDEX_CORP_USERNAME", "ann"}, {"UV_INDEX_CORP_PASSWORD", "other"}},
                      uv("ann:secret@")),
            "ann:secret");
}

TEST(LoginsOf, AVariableHasTheIndexsNameInCapitals) {
  const Files files{{"/project/uv.toml", kUvConfig}};
  EXPECT_EQ(
      login_for("uv sync",
                {{"UV_INDEX_MY_INDEX_2_USERNAME", "ann"}, {"UV_INDEX_MY_INDEX_2_PASSWORD", "secret"}}, files),
      "ann:secret");
  // Another index's, another installer's.
  for (const char* stem : {"UV_INDEX_MY_INDEX", "UV_INDEX_my-index.2", "POETRY_HTTP_BASIC_MY_INDEX_2"}) {
    const std::string name = stem;
    EXPECT_EQ(login_for("uv sync", {{name + "_USERNAME", "ann"}, {name + "_PASSWORD", "secret"}}, files), "")
        << stem;
  }
}

TEST(LoginsOf, NetrcComesLastAndItsDefaultIsForAnyHost) {
  const Files files{{"/project/uv.toml", kUvConfig},
                    {"/users/ada/.netrc",
                     "machine other.test login ann password other\ndefault login bob password other\n"}};
  EXPECT_EQ(login_for("uv sync", {}, files), "bob:other");
  EXPECT_EQ(
      login_for("uv sync",
                {{"UV_INDEX_MY_INDEX_2_USERNAME", "ann"}, {"UV_INDEX_MY_INDEX_2_PASSWORD", "secret"}}, files),
      "ann:secret");
  // One that is named and is not there: no other place is looked at.
  EXPECT_EQ(login_for("uv sync", {{"NETRC", "/etc/none"}}, files), "");
}

TEST(LoginsOf, WhereNothingIsGivenNothingIsSent) {
  EXPECT_EQ(login_for("pip install -i https://corp.test/simple six"), "");
  EXPECT_EQ(login_for("pip install -i https://ann:secret@other.test/simple --extra-index-url "
                      "https://corp.test/simple six"),
            "");
}

}  // namespace
}  // namespace tomme::guard
