#include "io/pkcs11/key_uri.h"

#include <gmock/gmock.h>

#include "io/pkcs11/errors.h"

namespace tomme::pkcs11 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(std::string_view text) {
  const auto uri = KeyUri::parse(text);
  if (uri) return "it was taken";
  EXPECT_TRUE(uri.error().is(kPkcs11Uri));
  return uri.error().message();
}

TEST(KeyUriTest, ReadsEveryAttribute) {
  const auto uri = KeyUri::parse(
      "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;serial="
      "0001;"
      "slot-id=18446744073709551615;object=root&co;id=%01%fF%00;type=private"
      "?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pin");
  ASSERT_TRUE(uri) << uri.error().message();
  EXPECT_EQ(uri->token, "The Software PKCS#11 Softtoken");
  EXPECT_EQ(uri->manufacturer, "Snake Oil, Inc.");
  EXPECT_EQ(uri->model, "1.0");
  EXPECT_EQ(uri->serial, "0001");
  EXPECT_EQ(uri->slot_id, 18446744073709551615U);
  EXPECT_EQ(uri->object, "root&co");
  EXPECT_EQ(uri->id, (Bytes{1, 255, 0}));
  EXPECT_EQ(uri->type, ObjectKind::private_key);
  EXPECT_EQ(uri->module_path, "/usr/lib/softhsm/libsofthsm2.so");
  EXPECT_EQ(uri->pin_source, "/etc/pin");
  EXPECT_FALSE(uri->module_name || uri->pin_value);
}

TEST(KeyUriTest, EverythingIsOptional) {
  const auto uri = KeyUri::parse("pkcs11:");
  ASSERT_TRUE(uri);
  EXPECT_FALSE(uri->token || uri->object || uri->id || uri->type || uri->slot_id);
  EXPECT_EQ(uri->to_string(), "pkcs11:");
  EXPECT_EQ(KeyUri::parse("pkcs11:object=")->object, "");
  EXPECT_EQ(KeyUri::parse("pkcs11:id=")->id, Bytes());
}

TEST(KeyUriTest, IsKnownByItsScheme) {
  EXPECT_TRUE(KeyUri::is_one("pkcs11:"));
  EXPECT_TRUE(KeyUri::is_one("PKCS11:token=a"));
  EXPECT_TRUE(KeyUri::parse("Pkcs11:token=a"));
  EXPECT_FALSE(KeyUri::is_one("pkcs11"));
  EXPECT_FALSE(KeyUri::is_one("./pkcs11:token=a"));
  EXPECT_FALSE(KeyUri::is_one(""));
  EXPECT_THAT(refusal("root.pem"), HasSubstr("does not begin with pkcs11:"));
}

