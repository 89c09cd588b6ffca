#include "io/remote/credentials.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

Url url(std::string_view text) {
  return *Url::parse(text);
}
std::string of(const SharedLogin& login) {
  return login ? login->user + "|" + login->password.reveal() : "none";
}
std::string of(std::string_view netrc, const std::string& host) {
  const auto parsed = Netrc::parse(netrc);
  return parsed ? of(parsed->of(host)) : "no netrc";
}
std::string basic(const char* user, const char* password) {
  return make_login(user, password)->authorization();
}

TEST(Login, IsCutOffAnAddress) {
  const auto split = split_login("https://ann:p%40ss%zz@host:8443/simple/?a@b");
  EXPECT_EQ(split.address, "https://host:8443/simple/?a@b");
  EXPECT_EQ(of(split.login), "ann|p@ss%zz");
  EXPECT_EQ(of(split_login("https://token@host/").login), "token|");
  EXPECT_EQ(of(split_login("https://a@b:c@host/").login), "a@b|c");
  EXPECT_EQ(split_login("https://host/a@b").login, nullptr);
  EXPECT_EQ(split_login("https://@host/").address, "https://host/");
  EXPECT_EQ(split_login("https://@host/").login, nullptr);
  EXPECT_EQ(split_login("a:b@c").address, "a:b@c");
}

TEST(Login, IsSentAsRfc7617Has) {
  EXPECT_EQ(make_login("Aladdin", "open sesame")->authorization(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST(Netrc, ReadsWhatPythonReads) {
  EXPECT_EQ(of("machine h login ann password s3cret", "h"), "ann|s3cret");
  EXPECT_EQ(of("machine h\n  login ann\n  password s3cret\n", "h"), "ann|s3cret");
  EXPECT_EQ(of("machine h user ann account x password s", "h"), "ann|s");
  EXPECT_EQ(of("machine h login ann password s", "other"), "none");
  EXPECT_EQ(of("machine H login ann password s", "h"), "ann|s");
  EXPECT_EQ(of("machine h password s", "h"), "|s");
}

TEST(Netrc, TakesTheLaterOfTwoAndTheDefaultForOthers) {
  constexpr std::string_view kTwo =
      "machine h login a password 1\nmachine h login b password 2\n"
      "default login c password 3\n";
  EXPECT_EQ(of(kTwo, "h"), "b|2");
  EXPECT_EQ(of(kTwo, "x"), "c|3");
  EXPECT_EQ(of(Netrc::parse(kTwo)->of_named("x")), "none");
}

TEST(Netrc, KnowsQuotesEscapesCommentsAndMacros) {
  EXPECT_EQ(of(R"(machine h login "a b" password "say \"hi\"")", "h"), R"(a b|say "hi")");
  EXPECT_EQ(of(R"(machine h login a\ b password \"x)", "h"), R"(a b|"x)");
  EXPECT_EQ(of("# machine no\nmachine h # here\n login ann #no\n password #1#\n", "h"), "ann|#1#");
  EXPECT_EQ(of("macdef init\ncd /pub\nmachine x login no password no\n\nmachine h login a password b\n", "h"),
            "a|b");
  EXPECT_EQ(of("macdef init\nmachine x login no password no\n\nmachine h login a password b\n", "x"), "none");
}

TEST(Netrc, IsNoneWhereItCannotBeRead) {
  for (const char* wrong : {"machine h login a passwort b", "machin h login a", "machine"}) {
    EXPECT_FALSE(Netrc::parse(wrong)) << wrong;
  }
  EXPECT_EQ(of("", "h"), "none");
}

TEST(Credentials, AreTheNearestIndexsOfTheSameOrigin) {
  Credentials known;
  known.add(url("https://h/a/simple"), make_login("a", "1"));
  known.add(url("https://h/b/simple/"), make_login("b", "2"));
  known.add(url("https://h/b/simple/"), make_login("late", "3"));
  known.add(url("https://h/none/"), nullptr);
  EXPECT_EQ(known.authorization_for(url("https://h/a/simple/demo/")), basic("a", "1"));
  EXPECT_EQ(known.authorization_for(url("https://h/b/simple/demo/")), basic("b", "2"));
  EXPECT_EQ(known.authorization_for(url("https://h/b/files/demo.whl")), basic("b", "2"));
  EXPECT_EQ(known.authorization_for(url("https://h/files/demo.whl")), basic("a", "1"));
  for (const char* other : {"https://h:8443/a/simple/", "https://x/a/simple/", "http://h/a/simple/"}) {
    EXPECT_EQ(known.authorization_for(url(other)), "") << other;
  }
}

TEST(Credentials, OfNetrcComeLast) {
  Credentials known;
  known.add(url("https://h/simple/"), make_login("ann", "1"));
  known.add(url("https://i/simple/"), make_login("bob", ""));
  known.add(url("https://j/simple/"), make_login("token", ""));
  known.use_netrc(
      *Netrc::parse("machine h login ann password no machine i login bob password 2 "
                    "machine j login other password no machine k login kim password 3"));
  EXPECT_EQ(known.authorization_for(url("https://h/simple/")), basic("ann", "1"));
  EXPECT_EQ(known.authorization_for(url("https://i/simple/")), basic("bob", "2"));
  EXPECT_EQ(known.authorization_for(url("https://j/simple/")), basic("token", ""));
  EXPECT_EQ(known.authorization_for(url("https://k:8443/x")), basic("kim", "3"));
  EXPECT_EQ(known.authorization_for(url("https://l/x")), "");
}

}  // namespace
}  // namespace tomme
