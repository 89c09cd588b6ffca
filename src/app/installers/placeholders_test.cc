#include "app/installers/placeholders.h"

#include <chrono>
#include <gtest/gtest.h>
#include <vector>

#include "app/installers/hatch_placeholders.h"

namespace tomme::guard {
namespace {

TEST(Placeholders, OfPdmAreFilledIn) {
  const std::vector<std::string> two{"a b", "it's"};
  EXPECT_EQ(fill_in("x {args}", {}, "").text, "x ");
  EXPECT_EQ(fill_in("x {args:tests -q} y", {}, "").text, "x tests -q y");
  EXPECT_EQ(fill_in("x {args:tests} {args}", two, "").text, "x 'a b' 'it'\"'\"'s' 'a b' 'it'\"'\"'s'");
  EXPECT_TRUE(fill_in("{args}", {}, "").has_arguments);
  EXPECT_EQ(fill_in("{pdm} add {run_cwd}/x", {}, "/p q").text, "pdm add '/p q'/x");
  EXPECT_EQ(fill_in("x {root:y} {} {:} {a,b} {", two, "").text, "x {root:y} {} {:} {a,b} {");
  EXPECT_TRUE(fill_in("x {root:y} {} {:} {a,b} {", two, "").is_exact);
}

TEST(Placeholders, OfPdmAreNoneWhereOnlyTheyLookLikeOne) {
  const std::vector<std::string> one{"-q"};
  for (const char* script : {"x={{args}", "{{args}}", "{x {args}", "{args:{x}", "{args:{pdm}}", "{pdm:x}"}) {
    EXPECT_FALSE(fill_in(script, one, "/p").is_exact) << script;
  }
  // As PDM's regular expression has it: the name is all from the first brace on.
  EXPECT_EQ(fill_in("x={{args}", one, "").text, "x={{args}");
  EXPECT_FALSE(fill_in("x={{args}", one, "").has_arguments);
}

TEST(Placeholders, OfPdmTakeTimeInProportion) {
  const auto start = std::chrono::steady_clock::now();
  for (const char* piece : {"{", "{:", "}{", "{args", "{}"}) {
    std::string script;
    while (script.size() < 2'000'000) script += piece;
    (void)fill_in(script + "}", {}, "");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Placeholders, OfAMatrixAreTheirDefaultsWhereNoneIs) {
  const HatchPlaces places{.root = "/p", .home = "/users/ada", .has_matrix = false};
  EXPECT_EQ(fill_in_hatch("x {matrix:x:{root}/y}", "", places).text, "x /p/y");
  EXPECT_TRUE(fill_in_hatch("x {matrix:x:y}", "", places).is_exact);
  EXPECT_EQ(fill_in_hatch("x{matrix:x:}", "", places).text, "x");
  EXPECT_FALSE(fill_in_hatch("x {matrix:x}", "", places).is_exact);
  EXPECT_FALSE(fill_in_hatch("x {matrix:python:3}", "", places).is_exact);
  EXPECT_FALSE(fill_in_hatch("x {matrix:x:y}", "", {"/p", "/users/ada"}).is_exact);
}

TEST(Placeholders, OfHatchAreFilledIn) {
  const HatchPlaces places{"/p", "/users/ada"};
  EXPECT_EQ(fill_in_hatch("x {args}", "-q", places).text, "x -q");
  EXPECT_EQ(fill_in_hatch("x {args:{root}/tests} {home}", "", places).text, "x /p/tests /users/ada");
  EXPECT_TRUE(fill_in_hatch("x {args:{root}/tests}", "", places).is_exact);
  const FilledIn own = fill_in_hatch("pytest{env:HATCH_TEST_ARGS:} {args}", "", places);
  EXPECT_EQ(own.text, "pytest ");
  EXPECT_TRUE(own.is_exact && own.lacks_words);
  for (const char* command : {"{env:X:y}", "{matrix:x}", "{{args}}", "}", "{", "{args!r}", "{root:parent}",
                              "{args:{args:{args:{args:{root}}}}}"}) {
    EXPECT_FALSE(fill_in_hatch(command, "", places).is_exact) << command;
  }
}

}  // namespace
}  // namespace tomme::guard
