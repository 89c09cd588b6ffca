#include <gtest/gtest.h>

#include "core/encoding/errors.h"
#include "core/encoding/json.h"

namespace tomme::json {
namespace {

/// A value and the reader over it, kept together: the reader borrows.
struct Reading {
  explicit Reading(std::string_view text, Fields::Spelling spelling = Fields::Spelling::exact)
      : value(parse(text).value()), fields(Fields::of(value, "thing", spelling).value()) {}
  Value value;
  Fields fields;
};
constexpr auto kProto = Fields::Spelling::proto;

template <class T>
std::string message_of(const Result<T>& result) {
  if (result) return "accepted";
  return std::string(result.error().code().name) + ": " + result.error().message();
}

TEST(JsonFields, ReadsEveryKind) {
  Reading r(R"({"t":"x","b":"Zm9v","a":[1],"o":{"k":"v"},"i":-5,"f":false,"n":"-17"})");
  EXPECT_EQ(r.fields.text("t").value(), "x");
  EXPECT_EQ(text_of(r.fields.base64("b").value()), "foo");
  EXPECT_EQ(r.fields.array("a").value()->size(), 1u);
  EXPECT_EQ(r.fields.object("o").value().text("k").value(), "v");
  EXPECT_EQ(r.fields.integer("i").value(), -5);
  EXPECT_EQ(r.fields.optional_boolean("f").value(), false);
  EXPECT_EQ(r.fields.int64("n").value(), -17);
  EXPECT_TRUE(r.fields.expect_no_more());
}

TEST(JsonFields, TakesNullForAbsent) {
  Reading r(R"({"x":null})");
  EXPECT_EQ(r.fields.find("x"), nullptr);
  EXPECT_EQ(r.fields.optional_text("x").value(), std::nullopt);
  EXPECT_EQ(r.fields.optional_base64("x").value(), std::nullopt);
  EXPECT_EQ(r.fields.optional_array("x").value(), nullptr);
  EXPECT_FALSE(r.fields.optional_object("x").value().has_value());
  EXPECT_EQ(r.fields.optional_boolean("x").value(), std::nullopt);
  EXPECT_EQ(r.fields.optional_int64("x").value(), std::nullopt);
  EXPECT_TRUE(r.fields.expect_no_more());
  EXPECT_EQ(message_of(r.fields.text("x")), "json/shape: thing: member 'x' is missing");
}

TEST(JsonFields, SaysWhatIsMissing) {
  Reading r("{}");
  const std::string missing = "json/shape: thing: member 'x' is missing";
  EXPECT_EQ(message_of(r.fields.required("x")), missing);
  EXPECT_EQ(message_of(r.fields.text("x")), missing);
  EXPECT_EQ(message_of(r.fields.base64("x")), missing);
  EXPECT_EQ(message_of(r.fields.array("x")), missing);
  EXPECT_EQ(message_of(r.fields.object("x")), missing);
  EXPECT_EQ(message_of(r.fields.integer("x")), missing);
  EXPECT_EQ(message_of(r.fields.int64("x")), missing);
}

TEST(JsonFields, RefusesOtherTypesEvenWhereOptional) {
  Reading r(R"({"x":1.5,"b":"Zh==","s":"y"})");
  EXPECT_EQ(message_of(r.fields.optional_text("x")),
            "json/shape: thing: member 'x' is a number, not a string");
  EXPECT_EQ(message_of(r.fields.optional_base64("x")),
            "json/shape: thing: member 'x' is a number, not a string");
  EXPECT_EQ(message_of(r.fields.optional_array("x")),
            "json/shape: thing: member 'x' is a number, not an array");
  EXPECT_EQ(message_of(r.fields.optional_object("x")),
            "json/shape: thing: member 'x' is a number, not an object");
  EXPECT_EQ(message_of(r.fields.optional_boolean("s")),
            "json/shape: thing: member 's' is a string, not a boolean");
  EXPECT_FALSE(r.fields.integer("x"));
  EXPECT_FALSE(r.fields.integer("s"));
  EXPECT_TRUE(message_of(r.fields.base64("b")).starts_with("encoding/base64: thing.b: "));
  const Value list = parse("[]").value();
  EXPECT_EQ(message_of(Fields::of(list, "root")), "json/shape: root is an array, not an object");
}

TEST(JsonFields, ReadsInt64OfNumbersAndPlainDecimals) {
  for (std::string_view good : {"0", "\"0\"", "\"-1\"", "9223372036854775807", "\"9223372036854775807\"",
                                "\"-9223372036854775808\""}) {
    Reading r("{\"n\":" + std::string(good) + "}");
    EXPECT_TRUE(r.fields.int64("n")) << good;
  }
  for (std::string_view bad : {"\"\"", "\"-\"", "\"+1\"", "\"01\"", "\"-0\"", "\"-01\"", "\" 1\"", "\"1 \"",
                               "\"1.0\"", "\"1e3\"", "\"0x1\"", "\"9223372036854775808\"",
                               "9223372036854775808", "1.0", "1.5", "true", "[]", "\"--1\"", "\"\\u0661\""}) {
    Reading r("{\"n\":" + std::string(bad) + "}");
    EXPECT_FALSE(r.fields.int64("n")) << bad;
    EXPECT_FALSE(r.fields.optional_int64("n")) << bad;
  }
}

TEST(JsonFields, NamesAMemberNobodyAskedFor) {
  Reading r(R"({"a":1,"b\n":2})");
  r.fields.find("a");
  EXPECT_EQ(message_of(r.fields.expect_no_more()),
            "json/shape: thing: member 'b\\x0a' does not belong there");
}

TEST(JsonFieldsProto, TakesEitherSpelling) {
  Reading snake(R"({"log_index":"7","log_id":{"key_id":"Zg=="},"x509_certificate_chain":[],"kind":1})",
                kProto);
  EXPECT_EQ(snake.fields.int64("logIndex").value(), 7);
  EXPECT_EQ(text_of(snake.fields.object("logId").value().base64("keyId").value()), "f");
  EXPECT_TRUE(snake.fields.array("x509CertificateChain"));
  EXPECT_TRUE(snake.fields.integer("kind"));
  EXPECT_TRUE(snake.fields.expect_no_more());

  Reading camel(R"({"logIndex":"7"})", kProto);
  EXPECT_EQ(camel.fields.int64("logIndex").value(), 7);
  EXPECT_TRUE(camel.fields.expect_no_more());
}

TEST(JsonFieldsProto, RefusesBothSpellingsAtOnce) {
  for (std::string_view text :
       {R"({"logIndex":"7","log_index":"7"})", R"({"logIndex":null,"log_index":"7"})"}) {
    Reading r(text, kProto);
    EXPECT_EQ(message_of(r.fields.int64("logIndex")),
              "json/shape: thing: member 'logIndex' is there in two spellings");
    EXPECT_EQ(r.fields.find("logIndex"), nullptr);
    EXPECT_FALSE(r.fields.expect_no_more());
  }
}

TEST(JsonFieldsProto, TakesNoOtherSpelling) {
  for (std::string_view name : {"Log_Index", "logindex", "log_Index", "log__index", "_log_index",
                                "log_index_", "LOG_INDEX", "log-index"}) {
    Reading r("{\"" + std::string(name) + "\":1}", kProto);
    EXPECT_EQ(r.fields.find("logIndex"), nullptr) << name;
    EXPECT_FALSE(r.fields.expect_no_more()) << name;
  }
}

TEST(JsonFields, ExactSpellingKnowsNoSnakes) {
  Reading r(R"({"log_index":1})");
  EXPECT_EQ(r.fields.find("logIndex"), nullptr);
  EXPECT_FALSE(r.fields.expect_no_more());
}

}  // namespace
}  // namespace tomme::json
