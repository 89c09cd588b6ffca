#include "app/guard/placeholders.h"

#include <gtest/gtest.h>
#include <vector>

namespace tomme::guard {
namespace {

TEST(Placeholders, AreFilledInAsPdmAndHatchDo) {
  const std::vector<std::string> two{"a b", "it's"};
  EXPECT_EQ(fill_in("x {args}", {}, "").text, "x ");
  EXPECT_EQ(fill_in("x {args:tests -q} y", {}).text, "x tests -q y");
  EXPECT_EQ(fill_in("x {args:tests} {args}", two).text, "x 'a b' 'it'\"'\"'s' 'a b' 'it'\"'\"'s'");
  EXPECT_TRUE(fill_in("{args}", {}).has_arguments);
  EXPECT_FALSE(fill_in("x {pdm} {root:y} {", two).has_arguments);
  EXPECT_EQ(fill_in("x {pdm} {root:y} {", two).text, "x {pdm} {root:y} {");
  EXPECT_EQ(fill_in("{{args}}", {}).text, "{}");
  EXPECT_EQ(fill_in("{pdm} add {run_cwd}/x", {}, "/p q").text, "pdm add '/p q'/x");
}

}  // namespace
}  // namespace tomme::guard
