#include "io/pkcs11/tokens.h"

#include <fstream>
#include <gmock/gmock.h>
#include <sstream>
#include <thread>

#include "io/pkcs11/errors.h"
#include "io/pkcs11/softhsm_test_support.h"

namespace tomme::pkcs11 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const SignatureScheme kSha256{HashAlgorithm::sha256, Padding::none};

class TokensTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (SoftHsm::path() == nullptr) GTEST_SKIP() << "SoftHSM is not installed (Debian: softhsm2)";
    hsm_.emplace();
    ::setenv("TOMME_FAULTY_MODULE", SoftHsm::path(), 1);
    ::setenv("TOMME_FAULTY_FILE", fault_file().c_str(), 1);
  }

  Tokens& tokens() {
    if (!tokens_) {
      tokens_.emplace(
          [this](const PinQuestion& question) -> Result<Secret<std::string>> {
            questions_.push_back(question.token + (question.is_last_try ? "!" : ""));
            return Secret<std::string>(std::string(pin_));
          },
          TOMME_FAULTY_TOKEN);
    }
    return *tokens_;
  }
  Result<std::shared_ptr<const TokenKey>> key(const std::string& uri) {
    return tokens().key(testing::must(KeyUri::parse(uri)));
  }
  Result<PublicKey> public_key(const std::string& uri) {
    return tokens().public_key(testing::must(KeyUri::parse(uri)));
  }
  template <class T>
  static std::string refusal(const Result<T>& result, const ErrorCode& code) {
    if (result) return "it was taken";
    EXPECT_TRUE(result.error().is(code)) << result.error().code().name << ": " << result.error().message();
    return result.error().message();
  }
  std::string fault_file() const { return hsm_->folder().path("fault"); }
  void fault(const std::string& words) const { std::ofstream(fault_file()) << words; }
  std::size_t logins() const {
    std::ifstream file(fault_file() + ".logins");
    std::ostringstream dots;
    dots << file.rdbuf();
    return dots.str().size();
  }
  static Result<void> signs(const TokenKey& key, const SignatureScheme& scheme) {
    const Bytes message{1, 2, 3};
    const Bytes signature = TRY(key.sign(scheme, message));
    return key.public_key().verify(scheme, message, signature);
  }

  std::optional<SoftHsm> hsm_;
  std::optional<Tokens> tokens_;
  std::string pin_ = kPin;
  std::vector<std::string> questions_;
};

TEST_F(TokensTest, SignsWithEachKindOfKey) {
  hsm_->make_token("release", {{.label = "p256", .id = {1}},
                               {.label = "p384", .id = {2}, .curve = "1.3.132.0.34"},
                               {.label = "p521", .id = {3}, .curve = "1.3.132.0.35"},
                               {.label = "rsa", .id = {4}, .curve = ""},
                               {.label = "ed", .id = {5}, .curve = "1.3.101.112", .edwards = true}});
  for (const auto& [label, scheme] :
       {std::pair{"p256", SignatureScheme{HashAlgorithm::sha256, Padding::none}},
        std::pair{"p384", SignatureScheme{HashAlgorithm::sha384, Padding::none}},
        std::pair{"p521", SignatureScheme{HashAlgorithm::sha512, Padding::none}},
        std::pair{"p256", SignatureScheme{HashAlgorithm::sha512, Padding::none}},
        std::pair{"rsa", SignatureScheme{HashAlgorithm::sha256, Padding::pkcs1}},
        std::pair{"rsa", SignatureScheme{HashAlgorithm::sha512, Padding::pkcs1}},
        std::pair{"rsa", SignatureScheme{HashAlgorithm::sha256, Padding::pss}},
        std::pair{"rsa", SignatureScheme{HashAlgorithm::sha384, Padding::pss_any_salt}},
        std::pair{"ed", SignatureScheme{}}}) {
    const auto found = key(std::string("pkcs11:token=release;object=") + label);
    ASSERT_TRUE(found) << label << ": " << found.error().message();
    std::optional<LeaksOfSoftHsm> leaks;
    if (label == std::string_view("ed")) leaks.emplace();
    const auto result = signs(**found, scheme);
    EXPECT_TRUE(result) << label << ": " << result.error().message();
  }
  EXPECT_EQ(questions_, std::vector<std::string>{"release"});  // once for all of them
  EXPECT_EQ(logins(), 1U);
}

