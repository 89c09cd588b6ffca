#include "app/run/child_environment.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/plan.h"
#include "app/installers/plan_testing.h"

namespace tomme::guard {
namespace {

const Secret<std::string>& proxy_url() {
  static const Secret<std::string> url(std::string("http://tomme:pw@127.0.0.1:4711"));
  return url;
}

Environment child_of(std::string_view command, Environment environment = {}, Files files = {}) {
  Result<Plan> plan = make_plan(invocation_of(command, std::move(environment), std::move(files)));
  EXPECT_TRUE(plan.has_value());
  return child_environment(
      *plan, {proxy_url(), {"/run/bundle.pem", "/run/authorities", "/run/own.pem"}, "/run/cache", "/kept"});
}

TEST(ChildEnvironment, PnpmKeepsAStoreOfItsOwnWhereItInstallsPython) {
  Files files{{"/project/pnpm-workspace.yaml", "packages: []\npython:\n  enabled: true\n"}};
  Environment child = child_of("pnpm install", {}, files);
  EXPECT_EQ(child["PNPM_CONFIG_STORE_DIR"], "/kept");
  EXPECT_EQ(child["PNPM_CONFIG_HTTPS_PROXY"], proxy_url().reveal());
  files["/project/pnpm-workspace.yaml"] = "packages: []\n";
  EXPECT_FALSE(child_of("pnpm install", {}, files).contains("PNPM_CONFIG_STORE_DIR"));
}

TEST(ChildEnvironment, IsWhatInstallersWereMeasuredToRead) {
  Environment child =
      child_of("pip install six", {{"PATH", "/bin"}, {"NO_PROXY", "*"}, {"no_proxy", "pypi.org"}});
  for (const char* name :
       {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "PIP_PROXY"}) {
    EXPECT_EQ(child[name], proxy_url().reveal()) << name;
  }
  for (const char* name : {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    EXPECT_EQ(child[name], "/run/bundle.pem") << name;
  }
  EXPECT_EQ(child["PIP_CERT"], "/run/authorities");
  EXPECT_EQ(child["SSL_CERT_DIR"], "/run/authorities");
  EXPECT_EQ(child["SSL_CERT_FILE"], "/run/own.pem");
}

TEST(ChildEnvironment, OthersThanPipReadOneFile) {
  const Result<Plan> plan = make_plan(invocation_of("uv pip install six"));
  ASSERT_TRUE(plan);
  Environment uv =
      child_environment(*plan, {proxy_url(), {"/run/bundle.pem", "", ""}, "/run/cache", "/kept"});
  for (const char* name : {"PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    EXPECT_EQ(uv[name], "/run/bundle.pem") << name;
  }
  EXPECT_FALSE(uv.contains("SSL_CERT_DIR"));
}

TEST(ChildEnvironment, CachesAreOfThisRun) {
  Environment child = child_of("pip install six", {{"PATH", "/bin"}, {"NO_PROXY", "*"}});
  for (const char* name : {"PIP_CACHE_DIR", "UV_CACHE_DIR", "POETRY_CACHE_DIR", "PDM_CACHE_DIR",
                           "PIPENV_CACHE_DIR", "PIP_TOOLS_CACHE_DIR"}) {
    EXPECT_THAT(child[name], ::testing::StartsWith("/run/cache/")) << name;
  }
  // Present and empty, so that a .env file cannot fill them in.
  EXPECT_EQ(child.at("NO_PROXY"), "");
  EXPECT_EQ(child.at("no_proxy"), "");
  EXPECT_EQ(child["PATH"], "/bin");
  EXPECT_FALSE(child.contains("NIX_SSL_CERT_FILE"));
}

TEST(ChildEnvironment, OverwritesEverySpellingOfTheUsers) {
  Environment user{
      {"PIP_Proxy", "x"},        {"PIP_--PROXY", "x"},       {"PIP_cert", "x"},
      {"PIP_NO_PROXY_ENV", "1"}, {"PIP_Cache_Dir", "x"},     {"PIP_NO_CACHE_DIR", "0"},
      {"PIP_ISOLATED", "1"},     {"NIX_SSL_CERT_FILE", "x"}, {"PIP_INDEX_URL", "https://corp.test/"}};
  Environment child = child_of("pip install six", user);
  for (const char* gone : {"PIP_Proxy", "PIP_--PROXY", "PIP_cert", "PIP_NO_PROXY_ENV", "PIP_Cache_Dir",
                           "PIP_NO_CACHE_DIR", "PIP_ISOLATED"}) {
    EXPECT_FALSE(child.contains(gone)) << gone;
  }
  EXPECT_EQ(child["NIX_SSL_CERT_FILE"], "/run/bundle.pem");
  EXPECT_EQ(child["PIP_INDEX_URL"], "https://corp.test/");
}

TEST(ChildEnvironment, KeepsPoetrysVirtualEnvironmentsWhereTheyAre) {
  EXPECT_EQ(child_of("poetry install")["POETRY_VIRTUALENVS_PATH"], "/users/ada/.cache/pypoetry/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"POETRY_CACHE_DIR", "/c"}})["POETRY_VIRTUALENVS_PATH"],
            "/c/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"XDG_CACHE_HOME", "/x"}})["POETRY_VIRTUALENVS_PATH"],
            "/x/pypoetry/virtualenvs");
  EXPECT_EQ(child_of("poetry install", {{"POETRY_VIRTUALENVS_PATH", "/v"}})["POETRY_VIRTUALENVS_PATH"], "/v");
  Files files{
      {"/users/ada/.config/pypoetry/config.toml", "cache-dir='/k'\n[virtualenvs]\npath='{cache-dir}/v'\n"}};
  EXPECT_EQ(child_of("poetry install", {}, files)["POETRY_VIRTUALENVS_PATH"], "/k/v");
  EXPECT_FALSE(child_of("pip install six").contains("POETRY_VIRTUALENVS_PATH"));
}

TEST(ChildEnvironment, BeatsPoetrysOwnCertificates) {
  Files files{{"/users/ada/.config/pypoetry/config.toml",
               "[certificates.my-corp]\ncert='/old.pem'\nclient-cert='/c'\n"}};
  Environment child =
      child_of("poetry install",
               {{"POETRY_CERTIFICATES_X_CERT", "false"}, {"POETRY_CERTIFICATES_X_CLIENT_CERT", "/c"}}, files);
  EXPECT_EQ(child["POETRY_CERTIFICATES_MY_CORP_CERT"], "/run/bundle.pem");
  EXPECT_EQ(child["POETRY_CERTIFICATES_X_CERT"], "/run/bundle.pem");
  EXPECT_EQ(child["POETRY_CERTIFICATES_X_CLIENT_CERT"], "/c");
}

TEST(ChildEnvironment, NeverLinksIntoTheRunsCache) {
  EXPECT_EQ(child_of("uv sync", {{"UV_LINK_MODE", "symlink"}})["UV_LINK_MODE"], "copy");
  EXPECT_EQ(child_of("uv sync", {}, {{"/project/uv.toml", "link-mode='symlink'"}})["UV_LINK_MODE"], "copy");
  EXPECT_EQ(child_of("uv sync", {{"UV_LINK_MODE", "hardlink"}})["UV_LINK_MODE"], "hardlink");
  EXPECT_FALSE(child_of("uv sync").contains("UV_LINK_MODE"));
}

TEST(ChildEnvironment, WaitsLongEnoughForAFileToBeJudged) {
  Environment child = child_of(
      "pip install six", {{"PIP_TIMEOUT", "2"}, {"UV_HTTP_TIMEOUT", "180"}, {"PIP_DEFAULT_TIMEOUT", "x"}});
  EXPECT_EQ(child["PIP_TIMEOUT"], "600");
  EXPECT_EQ(child["UV_HTTP_TIMEOUT"], "600");
  EXPECT_EQ(child["PIP_DEFAULT_TIMEOUT"], "x");
  EXPECT_EQ(child["PDM_REQUEST_TIMEOUT"], "600");
  EXPECT_EQ(child["POETRY_REQUESTS_TIMEOUT"], "600");
  EXPECT_FALSE(child.contains("HTTP_TIMEOUT"));
}

TEST(ChildEnvironment, EverySpellingOfPnpmsSettingsIsOurs) {
  const Files python{{"/project/pnpm-workspace.yaml", "python: {enabled: true}\n"}};
  const Environment child = child_of(
      "pnpm install",
      {{"pnpm_config_store_dir", "/x"}, {"PNPM_CONFIG_NOPROXY", "*"}, {"PNPM_CONFIG_OTHER", "y"}}, python);
  EXPECT_FALSE(child.contains("pnpm_config_store_dir"));
  EXPECT_EQ(child.at("PNPM_CONFIG_STORE_DIR"), "/kept");
  EXPECT_EQ(child.at("PNPM_CONFIG_NOPROXY"), "none.invalid");
  EXPECT_EQ(child.at("PNPM_CONFIG_OTHER"), "y");
  EXPECT_EQ(child.at("NODE_EXTRA_CA_CERTS"), "/run/bundle.pem");
  EXPECT_THAT(child.at("PNPM_CONFIG_CACHE_DIR"), ::testing::StartsWith("/run/cache/"));
}

}  // namespace
}  // namespace tomme::guard
