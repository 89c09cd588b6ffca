#include "app/installers/plain_requirements.h"

#include <gtest/gtest.h>

namespace tomme::guard {
namespace {

TEST(PlainRequirements, AreWhatPeopleAndToolsWrite) {
  for (const std::string_view text :
       {"", "six\n", "six==1.17.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n    # via x\n",
        "six==1.17.0\\\n  --hash=sha256:00  # via x\r\n", "# -*- coding: utf-8 -*-\nsix # caf\xc3\xa9\n",
        "\xef\xbb\xbfsix\r\n\r\n",
        "-r base.txt\n-cbase.txt\n--constraint=../c.txt\n--requirement c.txt # why\n",
        "six; python_version < \"3.8\"\n-e .[dev]\n--extra-index-url https://h.test/a\\\n  -f x\n",
        "--index-url https://h.test/simple --extra-index-url https://g.test/simple\n", "a#b\n",
        "# this encoding: utf-8\n# coding = utf8\nsix; sys_platform == 'win32' \\\n  --hash=sha256:00\n",
        "#six==1 \\\n#    --hash=sha256:00\n", "six # a \\ b\n"}) {
    EXPECT_EQ(odd_line_of(text).number, 0U) << text << ": " << odd_line_of(text).why;
  }
}

TEST(PlainRequirements, AreNotWhatReadersDifferIn) {
  for (const std::string_view text : {"six #c \\\nx\n",
                                      "\\-r a.txt\\\n\nx",
                                      "-r=a.txt\n",
                                      "-r \"a\\b.txt\"\n",
                                      "-r a b.txt\n",
                                      "-r 'a b.txt'\n",
                                      "\xff\xfes\0i\0x\0",
                                      "# coding: utf-7\nsix\n",
                                      "\n# vim: set fileencoding=shift_jis :\nsix\n",
                                      "six\x0b-r a\n",
                                      "# x\r-r a.txt\n",
                                      "six\xe2\x80\xa8-r a\n",
                                      "six\xc2\x85-r a\n",
                                      "\xc2\xa0-r a\n",
                                      "six \\\n# c\nx\n",
                                      "six \\\n\nx\n",
                                      "si\\\nx\n",
                                      "six \\",
                                      "a\\ b\n",
                                      "--req a b\n",
                                      "-ra b\n",
                                      "-r a.txt#b.txt\n",
                                      "-r it's.txt\n",
                                      "-e './lib'\n",
                                      "--index-url 'https://h.test/simple'\n",
                                      "six --config-settings \"a=b\"\n",
                                      "six \\\n  --config-settings \\\n  'a=b'\n",
                                      "# encoding, coding: utf-7\nsix\n",
                                      "six\x7f\n"}) {
    EXPECT_NE(odd_line_of(text).number, 0U) << text;
  }
  EXPECT_EQ(odd_line_of("six\nsix\n-r=a\n").number, 3U);
}

}  // namespace
}  // namespace tomme::guard