TEST_F(TokensTest, Ed25519GetsRoomForItsSignatureAndNoMore) {
  hsm_->make_token("release", {{.label = "ed", .curve = "1.3.101.112", .edwards = true}});
  const auto found = key("pkcs11:object=ed");
  ASSERT_TRUE(found);
  fault("exact");
  const LeaksOfSoftHsm leaks;
  const auto result = signs(**found, SignatureScheme{});
  EXPECT_TRUE(result) << result.error().message();
}

TEST_F(TokensTest, AModuleThatFailsForGoodIsStartedAnew) {
  hsm_->make_token("release", {{.label = "root"}, {.label = "other", .id = {2}}});
  hsm_->make_token("spare", {{.label = "spare", .id = {3}}});
  const auto root = key("pkcs11:token=release;object=root"), other = key("pkcs11:token=release;object=other"),
             spare = key("pkcs11:token=spare;object=spare");
  ASSERT_TRUE(root && other && spare);
  ASSERT_TRUE(signs(**root, kSha256));
  ASSERT_TRUE((*root)->recover());  // there is nothing to be done
  const std::size_t before = logins();
  fault("stale");
  for (int turn = 0; turn < 5; ++turn)
    EXPECT_THAT(refusal((*root)->sign(kSha256, Bytes{1}), kPkcs11Failed), HasSubstr("CKR_GENERAL_ERROR"));
  EXPECT_EQ(logins(), before);  // no session, no PIN
  ASSERT_TRUE((*root)->recover());
  ASSERT_TRUE((*other)->recover());  // by then it is done
  for (const auto& found : {*root, *other, *spare}) {
    const auto result = signs(*found, kSha256);
    EXPECT_TRUE(result) << result.error().message();
  }
  EXPECT_EQ(logins(), before + 2);  // once for each token
  EXPECT_EQ(questions_.size(), 2U);
}

TEST_F(TokensTest, ALoginThatFailsOfItselfEndsAfterAFewTries) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto root = key("pkcs11:object=root");
  ASSERT_TRUE(root);
  const std::size_t before = logins();
  fault("login-fails");
  for (int turn = 0; turn < 6; ++turn) {
    EXPECT_FALSE((*root)->sign(kSha256, Bytes{1}));
    EXPECT_TRUE((*root)->recover());
  }
  EXPECT_EQ(logins(), before + 3);
  EXPECT_THAT(refusal((*root)->sign(kSha256, Bytes{1}), kPkcs11Failed), HasSubstr("3 times in a row"));
}

TEST_F(TokensTest, ASchemeThatIsNotForTheKeyIsRefused) {
  hsm_->make_token("release", {{.label = "p256"}});
  const auto found = key("pkcs11:object=p256");
  ASSERT_TRUE(found);
  EXPECT_THAT(refusal((*found)->sign({HashAlgorithm::sha256, Padding::pss}, Bytes{1}), kPkcs11KeyType),
              HasSubstr("ECDSA P-256, which this scheme is not for"));
}

TEST_F(TokensTest, ThePublicHalfIsReadWithoutAPin) {
  hsm_->make_token("release", {{.label = "root"}, {.label = "other", .id = {2}}});
  for (const char* uri : {"pkcs11:token=release;object=root", "pkcs11:id=%01",
                          "pkcs11:object=root;type=public", "pkcs11:object=root;type=private"}) {
    EXPECT_TRUE(public_key(uri)) << uri;
  }
  EXPECT_TRUE(questions_.empty());
  EXPECT_EQ(logins(), 0U);
  EXPECT_EQ(*public_key("pkcs11:object=root"), (*key("pkcs11:object=root"))->public_key());
  EXPECT_FALSE(*public_key("pkcs11:object=root") == *public_key("pkcs11:object=other"));
}

TEST_F(TokensTest, APublicHalfThatIsHiddenIsReadAfterTheLogin) {
  hsm_->make_token("release", {{.label = "root", .public_is_open = false}});
  EXPECT_TRUE(public_key("pkcs11:object=root"));
  EXPECT_EQ(questions_.size(), 1U);
}

TEST_F(TokensTest, ACertificateStandsForThePublicKey) {
  hsm_->make_token("release", {{.label = "SIGN key", .id = {2}}});
  const auto half = public_key("pkcs11:id=%02");
  ASSERT_TRUE(half);
  tokens_.reset();
  hsm_->make_token("card", {{.label = "SIGN key", .id = {2}, .keeps_public = false}});
  hsm_->add_certificate("card", "Certificate for signing", {2}, *half);
  EXPECT_EQ(*public_key("pkcs11:token=card;id=%02"), *half);
  EXPECT_EQ(*public_key("pkcs11:token=card;object=Certificate%20for%20signing;type=cert"), *half);
  EXPECT_TRUE(questions_.empty());
  // The private key has another label: its id leads to the certificate.
  EXPECT_EQ(*public_key("pkcs11:token=card;object=SIGN%20key"), *half);
  // And the certificate is of another key, which the first signature brings to light.
  const auto found = key("pkcs11:token=card;object=SIGN%20key");
  ASSERT_TRUE(found);
  EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11Signature), HasSubstr("does not verify"));
}

