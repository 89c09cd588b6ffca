#include "app/installers/installer.h"

#include <gtest/gtest.h>

#include "app/installers/arguments.h"
#include "app/installers/findings.h"

namespace tomme::guard {
namespace {

TEST(Installs, UnlessAWordSaysOtherwise) {
  const auto of = [](const char* line) { return installs(shell_words(line)); };
  for (const char* line : {"pip install x", "uvx ruff", "uv run --with x y.py", "pipx run x",
                           "env pipx run x", "poetry add x", "pdm sync", "/v/bin/python -m pip install x",
                           "uv run --with x python -c y", "uv pip install --python venv x"})
    EXPECT_TRUE(of(line)) << line;
  for (const char* line : {"pip download x", "uv lock", "python -m pip wheel x", "poetry add --lock x",
                           "pip install --dry-run x", "python3 -m build .", "pyproject-build",
                           "/v/bin/pip-compile x.in", "uv pip compile x.in", "bash -c 'pip download x'"})
    EXPECT_FALSE(of(line)) << line;
}

TEST(DetectInstaller, ByTheWordsOfTheCommand) {
  struct Case {
    std::string_view command;
    Installer installer;
    std::string_view arguments;
  };
  const Case cases[] = {
      {"pip install six", Installer::pip, "install six"},
      {"pip3 install six", Installer::pip, "install six"},
      {"pip3.11 install six", Installer::pip, "install six"},
      {"pip-3.11 install six", Installer::pip, "install six"},
      {"/usr/bin/pip3 install six", Installer::pip, "install six"},
      {"python -m pip install six", Installer::pip, "install six"},
      {"python3.12 -m pip install six", Installer::pip, "install six"},
      {"python3.13t -m pip install six", Installer::pip, "install six"},
      {"/x/python -I -m pip install six", Installer::pip, "install six"},
      {"python -X utf8 -W error -Bm pip install", Installer::pip, "install"},
      {"python -mpip install", Installer::pip, "install"},
      {"python -m pip.__main__ install", Installer::pip, "install"},
      {"pypy3 -m pip install", Installer::pip, "install"},
      {"uv pip install six", Installer::uv, "pip install six"},
      {"uvx ruff", Installer::uv, "tool run ruff"},
      {"python -m uv sync", Installer::uv, "sync"},
      {"poetry install", Installer::poetry, "install"},
      {"python -m poetry lock", Installer::poetry, "lock"},
      {"pdm add six", Installer::pdm, "add six"},
      {"python3 -m pdm sync", Installer::pdm, "sync"},
      {"pipx install x", Installer::pipx, "install x"},
      {"python3 -m pipx run x", Installer::pipx, "run x"},
      {"env X=Y pip install", Installer::unknown, "X=Y pip install"},
      {"sudo pip install", Installer::unknown, "pip install"},
      {"make install", Installer::unknown, "install"},
      {"python script.py -m pip", Installer::unknown, "script.py -m pip"},
      {"python -c x -m pip", Installer::unknown, "-c x -m pip"},
      {"python -m pip3 x", Installer::unknown, "-m pip3 x"},
      {"python", Installer::unknown, ""},
      {"python -m", Installer::unknown, "-m"},
      {"pipenv sync", Installer::pipenv, "sync"},
      {"python -m piptools compile", Installer::pip_tools, "compile"},
      {"pip-compile r.in", Installer::pip_tools, "compile r.in"},
      {"pnpm install", Installer::pnpm, "install"},
      {"python -m build .", Installer::build, "."},
      {"pyproject-build .", Installer::build, "."},
      {"python build.py", Installer::unknown, "build.py"},
      {"tox -e py", Installer::tox, "-e py"},
      {"python -m nox", Installer::nox, ""},
      {"hatch run x", Installer::hatch, "run x"},
      {"python /v/lib/pip/__main__.py install six", Installer::pip, "install six"},
      {"python -I /v/lib/pip install six", Installer::pip, "install six"},
      {"python pip-24.whl/pip install six", Installer::pip, "install six"},
      {"python /v/bin/pip3.11 install six", Installer::pip, "install six"},
      {"python pip.pyz install six", Installer::pip, "install six"},
      {"python get-pip.py --index-url x", Installer::pip, "install pip --index-url x"},
      {"python /v/bin/poetry install", Installer::poetry, "install"},
  };
  for (const Case& c : cases) {
    Command command = detect_installer(words_of(c.command));
    EXPECT_EQ(command.installer, c.installer) << c.command;
    EXPECT_EQ(command.arguments, words_of(c.arguments)) << c.command;
  }
  EXPECT_EQ(detect_installer({}).installer, Installer::unknown);
  EXPECT_NE(opaque_because("sudo"), "");
  EXPECT_EQ(opaque_because("make"), "");
}

TEST(PlainWords, AreThoseOfOneCommandThatAShellTakesAsTheyStand) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(plain_words("pip install six"), (Words{"pip", "install", "six"}));
  EXPECT_EQ(plain_words("A=b pip install 'six>=1' \"x[y]\""),
            (Words{"A=b", "pip", "install", "six>=1", "x[y]"}));
  EXPECT_EQ(plain_words(""), Words{});
  for (const char* text :
       {"cd a; pip install six", "pip install six &", "a && b", "a | b", "pip install $X", "pip install `x`",
        "pip install \"$X\"", "(pip install six)", "pip install six > log", "pip install s*",
        "pip install {a,b}", "p\\ip install six", "pip install six\nb", "eval pip install six", ". x",
        "pip install 'six", "if x", "pip install ~/x", "pip install # six"}) {
    EXPECT_EQ(plain_words(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tomme::guard
