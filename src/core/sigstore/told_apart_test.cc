// Something that is valid is not taken for something else that is valid too.
#include <gtest/gtest.h>

#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;

class ToldApart : public ::testing::Test {
 protected:
  Instance instance = make_instance(kNow);
  Signer signer = certify(instance, github("owner/repo"));

  BundleParts message(BytesView content, const Recipe& recipe) {
    return sign_message(instance, signer, content, recipe);
  }
};

TEST_F(ToldApart, ASignatureOverAnEnvelopeIsNoneOverAFile) {
  // A file of these bytes has the signature of the statement in it.
  const Bytes encoding = pre_authentication_encoding(kInTotoPayloadType, bytes_of(file_statement()));
  for (const Recipe& recipe : {rekor_1(), rekor_2()}) {
    const BundleParts bundle = message(encoding, recipe);
    EXPECT_REFUSED(kArtifactEnvelope, verify(instance.root(), bundle.to_text(), text_of(encoding)));
  }
  // What only begins like one is a file.
  const std::string_view plain = "DSSEv1 is what its encoding begins with\n";
  const BundleParts bundle = message(bytes_of(plain), rekor_1());
  EXPECT_TRUE(verify(instance.root(), bundle.to_text(), plain));
}

TEST_F(ToldApart, ATimeFromElsewhereDoesNotReplaceThePromiseOfALog) {
  // Without it the index of a Rekor v1 entry is only a claim.
  Recipe timestamped = rekor_1();
  timestamped.timestamp_authorities = {0};
  EXPECT_TRUE(verify(instance, message(bytes_of(kContent), timestamped)));
  timestamped.promise = false;
  EXPECT_REFUSED(kBundleNoPromise, verify(instance, message(bytes_of(kContent), timestamped)));
}

}  // namespace
}  // namespace tomme