TEST_F(TokensTest, AKeyWithoutAPublicHalfIsRefused) {
  hsm_->make_token("release", {{.label = "root", .keeps_public = false}});
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11NoPublicHalf),
              HasSubstr("object=root;id=%01;type=private"));
  EXPECT_THAT(refusal(public_key("pkcs11:object=root"), kPkcs11NoPublicHalf), HasSubstr("no public key"));
}

TEST_F(TokensTest, RsaTellsItsPublicHalfItself) {
  hsm_->make_token("release", {{.label = "root", .curve = "", .keeps_public = false}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_TRUE(signs(**found, {HashAlgorithm::sha256, Padding::pss}));
}

TEST_F(TokensTest, SeveralThatMatchAreListed) {
  hsm_->make_token("release", {{.label = "root", .id = {1}}, {.label = "root", .id = {2}}});
  hsm_->make_token("spare", {});
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11Several),
              AllOf(HasSubstr("means 2 tokens"), HasSubstr("token=release;"), HasSubstr("token=spare;")));
  EXPECT_THAT(refusal(key("pkcs11:token=release;object=root"), kPkcs11Several),
              AllOf(HasSubstr("means 2 private keys"), HasSubstr("object=root;id=%01;type=private"),
                    HasSubstr("object=root;id=%02;type=private")));
  EXPECT_THAT(refusal(public_key("pkcs11:token=release;object=root"), kPkcs11Several),
              HasSubstr("several keys"));
  EXPECT_TRUE(key("pkcs11:token=release;id=%02"));
}

TEST_F(TokensTest, WhatIsNotThereIsSaidWithWhatIs) {
  EXPECT_THAT(refusal(key("pkcs11:token=release"), kPkcs11NoToken), HasSubstr("it has none at all"));
  tokens_.reset();
  hsm_->make_token("release", {{.label = "root"}});
  EXPECT_THAT(refusal(key("pkcs11:token=Release"), kPkcs11NoToken),
              HasSubstr("there are pkcs11:token=release;manu"));
  EXPECT_THAT(refusal(key("pkcs11:token=release;serial=1"), kPkcs11NoToken),
              HasSubstr("serial=1; there are"));
  EXPECT_THAT(refusal(key("pkcs11:slot-id=1"), kPkcs11NoToken), HasSubstr("slot-id=1"));
  EXPECT_THAT(refusal(key("pkcs11:object=toor"), kPkcs11NoKey), HasSubstr("there are object=root;id=%01"));
  EXPECT_THAT(refusal(public_key("pkcs11:object=toor"), kPkcs11NoKey),
              HasSubstr("there are object=root;id=%01"));
  EXPECT_THAT(refusal(public_key("pkcs11:object=root;type=cert"), kPkcs11NoKey), HasSubstr("type=cert"));
}

TEST_F(TokensTest, KeysThatCannotSignMetadataAreRefused) {
  hsm_->make_token("release", {{.label = "wallet", .id = {1}, .curve = "1.3.132.0.10"},
                               {.label = "small", .id = {2}, .curve = "", .rsa_bits = 1024},
                               {.label = "decrypts", .id = {3}, .may_sign = false}});
  EXPECT_THAT(refusal(key("pkcs11:object=wallet"), kPkcs11KeyType), HasSubstr("cannot be used"));
  EXPECT_THAT(refusal(key("pkcs11:object=small"), kPkcs11KeyType), HasSubstr("cannot be used"));
  EXPECT_THAT(refusal(key("pkcs11:object=decrypts"), kPkcs11KeyType), HasSubstr("is not for signing"));
  EXPECT_THAT(refusal(key("pkcs11:object=decrypts;type=public"), kPkcs11KeyType),
              HasSubstr("not a private key"));
}

TEST_F(TokensTest, AWrongPinIsTriedOnceInAProcess) {
  hsm_->make_token("release", {{.label = "root"}});
  pin_ = "4321";
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11Pin), HasSubstr("the token release refused the PIN"));
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11Pin), Not(HasSubstr("4321")));
  pin_ = kPin;
  EXPECT_FALSE(key("pkcs11:object=root"));
  EXPECT_EQ(questions_.size(), 1U);
  EXPECT_EQ(logins(), 1U);
}