TEST(KeyUriTest, FormsOfAPath) {
  EXPECT_EQ(KeyUri::parse("pkcs11:?pin-source=/run/pin")->pin_source, "/run/pin");
  EXPECT_EQ(KeyUri::parse("pkcs11:?pin-source=file:///run/pin")->pin_source, "/run/pin");
  EXPECT_EQ(KeyUri::parse("pkcs11:?pin-source=%2frun%2Fp%20n")->pin_source, "/run/p n");
  for (const char* path :
       {"pin", "file:pin", "file://host/pin", "//host/pin", "", "|/bin/cat%20pin", "%00/run"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:?pin-source=") + path), HasSubstr("pin-source that is not"))
        << path;
    EXPECT_THAT(refusal(std::string("pkcs11:?module-path=") + path), HasSubstr("module-path that is not"))
        << path;
  }
  for (const char* path : {"/run/pin%00", "/run/%1b%5b2J", "/run/%ff"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:?pin-source=") + path), HasSubstr("not the absolute path"))
        << path;
  }
}

TEST(KeyUriTest, ModuleNamesAreNoPaths) {
  EXPECT_EQ(KeyUri::parse("pkcs11:?module-name=softhsm2")->module_name, "softhsm2");
  for (const char* name : {"", "../evil", "%2Ftmp%2Fevil", "a%00b"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:?module-name=") + name), HasSubstr("module-name that is not"))
        << name;
  }
}

TEST(KeyUriTest, RefusesWhatCannotBeMeant) {
  EXPECT_THAT(refusal("pkcs11:token"), HasSubstr("not NAME=VALUE"));
  EXPECT_THAT(refusal("pkcs11:=a"), HasSubstr("not NAME=VALUE"));
  EXPECT_THAT(refusal("pkcs11:token=a;;object=b"), HasSubstr("not NAME=VALUE"));
  EXPECT_THAT(refusal("pkcs11:token=a;"), HasSubstr("ends with a separator"));
  EXPECT_THAT(refusal("pkcs11:token=a?"), HasSubstr("ends with a separator"));
  EXPECT_THAT(refusal("pkcs11:token=a?pin-value=1&"), HasSubstr("ends with a separator"));
  EXPECT_THAT(refusal("pkcs11:token=a;token=a"), HasSubstr("says token twice"));
  EXPECT_THAT(refusal("pkcs11:id=%01;id=%01"), HasSubstr("says id twice"));
  EXPECT_THAT(refusal("pkcs11:type=cert;type=cert"), HasSubstr("says type twice"));
  EXPECT_THAT(refusal("pkcs11:slot-id=1;slot-id=1"), HasSubstr("says slot-id twice"));
  EXPECT_THAT(refusal("pkcs11:?pin-source=/a&pin-source=/b"), HasSubstr("says pin-source twice"));
  EXPECT_THAT(refusal("pkcs11:?pin-source=/a&pin-value=b"), HasSubstr("both pin-source and pin-value"));
  EXPECT_THAT(refusal("pkcs11:?module-path=/a&module-name=b"), HasSubstr("both module-path and module-name"));
  EXPECT_THAT(refusal("pkcs11:tokne=a"), HasSubstr("says tokne, which is none of"));
  EXPECT_THAT(refusal("pkcs11:Token=a"), HasSubstr("says Token, which is none of"));
  EXPECT_THAT(refusal("pkcs11:pin-value=1"), HasSubstr("says pin-value, which is none of"));
  EXPECT_THAT(refusal("pkcs11:?token=a"), HasSubstr("asks for token"));
  EXPECT_THAT(refusal("pkcs11:type=secret-key"), HasSubstr("type other than"));
  for (const char* number : {"", "-1", "+1", "0x1", "1%20", "18446744073709551616"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:slot-id=") + number), HasSubstr("no number")) << number;
  }
}

TEST(KeyUriTest, RefusesBytesThatHaveToBeEscaped) {
  for (const char* text : {"a b", "a/b", "a#b", "a\"b", "a\nb", "Schl\xc3\xbcssel", "a\x7f"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:token=") + text), HasSubstr("has to be percent-encoded")) << text;
  }
  for (const char* text : {"%", "%4", "a%4g", "%zz", "%%41"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:token=") + text), HasSubstr("no escape")) << text;
  }
  for (const char* text : {"%00", "%0a", "%7F", "%ff", "%C0%80", "%ed%a0%80"}) {
    EXPECT_THAT(refusal(std::string("pkcs11:token=") + text), HasSubstr("not UTF-8 without control")) << text;
  }
}

TEST(KeyUriTest, Limits) {
  EXPECT_TRUE(KeyUri::parse("pkcs11:token=" + std::string(32, 'a')));
  EXPECT_THAT(refusal("pkcs11:token=" + std::string(33, 'a')), HasSubstr("more than 32 bytes"));
  EXPECT_THAT(refusal("pkcs11:manufacturer=" + std::string(33, 'a')), HasSubstr("more than 32 bytes"));
  EXPECT_THAT(refusal("pkcs11:model=" + std::string(17, 'a')), HasSubstr("more than 16 bytes"));
  EXPECT_THAT(refusal("pkcs11:serial=" + std::string(17, 'a')), HasSubstr("more than 16 bytes"));
  EXPECT_TRUE(KeyUri::parse("pkcs11:object=" + std::string(1024, 'a')));
  EXPECT_THAT(refusal("pkcs11:object=" + std::string(1025, 'a')), HasSubstr("more than 1024 bytes"));
  EXPECT_TRUE(KeyUri::parse("pkcs11:id=" + std::string(KeyUri::kMostIdBytes, 'a')));
  EXPECT_THAT(refusal("pkcs11:id=" + std::string(KeyUri::kMostIdBytes + 1, 'a')), HasSubstr("255 bytes"));
  const std::string start = "pkcs11:?pin-value=";
  EXPECT_TRUE(KeyUri::parse(start + std::string(KeyUri::kMostBytes - start.size(), 'a')));
  EXPECT_THAT(refusal(start + std::string(KeyUri::kMostBytes - start.size() + 1, 'a')),
              HasSubstr("longer than"));
}

TEST(KeyUriTest, ThePinIsNeverShown) {
  const auto uri = KeyUri::parse("pkcs11:token=a?pin-value=geheim");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->pin_value->reveal(), "geheim");
  EXPECT_EQ(uri->to_string(), "pkcs11:token=a");
  for (const char* text :
       {"pkcs11:token=a?pin-value=geheim%", "pkcs11:token=a?pin-value=geheim#",
        "pkcs11:token=a?pin-value=geheim%00", "pkcs11:token=a?pin-value=geheim&pin-value=geheim",
        "pkcs11:token=a?pin-value=geheim&", "pkcs11:token=a?pin-value=x&geheim"}) {
    EXPECT_THAT(refusal(text), Not(HasSubstr("geheim"))) << text;
  }
}

TEST(KeyUriTest, IsWrittenSoThatItReadsTheSame) {
  const std::string canonical =
      "pkcs11:token=a%20b;manufacturer=%C3%BC;model=m;serial=0;slot-id=7;object=%2F%3B%3F%26%25;id=%00a%FF;"
      "type=cert";
  const auto uri = KeyUri::parse(canonical);
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->to_string(), canonical);
}

TEST(KeyUriTest, WhatADatabaseKeepsHasNoPinAndNoModule) {
  EXPECT_TRUE(KeyUri::parse("pkcs11:token=a;object=b?pin-source=/run/pin")->expect_storable());
  for (const char* query : {"pin-value=1", "module-path=/a.so", "module-name=a"}) {
    const auto stored = KeyUri::parse(std::string("pkcs11:token=a?") + query)->expect_storable();
    ASSERT_FALSE(stored) << query;
    EXPECT_TRUE(stored.error().is(kPkcs11Stored));
  }
}

}  // namespace
}  // namespace tomme::pkcs11
