#include "app/installers/pipenv_lines.h"
#include "app/installers/plan_testing.h"

// pipenv pastes what its locks say into a requirements file of pip's, and takes other files where there is no
// Pipfile: all of that is read.
namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

const std::string kPipfile = "[packages]\ndemo='*'\n";
const std::string kPylock = "lock-version='1.0'\n[[packages]]\nname='demo'\n";

Files lock(const std::string& packages) {
  return {{"/project/Pipfile", kPipfile},
          {"/project/Pipfile.lock", R"({"_meta":{"sources":[]},"default":{)" + packages + "}}"}};
}
Files pylock(const std::string& text, const std::string& name = "pylock.toml") {
  return {{"/project/Pipfile", kPipfile}, {"/project/" + name, kPylock + text}};
}

class TextOfALock : public ::testing::TestWithParam<Way> {};
TEST_P(TextOfALock, IsRefusedWithProofWhereItIsMoreThanItsKind) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    OfPipfiles, TextOfALock,
    ::testing::Values(
        Way{"pipenv sync",
            {},
            lock(R"("demo":{"markers":"python_version > '3'\n--find-links /v"})"),
            "no marker"},
        Way{"pipenv sync", {}, lock(R"("demo":{"markers":"os_name != ' --find-links=/v '"})"), "no marker"},
        Way{"pipenv sync", {}, lock(R"("demo":{"os_markers":"x\n/v"})"), "no marker"},
        Way{"pipenv sync", {}, lock(R"("demo":{"version":"==1.0\n/v/demo.whl"})"), "no version"},
        Way{"pipenv sync", {}, lock(R"("demo":{"version":"==1.0 --pre"})"), "no version"},
        Way{"pipenv sync", {}, lock(R"("demo":"1.0\n--find-links /v")"), "no version"},
        Way{"pipenv sync", {}, lock(R"("demo":{"extras":["x] @ file:///v/demo.whl # "]})"), "no extra"},
        Way{"pipenv sync", {}, lock(R"("demo":{"extras":"x] # "})"), "no extra"},
        Way{"pipenv sync", {}, lock(R"("demo":{"hashes":["sha256:00\n--find-links=/v"]})"), "no hash"},
        Way{"pipenv sync", {}, lock(R"("demo":{"hashes":["sha256:00 -f /v"]})"), "no hash"},
        Way{"pipenv sync", {}, lock(R"("demo":{"index":"l\n-f /v"})"), "name of a source"},
        Way{"pipenv sync", {}, lock(R"("demo @ file:///v/demo.whl #":{"version":"*"})"), "project's name"},
        Way{"pipenv sync", {}, lock(R"("-f /v #":{})"), "project's name"},
        Way{"pipenv sync", {}, lock(R"("demo":["x"])"), "no package"},
        Way{"pipenv sync", {}, lock(R"("demo":{"news":{"url":"https://h.test/x"}})"), "news"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", "[packages]\ndemo=\"==1.0\\n/v/demo.whl\"\n"}},
            "no version"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", "[docs]\ndemo={sys_platform=\"== 'x'\\n-f /v\"}\n"}},
            "no marker"}));

INSTANTIATE_TEST_SUITE_P(
    OfPylocks, TextOfALock,
    ::testing::Values(
        Way{"pipenv sync",
            {},
            pylock("marker=\"python_version > '3'\\n--find-links /v\\n#\"\n"),
            "no marker"},
        Way{"pipenv sync", {}, pylock("version='1.0 -f /v'\n"), "no version"},
        Way{"pipenv sync", {}, pylock("archive={path='/v/demo.whl'}\n"), "/v/demo.whl"},
        Way{"pipenv sync", {}, pylock("archive={path='/v/demo.whl'}\n", "pylock.x.toml"), "/v/demo.whl"},
        Way{"pipenv sync", {}, pylock("tool.pipenv.hashes=['sha256:00 -f /v']\n"), "no hash"},
        Way{"pipenv sync",
            {},
            pylock("[[packages.wheels]]\nurl='https://pypi.org/d.whl'\nhashes={sha256='00 -f /v'}\n"),
            "no hash"}));

INSTANTIATE_TEST_SUITE_P(
    WithoutAPipfile, TextOfALock,
    ::testing::Values(
        Way{"pipenv install", {}, {{"/project/requirements.txt", "--find-links /v\ndemo\n"}}, "/v"},
        Way{"pipenv install", {}, {{"/requirements.txt", "--find-links /v\ndemo\n"}}, "/v"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", ""}, {"/project/requirements.txt", "--find-links /v\n"}},
            "/v"},
        Way{"pipenv install",
            {{"PIPENV_NO_INHERIT", "1"}},
            {{"/Pipfile", kPipfile}, {"/project/requirements.txt", "--find-links /v\n"}},
            "/v"},
        Way{"pipenv install",
            {},
            {{"/project/pyproject.toml", "[project]\nname='p'\ndependencies=['demo @ file:///v/d.whl']\n"}},
            "/v/d.whl"}));

TEST(Plan, WhatPipenvWritesPassesWithProof) {
  const Files files{
      {"/project/Pipfile",
       "[[source]]\nname='pypi'\nurl='https://pypi.org/simple'\nverify_ssl=true\n"
       "[packages]\ndemo='*'\nsix={version='>=1,<2', extras=['a-b'], "
       "index='pypi'}\n'zope.interface'='~=6.0'\n"
       "colorama={version='*', sys_platform=\"== 'win32'\", markers=\"python_version < '4'\"}\n"
       "[dev-packages]\nblack='==24.*'\n[scripts]\ngo='echo https://h.test'\n"
       "[pipenv]\nallow_prereleases=true\n[requires]\npython_version='3.11'\n"},
      {"/project/requirements.txt", "--find-links /not-read\n"},
      {"/project/Pipfile.lock",
       R"json({"_meta":{"hash":{"sha256":"00"},"pipfile-spec":6,"requires":{"python_version":"3.11"},
           "sources":[{"name":"pypi","url":"https://pypi.org/simple","verify_ssl":true}]},
           "default":{"six":{"extras":["a-b"],"hashes":["sha256:00ff","sha512:00"],"index":"pypi",
           "markers":"python_version >= '2.7' and (python_version not in '3.0, 3.1, 3.2' or os_name != \"nt\")",
           "version":"==1.16.0"},"p":{"editable":true,"path":"."},"x":{"version":"===1.0+local"}},
           "develop":{"black":{"version":"==24.1.0"}}})json"},
      {"/project/pyproject.toml", "[project]\nname='p'\n"},
      {"/project/pylock.toml",
       "lock-version='1.0'\ncreated-by='pipenv'\n[[packages]]\nname='six'\nversion='1.16.0'\n"
       "index='https://pypi.org/simple/'\nmarker=\"('dev' in dependency_groups)\"\n"
       "wheels=[{name='six-1.16.0-py3-none-any.whl', url='https://pypi.org/six-1.16.0-py3-none-any.whl', "
       "hashes={sha256='00ff'}}]\n"}};
  for (const char* command : {"pipenv install", "pipenv sync", "pipenv install --dev requests"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << plan.error().message();
  }
}

const std::string kDemo = "[packages]\ndemo='*'\n";

INSTANTIATE_TEST_SUITE_P(
    OfOptions, TextOfALock,
    ::testing::Values(
        Way{"pipenv install --extra-pip=--find-links=/v", {}, {{"/project/Pipfile", kDemo}}, "/v"},
        Way{"pipenv install --requ=r.txt",
            {},
            {{"/project/Pipfile", kDemo}, {"/project/r.txt", "/v/d.whl\n"}},
            "/v/d.whl"},
        Way{"pipenv upgrade --edit /v/demo", {}, {{"/project/Pipfile", kDemo}}, "/v/demo"},
        Way{"pipenv update /v/d.whl", {}, {{"/project/Pipfile", kDemo}}, "/v/d.whl"},
        Way{"pipenv install --pr /v/d.whl", {}, {{"/project/Pipfile", kDemo}}, "/v/d.whl"},
        Way{"pipenv install --news x", {}, {{"/project/Pipfile", kDemo}}, "pipenv --news"},
        Way{"pipenv shell pip install /v/d.whl", {}, {{"/project/Pipfile", kDemo}}, "/v/d.whl"},
        Way{"pipenv shell --anyway -- pip install /v/d.whl", {}, {{"/project/Pipfile", kDemo}}, "/v/d.whl"},
        Way{"pipenv run --system pip install /v/d.whl", {}, {{"/project/Pipfile", kDemo}}, "/v/d.whl"},
        Way{"pipenv run --sys go",
            {},
            {{"/project/Pipfile", kDemo + "[scripts]\ngo='pip install /v/d.whl'\n"}},
            "/v/d.whl"}));

INSTANTIATE_TEST_SUITE_P(
    OfSettings, TextOfALock,
    ::testing::Values(
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", kDemo + "[build-system]\nrequires=['d @ file:///v/d.whl']\n"}},
            "/v/d.whl"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", kDemo + "[build-system]\nrequires=[\"d\\n-f v\"]\n"}},
            "more than one requirement"},
        Way{"pipenv sync",
            {},
            lock(R"("demo":{"pip_args":["--config-settings","a=b","--find-links","/v"]})"),
            "pip_args"},
        Way{"pipenv sync", {}, lock(R"("demo":{"pip_args":["--find-links=/v"]})"), "pip_args"},
        Way{"pipenv install",
            {},
            {{"/project/Pipfile", kDemo}, {"/project/.env", "PIP_FIND_LINKS=/v\n"}},
            "/v"},
        Way{"pipenv sync",
            {},
            {{"/project/Pipfile", kDemo},
             {"/project/.env", "PIP_CONFIG_FILE=p.conf\n"},
             {"/project/p.conf", "[install]\nfind-links=/v\n"}},
            "/v"},
        Way{"pipenv sync", {}, {{"/project/Pipfile", kDemo}, {"/project/.env", "HOME=/project\n"}}, "HOME"},
        Way{"pipenv sync",
            {},
            {{"/project/Pipfile", kDemo}, {"/project/.env", "PIPENV_PIPFILE=x\n"}},
            "PIPENV_PIPFILE"},
        Way{"pipenv sync",
            {},
            {{"/project/Pipfile", kDemo}, {"/project/.env", "PIP_FIND_LINKS=$X\n"}},
            "PIP_FIND_LINKS"}));

TEST(Plan, EverydayPipenvPassesWithProof) {
  const Files files{
      {"/project/Pipfile",
       kDemo + "lib={path='./lib', editable=true}\nx={version='*', pip_args=['--config-settings', "
               "'a=b', '--config-settings=c=d']}\n[build-system]\nrequires=['setuptools>=40', 'wheel']\n"
               "[scripts]\ngo='echo'\n"},
      {"/project/lib/pyproject.toml", "[project]\nname='lib'\n"},
      {"/project/.env",
       "DATABASE_URL=postgres://u:p@h/db\nPYTHONPATH=src\nPIPENV_VERBOSITY=-1\nA=\"b c\"\n"}};
  for (const char* command :
       {"pipenv install --dev --pre", "pipenv update six", "pipenv lock --clear",
        "pipenv -q --python 3.11 sync", "pipenv run --system go", "pipenv run -- go", "pipenv shell",
        "pipenv install --config-settings a=b x", "pipenv install --categories docs --extras a",
        "pipenv --venv", "pipenv graph --json"}) {
    Invocation invocation = invocation_of(command, {}, files);
    invocation.proof_required = true;
    const Result<Plan> plan = make_plan(invocation);
    EXPECT_TRUE(plan) << command << ": " << plan.error().message();
  }
}

TEST(PipenvLines, TextsOfEachKindHaveTheirForm) {
  for (const char* text : {"", "*", "1.0", "==1.0", ">=1, <2", "~=1.0", "==1.*", "===1!2.0+a_b-c"})
    EXPECT_TRUE(is_plain_version(text)) << text;
  for (const char* text : {"==1 2", "==1;x", "-f", "==-f", "1\n", "\n", "==1\t", "/v", "@ file:x", "1#"})
    EXPECT_FALSE(is_plain_version(text)) << text;
  for (const char* text : {"== 'win32'", "a in 'b c'", "(x=='1')and y!=\"2\"", "'dev' in dependency_groups"})
    EXPECT_TRUE(is_plain_marker(text)) << text;
  for (const char* text : {"a == 'b\n'", "a == 'b", "a\t== 'b'", "a -f", "'-f x'", "a ; b", "a # b", "' -f'"})
    EXPECT_FALSE(is_plain_marker(text)) << text;
  EXPECT_TRUE(is_plain_hash("sha256:0123456789abcdef"));
  for (const char* text : {"sha256:", ":00", "00", "sha256:00 ", "sha256:00\n", "sha256:--pre"})
    EXPECT_FALSE(is_plain_hash(text)) << text;
}

}  // namespace
}  // namespace tomme::guard
