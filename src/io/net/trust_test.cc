#include "io/net/trust.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/net/errors.h"
#include "io/net/net_test_support.h"
#include "testing/folder.h"

namespace tomme::net {
namespace {

using ::testing::HasSubstr;
using tomme::testing::TestFolder;

std::string certificate(const std::string& body) {
  return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
}

class Trust : public ::testing::Test {
 protected:
  Trust() {
    std::filesystem::create_directory(folder_.path("hashed"));
    std::filesystem::create_directory(folder_.path("other"));
    hashed_ = folder_.path("hashed");
    folder_.write("hashed/0123abcd.0", certificate("first"));
    folder_.write("hashed/0123abcd.1", certificate("second"));
    folder_.write("hashed/README", "none");
    std::filesystem::create_symlink("nowhere", folder_.path("hashed/0123abce.0"));
    file_ = folder_.write("own.pem", certificate("own"));
  }

  TestFolder folder_;
  std::string hashed_, file_;
};

TEST_F(Trust, AFolderOfHashedCertificatesStandsWhereAFileMay) {
  const TrustSettings settings{.named = {{hashed_, "REQUESTS_CA_BUNDLE"}}};
  const auto store = TrustStore::find(settings);
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_EQ(store->directory, hashed_);
  EXPECT_EQ(store->file, "");
  const auto pem = authorities_as_pem(settings);
  ASSERT_TRUE(pem) << pem.error().message();
  EXPECT_THAT(*pem, HasSubstr(certificate("first")));
  EXPECT_THAT(*pem, HasSubstr(certificate("second")));
}

TEST_F(Trust, AllThatAreNamedAreBelieved) {
  const std::string second = folder_.write("second.pem", certificate("further"));
  const TrustSettings settings{
      .named = {{file_, "SSL_CERT_FILE"}, {hashed_, "PIP_CERT"}, {second, "CURL_CA_BUNDLE"}}};
  const auto store = TrustStore::find(settings);
  ASSERT_TRUE(store) << store.error().message();
  EXPECT_EQ(store->directory, hashed_);
  EXPECT_EQ(store->file, "");
  EXPECT_THAT(store->pem, HasSubstr(certificate("own")));
  EXPECT_THAT(store->pem, HasSubstr(certificate("further")));
  EXPECT_EQ(settings.describe(), "the authorities of SSL_CERT_FILE and PIP_CERT and CURL_CA_BUNDLE");
  const auto one = TrustStore::find({.named = {{file_, "SSL_CERT_FILE"}}});
  EXPECT_EQ(one->file, file_);
  EXPECT_EQ(one->pem, "");
}

TEST_F(Trust, OneTextHasEachCertificateOnce) {
  const std::string both =
      folder_.write("both.pem", "a comment\n" + certificate("own") + certificate("new") + "-----BEGIN");
  const auto pem = authorities_as_pem(
      {.named = {{file_, "SSL_CERT_FILE"}, {both, "PIP_CERT"}, {file_, "CURL_CA_BUNDLE"}}});
  ASSERT_TRUE(pem) << pem.error().message();
  EXPECT_EQ(*pem, certificate("own") + certificate("new"));
}

TEST_F(Trust, OfAListOfFoldersOneMustBeThere) {
  const auto some = TrustStore::find(
      {.named = {{"/no/where:" + hashed_ + "::" + folder_.path("other"), "SSL_CERT_DIR", true}}});
  ASSERT_TRUE(some) << some.error().message();
  EXPECT_EQ(some->directory, hashed_ + ":" + folder_.path("other"));
  const auto none = TrustStore::find({.named = {{"/no/where:/no/other", "SSL_CERT_DIR", true}}});
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().is(kNetTrustFile));
  EXPECT_THAT(none.error().message(), HasSubstr("SSL_CERT_DIR"));
}

TEST_F(Trust, WhatCannotBeReadIsNamedWithItsSetting) {
  for (const std::string& path : {folder_.path("absent"), folder_.write("empty.pem", "none")}) {
    const auto store = TrustStore::find({.named = {{path, "PIP_CERT"}}});
    ASSERT_FALSE(store);
    EXPECT_TRUE(store.error().is(kNetTrustFile));
    EXPECT_THAT(store.error().message(), HasSubstr("PIP_CERT"));
    EXPECT_THAT(store.error().message(), HasSubstr(path));
    EXPECT_FALSE(authorities_as_pem({.named = {{path, "PIP_CERT"}}}));
  }
}

TEST_F(Trust, AFolderHasEachCertificateUnderItsHash) {
  // Two of one name, one of them twice; what is no certificate is passed over.
  const std::string own = testing::TestAuthority().pem();
  const std::string users = testing::TestAuthority().pem();
  const std::string named = folder_.write("named.pem", users + own + certificate("none"));
  const std::string out = folder_.path("out");
  std::filesystem::create_directory(out);
  ASSERT_TRUE(
      write_authorities_folder({.named = {{named, "PIP_CERT"}, {hashed_, "SSL_CERT_DIR", true}}}, own, out));
  std::vector<std::string> names;
  std::string contents;
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    names.push_back(entry.path().filename().string());
    if (entry.is_symlink()) continue;
    std::ifstream file(entry.path());
    contents.append(std::istreambuf_iterator<char>(file), {});
  }
  std::ranges::sort(names);
  ASSERT_EQ(names.size(), 5U);  // the dangling link is one; `openssl x509 -hash` of CN=test root is 2faabc7f
  EXPECT_THAT(
      names, ::testing::IsSupersetOf({"2faabc7f.0", "2faabc7f.1", "0123abcd.0", "0123abcd.1", "0123abce.0"}));
  EXPECT_EQ(contents.size(), own.size() + users.size());
  EXPECT_THAT(contents, HasSubstr(own));
  EXPECT_THAT(contents, HasSubstr(users));
  EXPECT_EQ(std::filesystem::read_symlink(out + "/0123abcd.1"), hashed_ + "/0123abcd.1");
  EXPECT_FALSE(write_authorities_folder({.named = {{named, "PIP_CERT"}}}, own, folder_.path("absent")));
}

}  // namespace
}  // namespace tomme::net
