#include "core/crypto/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "core/crypto/errors.h"
#include "core/encoding/text.h"

namespace tomme {
namespace {

// FIPS 180-2 appendices B.1, D.1, C.1: the message "abc".
constexpr std::string_view kAbc256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kAbc384 =
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
constexpr std::string_view kAbc512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423"
    "643c"
    "e80e2a9ac94fa54ca49f";

TEST(Digest, KnownAnswers) {
  BytesView abc = bytes_of("abc");
  EXPECT_EQ(sha256(abc).to_hex(), kAbc256);
  EXPECT_EQ(digest(HashAlgorithm::sha256, abc).to_hex(), kAbc256);
  EXPECT_EQ(digest(HashAlgorithm::sha384, abc).to_hex(), kAbc384);
  EXPECT_EQ(digest(HashAlgorithm::sha512, abc).to_hex(), kAbc512);
  EXPECT_EQ(sha256(BytesView{}).to_hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, OfPartsIsOfTheWhole) {
  EXPECT_EQ(sha256({bytes_of("a"), BytesView{}, bytes_of("bc")}), sha256(bytes_of("abc")));
  EXPECT_NE(sha256({bytes_of("a")}), sha256(bytes_of("abc")));
}

TEST(Digest, NamesRoundTrip) {
  for (HashAlgorithm algorithm : {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    EXPECT_EQ(parse_hash_algorithm(name_of(algorithm)), algorithm);
  }
  EXPECT_FALSE(parse_hash_algorithm("SHA256"));
  EXPECT_FALSE(parse_hash_algorithm("sha1"));
  EXPECT_FALSE(parse_hash_algorithm(""));
}

TEST(Digest, LengthsAreExact) {
  Bytes bytes(65);
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    BytesView view = BytesView(bytes).first(n);
    EXPECT_EQ(Sha256::from_bytes(view).has_value(), n == 32) << n;
    EXPECT_EQ(Digest::make(HashAlgorithm::sha256, view).has_value(), n == 32) << n;
    EXPECT_EQ(Digest::make(HashAlgorithm::sha384, view).has_value(), n == 48) << n;
    EXPECT_EQ(Digest::make(HashAlgorithm::sha512, view).has_value(), n == 64) << n;
  }
  EXPECT_TRUE(Sha256::from_bytes(Bytes(31)).error().is(kDigestInvalid));
}

TEST(Digest, HexIsLowerCaseAndWhole) {
  EXPECT_EQ(Sha256::parse_hex(kAbc256)->to_hex(), kAbc256);
  EXPECT_FALSE(Sha256::parse_hex(kAbc256.substr(2)));
  EXPECT_FALSE(Sha256::parse_hex(std::string(kAbc256) + "00"));
  std::string upper(kAbc256);
  upper[0] = 'B';
  EXPECT_FALSE(Sha256::parse_hex(upper));
  upper[0] = 'g';
  EXPECT_FALSE(Sha256::parse_hex(upper));
}

TEST(Digest, PrintsWithItsAlgorithm) {
  EXPECT_EQ(Digest(sha256(bytes_of("abc"))).to_string(), "sha256:" + std::string(kAbc256));
  EXPECT_EQ(digest(HashAlgorithm::sha384, bytes_of("abc")).to_string(), "sha384:" + std::string(kAbc384));
}

TEST(Digest, SameBytesOfAnotherAlgorithmDiffer) {
  EXPECT_NE(digest(HashAlgorithm::sha384, bytes_of("a")), digest(HashAlgorithm::sha512, bytes_of("a")));
  EXPECT_EQ(digest(HashAlgorithm::sha384, bytes_of("a")), digest(HashAlgorithm::sha384, bytes_of("a")));
}

TEST(Hasher, RunsAndRestarts) {
  Hasher hasher(HashAlgorithm::sha512);
  hasher.update(bytes_of("ab"));
  hasher.update(BytesView{});
  hasher.update(bytes_of("c"));
  EXPECT_EQ(hasher.finish().to_hex(), kAbc512);
  hasher.update(bytes_of("abc"));
  EXPECT_EQ(hasher.finish().to_hex(), kAbc512);
}

TEST(Hasher, MovesWithItsState) {
  Hasher first(HashAlgorithm::sha256);
  first.update(bytes_of("a"));
  Hasher second = std::move(first);
  second.update(bytes_of("bc"));
  EXPECT_EQ(second.finish_sha256().to_hex(), kAbc256);
}

TEST(HasherDeathTest, Sha256OfAnotherAlgorithmIsABug) {
  Hasher hasher(HashAlgorithm::sha384);
  EXPECT_DEATH(static_cast<void>(hasher.finish_sha256()), "finish_sha256");
}

TEST(Digest, ThreadsDoNotShareState) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 2000; ++i) ASSERT_EQ(sha256(bytes_of("abc")).to_hex(), kAbc256);
    });
  }
}

}  // namespace
}  // namespace tomme
