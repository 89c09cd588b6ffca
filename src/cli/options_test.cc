#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <initializer_list>

namespace tomme::cli {
namespace {

using testing::HasSubstr;

Result<Command> parsed(std::initializer_list<const char*> words) {
  std::vector<std::string> kept{"tomme"};
  kept.insert(kept.end(), words.begin(), words.end());
  std::vector<char*> pointers;
  for (std::string& word : kept) pointers.push_back(word.data());
  return parse_command_line(pointers);
}

struct Misunderstood {
  std::string sentence;
  std::string hint;
};
void expect_hint(const Result<Command>& command, const Misunderstood& expected) {
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().code().name, "usage/command-line");
  EXPECT_THAT(command.error().message(), HasSubstr(expected.sentence));
  EXPECT_THAT(std::string(command.error().hint()), HasSubstr(expected.hint));
}

TEST(CommandLine, AnUnknownCommandNamesTheNearest) {
  expect_hint(parsed({"veify", "x.whl"}), {"unknown command veify", "did you mean verify?"});
  expect_hint(parsed({"tuf", "inti"}), {"unknown command tomme tuf inti", "did you mean init?"});
  expect_hint(parsed({"tuf", "downlaod"}), {"unknown command tomme tuf downlaod", "did you mean download?"});
  expect_hint(parsed({"trust", "updat"}), {"unknown command tomme trust updat", "did you mean update?"});
  expect_hint(parsed({"frobnicate"}), {"unknown command frobnicate", "tomme --help lists the commands"});
}

TEST(CommandLine, AnUnknownOptionNamesTheNearest) {
  expect_hint(parsed({"verify", "--repositry", "a/b", "x.whl"}),
              {"unknown option --repositry", "did you mean --repository?"});
  expect_hint(parsed({"verify", "--frobnicate=1", "x.whl"}),
              {"unknown option --frobnicate", "tomme verify --help lists the options"});
}

TEST(CommandLine, EveryInstallerIsKnownHereToo) {
  for (const char* installer : {"pip", "pip3.11", "uv", "uvx", "poetry", "pdm", "pipx", "hatch", "pipenv"}) {
    expect_hint(parsed({installer, "install", "six"}),
                {"unknown command", "tomme run -- " + std::string(installer) + " install six"});
    expect_hint(parsed({"run", installer, "install", "six"}),
                {"must be put after --", "tomme run -- " + std::string(installer) + " install six"});
  }
  expect_hint(parsed({"run", "--require", "attested", "python3", "-m", "pip", "install", "six"}),
              {"must be put after --", "tomme run --require attested -- python3 -m pip install six"});
}

}  // namespace
}  // namespace tomme::cli
