#include "app/installers/plan_testing.h"

// [tool.pip-tools]: options by their long names and by those that they have inside, in the folders where
// pip-tools looks.
namespace tomme::guard {
namespace {

Files settings(const std::string& text, Files files = {}, const std::string& requirements = "demo\n") {
  files["/project/pyproject.toml"] = "[tool.pip-tools]\n" + text + "\n";
  files["/project/requirements.in"] = requirements;
  files["/project/requirements.txt"] = "demo\n";
  return files;
}

class PipToolsSetting : public ::testing::TestWithParam<Way> {};
TEST_P(PipToolsSetting, IsRefusedWithProof) {
  expect_refused_with_proof(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Guard, PipToolsSetting,
    ::testing::Values(
        Way{"pip-compile", {}, settings("pip-args='--find-links /v'"), "/v"},
        Way{"pip-compile", {}, settings("pip_args_str='--find-links /v'"), "/v"},
        Way{"pip-sync", {}, settings("pip_args_str='--find-links /v'"), "/v"},
        Way{"pip-compile", {}, settings("Find_Links=['/v']"), "/v"},
        Way{"pip-compile", {}, settings("--find-links=['/v']"), "/v"},
        Way{"pip-compile",
            {},
            settings("src_files=['evil.in']", {{"/project/evil.in", "--find-links /v\ndemo\n"}}),
            "/v"},
        Way{"pip-sync",
            {},
            settings("src-files=['evil.txt']", {{"/project/evil.txt", "--find-links /v\ndemo\n"}}),
            "/v"},
        Way{"pip-compile", {}, settings("upgrade_packages=['demo @ file:///v/d.whl']"), "/v/d.whl"},
        Way{"pip-compile -P /v/d.whl", {}, settings(""), "/v/d.whl"},
        Way{"pip-compile",
            {},
            settings("upgrade-package=[\"six\\n--find-links /v\"]"),
            "[tool.pip-tools] upgrade-package: a text that is more than one requirement"},
        Way{"pip-compile",
            {},
            settings("upgrade-package=[\"six\\u2028-f /v\"]"),
            "more than one requirement"},
        Way{"pip-compile",
            {},
            settings("upgrade-package=['six --find-links=/v']"),
            "more than one requirement"},
        Way{"pip-compile --max-rounds 10", {}, settings("", {}, "--find-links /v\ndemo\n"), "/v"},
        Way{"pip-compile --uploaded-prior-to P1D", {}, settings("", {}, "--find-links /v\ndemo\n"), "/v"},
        Way{"pip-compile --news 10",
            {},
            settings(""),
            "pip-tools --news: an option that tomme does not know"},
        Way{"pip-compile -Z 10", {}, settings(""), "pip-tools -Z"},
        Way{"pip-compile pyproject.toml",
            {},
            settings("[build-system]\nrequires=[\"six\\n--find-links /v\"]"),
            "/project/pyproject.toml, requires"},
        Way{"pip-compile setup.py",
            {},
            settings("[build-system]\nrequires=['--find-links=/v']", {{"/project/setup.py", ""}}),
            "more than one requirement"},
        Way{"pip-compile", {}, settings("news='x'"), "news"},
        Way{"pip-compile", {}, settings("[tool.pip-tools.compile]\npip_args_str='--find-links /v'"), "/v"},
        Way{"pip-compile sub/requirements.in",
            {},
            {{"/project/sub/requirements.in", "demo\n"},
             {"/project/sub/pyproject.toml", "[tool.pip-tools]\npip-args='--find-links /v'\n"}},
            "/v"},
        Way{"pip-sync sub/requirements.txt",
            {},
            {{"/project/sub/requirements.txt", "demo\n"},
             {"/project/sub/.pip-tools.toml", "[tool.pip-tools]\npip-args='--find-links /v'\n"}},
            "/v"}));

TEST(Plan, OrdinarySettingsOfPipToolsPassWithProof) {
  Invocation invocation = invocation_of(
      "pip-compile", {},
      settings("generate-hashes=true\nstrip_extras=true\nresolver='backtracking'\nresolver_name='legacy'\n"
               "extras=['dev']\nextra='dev'\nno-emit-find-links=true\nno-header=true\nquiet=true\n"
               "allow-unsafe=true\nunsafe-package=['pip']\nbuild_deps_targets=['wheel']\nno-index=false\n"
               "annotation-style='line'\nupgrade_packages=['six']\nuser_only=true\ncache-dir='c'\nmax-rounds="
               "10\noutput-file='r.txt'\n"
               "[tool.pip-tools.sync]\npip-args='--find-links /v'"));
  invocation.proof_required = true;
  const Result<Plan> plan = make_plan(invocation);
  EXPECT_TRUE(plan) << plan.error().message();
}

}  // namespace
}  // namespace tomme::guard