TEST_F(TokensTest, PinsThatWereNeverRightAreNoPins) {
  hsm_->make_token("release", {{.label = "root"}});
  pin_ = std::string(5000, '1');
  refusal(key("pkcs11:object=root"), kPkcs11Pin);
  tokens_.reset();
  pin_ = "";
  refusal(key("pkcs11:object=root"), kPkcs11Pin);
}

TEST_F(TokensTest, ALockedTokenIsNotAsked) {
  hsm_->make_token("release", {{.label = "root"}});
  fault("locked");
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11PinLocked), HasSubstr("release is locked"));
  EXPECT_TRUE(questions_.empty());
  EXPECT_EQ(logins(), 0U);
}

TEST_F(TokensTest, WhoTellsThePinHearsThatItIsTheLastTry) {
  hsm_->make_token("release", {{.label = "root"}});
  fault("final-try");
  EXPECT_TRUE(key("pkcs11:object=root"));
  EXPECT_EQ(questions_, std::vector<std::string>{"release!"});
  tokens_.reset();
  pin_ = "4321";
  EXPECT_THAT(refusal(key("pkcs11:object=root"), kPkcs11Pin), HasSubstr("one more wrong PIN locks it"));
}

TEST_F(TokensTest, ATokenWithKeysOfItsOwnIsNotToldThePin) {
  hsm_->make_token("release", {{.label = "root"}});
  fault("pin-pad");
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_TRUE(signs(**found, kSha256));
  EXPECT_TRUE(questions_.empty());
}

TEST_F(TokensTest, AKeyThatWantsThePinEachTimeGetsIt) {
  hsm_->make_token("release", {{.label = "root", .asks_each_time = true}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found) << found.error().message();
  for (int i = 0; i < 3; ++i) {
    const auto result = signs(**found, kSha256);
    EXPECT_TRUE(result) << result.error().message();
  }
  EXPECT_EQ(questions_.size(), 1U);
  EXPECT_EQ(logins(), 4U);
}

TEST_F(TokensTest, AWrongSignatureIsNotGivenOut) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  fault("wrong");
  EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11Signature), HasSubstr("does not verify"));
  fault("odd");
  EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11Signature), HasSubstr("63 bytes"));
  fault("no-mechanism");
  EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11KeyType), HasSubstr("CKR_MECHANISM_INVALID"));
  fault("");
  const auto result = signs(**found, kSha256);
  EXPECT_TRUE(result) << result.error().message();
}

TEST_F(TokensTest, ATokenThatWasTakenOutIsOpenedAgain) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  fault("removed");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11Gone),
                HasSubstr("release is not there any more"));
  }
  fault("");
  const auto result = signs(**found, kSha256);
  EXPECT_TRUE(result) << result.error().message();
  EXPECT_EQ(questions_.size(), 1U);
  EXPECT_EQ(logins(), 2U);
}

TEST_F(TokensTest, ASessionThatTheTokenEndedIsOpenedAgainAtOnce) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  fault("forgotten");
  const auto result = signs(**found, kSha256);
  EXPECT_TRUE(result) << result.error().message();
  EXPECT_EQ(logins(), 2U);
}

TEST_F(TokensTest, APinThatWasChangedMeanwhileIsTriedOnce) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  fault("forgotten pin-changed");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11Pin), HasSubstr("refused the PIN"));
  }
  EXPECT_EQ(logins(), 2U);
}

TEST_F(TokensTest, ThePinOfBeforeIsNotTheLastThatIsTried) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  fault("forgotten final-try");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(refusal((*found)->sign(kSha256, Bytes{1}), kPkcs11LastTry),
                HasSubstr("locks the token release"));
  }
  EXPECT_EQ(logins(), 1U);
}

TEST_F(TokensTest, ThreadsSignAtOnce) {
  hsm_->make_token("release", {{.label = "root"}});
  for (const char* how : {"", "one-session", "no-threads"}) {
    fault(how);
    tokens_.reset();
    const auto found = key("pkcs11:object=root");
    ASSERT_TRUE(found) << how << ": " << found.error().message();
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&found, how] {
          for (int i = 0; i < 25; ++i) {
            const auto result = signs(**found, kSha256);
            EXPECT_TRUE(result) << how << ": " << result.error().message();
          }
        });
      }
    }
    fault("");
  }
}

