#include "app/relay/phrase.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"

namespace tomme::guard {
namespace {

TEST(Phrase, HasTheHintWhereThereIsRoom) {
  const Error error(kGuardHost, "files from a.test are not judged", "name it");
  EXPECT_EQ(phrase_of(error), "tomme: files from a.test are not judged [guard/host]; name it");
  EXPECT_EQ(phrase_of(Error(kGuardHost, std::string(60, 'x'), std::string(20, 'h')), 102),
            "tomme: " + std::string(60, 'x') + " [guard/host]; " + std::string(20, 'h'));
  EXPECT_EQ(phrase_of(Error(kGuardHost, std::string(60, 'x'), std::string(21, 'h')), 102),
            "tomme: " + std::string(60, 'x') + " [guard/host]");
}

TEST(Phrase, NeverLosesTheCode) {
  const std::string phrase = phrase_of(Error(kGuardHost, std::string(1000, 'x')));
  EXPECT_EQ(phrase.size(), 400U);
  EXPECT_TRUE(phrase.ends_with("... [guard/host]"));
}

TEST(Phrase, IsPrintableAscii) {
  EXPECT_EQ(phrase_of(Error(kGuardHost, "\xc3\xbc\n\xe2\x82\xac\x7f", "\xc3\xbc")),
            "tomme: ???? [guard/host]; ?");
}

}  // namespace
}  // namespace tomme::guard
