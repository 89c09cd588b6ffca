#include "core/encoding/python_text.h"

#include <gtest/gtest.h>
#include <string>

namespace tomme {
namespace {

TEST(PythonText, EndsLinesWhereSplitlinesDoes) {
  for (const std::string end :
       {"\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\u0085", "\u2028", "\u2029"}) {
    EXPECT_EQ(python_line_end_at(end + "x"), end.size());
    EXPECT_TRUE(has_python_line_end("a" + end + "b"));
  }
  EXPECT_EQ(python_line_end_at("\x85"), 1U);
  EXPECT_FALSE(has_python_line_end("\u0145\t\x1f\u00a0"));  // its second byte is 0x85
  EXPECT_EQ(python_line_end_at("\x1f"), 0U);
  EXPECT_EQ(python_line_end_at(""), 0U);
}

TEST(PythonText, StripsWhatStripDoes) {
  EXPECT_EQ(python_strip("\ufeff \u3000a b\u00a0\x1f\ufeff\n"), "a b");
  EXPECT_EQ(python_rstrip(" a\u2003\u0085"), " a");
  EXPECT_EQ(python_rstrip("a\x85"), "a\x85");
  EXPECT_EQ(python_rstrip_latin1("a\xa0\x85"), "a");
  EXPECT_EQ(python_strip(" \t"), "");
}

}  // namespace
}  // namespace tomme