TEST_F(TokensTest, ThreadsSurviveATokenThatForgets) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 40; ++i) {
        const auto result = (*found)->sign(kSha256, Bytes{1});
        // A session that was ended twice within one signature is a failure to be repeated, and none to be
        // wrong.
        EXPECT_TRUE(result || result.error().is(kPkcs11Gone)) << result.error().message();
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    fault("forgotten");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  threads.clear();
  fault("");
  EXPECT_TRUE(signs(**found, kSha256));
}

TEST_F(TokensTest, MakesKeysThatSign) {
  hsm_->make_token("release", {{.label = "there", .id = {7}}});
  for (const KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa, KeyType::ed25519}) {
    auto uri = testing::must(
        KeyUri::parse("pkcs11:token=release;object=k" + std::to_string(static_cast<int>(type))));
    const auto made = tokens().generate(uri, type);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->type(), type);
    EXPECT_EQ(uri.id->size(), 8U);
    const auto found = tokens().key(uri);
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ((*found)->public_key(), *made);
    const LeaksOfSoftHsm leaks;
    EXPECT_TRUE(signs(**found, (*found)->public_key().default_scheme()));
  }
  EXPECT_EQ(questions_.size(), 1U);
}

TEST_F(TokensTest, MakesNoKeyThatCouldNotBeNamed) {
  hsm_->make_token("release", {{.label = "there", .id = {7}}, {.label = "half", .id = {8}}});
  const auto make = [&](const char* text) {
    auto uri = testing::must(KeyUri::parse(text));
    return tokens().generate(uri, KeyType::ecdsa_p256);
  };
  EXPECT_THAT(refusal(make("pkcs11:token=release"), kPkcs11Uri), HasSubstr("no label"));
  EXPECT_THAT(refusal(make("pkcs11:token=release;object="), kPkcs11Uri), HasSubstr("no label"));
  EXPECT_THAT(refusal(make("pkcs11:object=new;type=cert"), kPkcs11Uri), HasSubstr("not a private key"));
  EXPECT_THAT(refusal(make("pkcs11:object=there;id=%09"), kPkcs11Exists), HasSubstr("object=there;id=%07"));
  EXPECT_THAT(refusal(make("pkcs11:object=new;id=%07"), kPkcs11Exists), HasSubstr("object=there;id=%07"));
  fault("read-only");
  EXPECT_THAT(refusal(make("pkcs11:object=new"), kPkcs11Failed), HasSubstr("CKR_TOKEN_WRITE_PROTECTED"));
  fault("no-mechanism");
  EXPECT_THAT(refusal(make("pkcs11:object=new"), kPkcs11KeyType),
              HasSubstr("makes no keys of the kind ECDSA P-256"));
  fault("");
  EXPECT_THAT(refusal(key("pkcs11:object=new"), kPkcs11NoKey), HasSubstr("no private key"));
  EXPECT_TRUE(make("pkcs11:object=new;id=%09;type=private"));
}

TEST_F(TokensTest, KeysOutliveTheTokensThatGaveThem) {
  hsm_->make_token("release", {{.label = "root"}});
  const auto found = key("pkcs11:object=root");
  ASSERT_TRUE(found);
  tokens_.reset();
  EXPECT_TRUE(signs(**found, kSha256));
}

TEST_F(TokensTest, ModulesThatCannotBeLoaded) {
  const std::string text = hsm_->folder().write("text.so", "this is no library");
  EXPECT_THAT(refusal(key("pkcs11:?module-path=" + text), kPkcs11Module), HasSubstr("could not be loaded"));
  EXPECT_THAT(refusal(key("pkcs11:?module-path=/no/where.so"), kPkcs11Module), HasSubstr("/no/where.so"));
  EXPECT_THAT(refusal(key("pkcs11:?module-name=no-such-thing"), kPkcs11Module),
              HasSubstr("no-such-thing.so"));
  EXPECT_THAT(refusal(key("pkcs11:?module-path=/lib/x86_64-linux-gnu/libc.so.6"), kPkcs11Module),
              HasSubstr("no PKCS#11 module"));
  ::setenv("TOMME_FAULTY_MODULE", "/no/where.so", 1);
  EXPECT_THAT(refusal(key("pkcs11:"), kPkcs11Module), HasSubstr("CKR_GENERAL_ERROR"));
}

TEST_F(TokensTest, AModuleThatDoesNotStart) {
  ::setenv("SOFTHSM2_CONF", "/no/where.conf", 1);
  Tokens tokens([](const PinQuestion&) { return fail(kPkcs11NoPin, ""); }, SoftHsm::path());
  const auto found = tokens.key(testing::must(KeyUri::parse("pkcs11:")));
  EXPECT_FALSE(found);
}

}  // namespace
}  // namespace tomme::pkcs11
