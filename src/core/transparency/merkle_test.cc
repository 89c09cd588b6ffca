#include "core/transparency/merkle.h"

#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/crypto/vectors_for_test.h"
#include "core/transparency/errors.h"
#include "core/transparency/note.h"

namespace tomme {
namespace {

constexpr std::uint64_t kMostLeaves = 64;

std::vector<Sha256> make_leaves(std::size_t count) {
  std::vector<Sha256> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(bytes_of("entry " + std::to_string(i))));
  return leaves;
}

std::size_t split(std::size_t count) {
  std::size_t left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

// RFC 6962 sections 2.1 and 2.1.1 word for word: recursion over halves.
Sha256 naive_root(std::span<const Sha256> leaves) {
  if (leaves.size() == 1) return leaves[0];
  std::size_t left = split(leaves.size());
  return node_hash(naive_root(leaves.first(left)), naive_root(leaves.subspan(left)));
}

std::vector<Sha256> naive_path(std::size_t index, std::span<const Sha256> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t left = split(leaves.size());
  const bool in_left = index < left;
  auto path =
      in_left ? naive_path(index, leaves.first(left)) : naive_path(index - left, leaves.subspan(left));
  path.push_back(naive_root(in_left ? leaves.subspan(left) : leaves.first(left)));
  return path;
}

bool leads_to(const Sha256& root, std::uint64_t index, std::uint64_t size, const Sha256& leaf,
              std::span<const Sha256> path) {
  auto implied = root_from_inclusion_proof(LogIndex(index), TreeSize(size), leaf, path);
  return implied && *implied == root;
}

TEST(MerkleTest, HashesAreThoseOfRfc6962) {
  EXPECT_EQ(leaf_hash({}).to_hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  Sha256 zero = leaf_hash({});
  Sha256 one = leaf_hash(Bytes{0x00});
  EXPECT_EQ(one.to_hex(), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  EXPECT_EQ(node_hash(zero, one).to_hex(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

TEST(MerkleTest, EveryEntryOfEverySmallTreeLeadsToItsRoot) {
  const auto all = make_leaves(kMostLeaves);
  for (std::size_t size = 1; size <= kMostLeaves; ++size) {
    const std::span<const Sha256> leaves = std::span(all).first(size);
    const Sha256 root = naive_root(leaves);
    for (std::size_t index = 0; index < size; ++index)
      EXPECT_TRUE(leads_to(root, index, size, leaves[index], naive_path(index, leaves)))
          << index << "/" << size;
  }
}

TEST(MerkleTest, NoOtherEntryOrPathLeadsToTheRoot) {
  const auto all = make_leaves(kMostLeaves);
  for (std::size_t size : {2U, 3U, 5U, 8U, 11U, 16U, 33U, 63U, 64U}) {
    const std::span<const Sha256> leaves = std::span(all).first(size);
    const Sha256 root = naive_root(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      const auto path = naive_path(index, leaves);
      for (std::size_t other = 0; other < size; ++other) {
        EXPECT_EQ(leads_to(root, other, size, leaves[index], path), other == index) << other << "/" << size;
        EXPECT_EQ(leads_to(root, index, size, leaves[other], path), other == index) << other << "/" << size;
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto flipped = path;
        flipped[i].bytes[i] ^= 0x10;
        EXPECT_FALSE(leads_to(root, index, size, leaves[index], flipped));
      }
    }
  }
}

TEST(MerkleTest, PathOfWrongLengthIsRefused) {
  const auto all = make_leaves(kMostLeaves);
  for (std::size_t size = 1; size <= kMostLeaves; ++size) {
    const std::span<const Sha256> leaves = std::span(all).first(size);
    for (std::size_t index = 0; index < size; ++index) {
      auto path = naive_path(index, leaves);
      path.push_back(leaves[0]);
      auto longer = root_from_inclusion_proof(LogIndex(index), TreeSize(size), leaves[index], path);
      ASSERT_FALSE(longer);
      EXPECT_TRUE(longer.error().is(kLogInclusionProof));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(root_from_inclusion_proof(LogIndex(index), TreeSize(size), leaves[index], path));
    }
  }
}

TEST(MerkleTest, IndexOutsideTheTreeIsRefused) {
  const Sha256 leaf = leaf_hash({});
  EXPECT_FALSE(root_from_inclusion_proof(LogIndex(0), TreeSize(0), leaf, {}));
  EXPECT_FALSE(root_from_inclusion_proof(LogIndex(1), TreeSize(1), leaf, {}));
  EXPECT_FALSE(root_from_inclusion_proof(LogIndex(~0ULL), TreeSize(~0ULL), leaf, {}));
  EXPECT_TRUE(root_from_inclusion_proof(LogIndex(0), TreeSize(1), leaf, {}));
}

TEST(MerkleTest, LargestTreeNeedsNoOverflow) {
  const std::vector<Sha256> path(64, leaf_hash({}));
  EXPECT_TRUE(root_from_inclusion_proof(LogIndex(0), TreeSize(~0ULL), leaf_hash({}), path));
  EXPECT_FALSE(
      root_from_inclusion_proof(LogIndex(0), TreeSize(~0ULL), leaf_hash({}), std::span(path).first(63)));
}

struct RealProof {
  std::uint64_t index;
  Sha256 leaf;
  std::vector<Sha256> path;
};

std::optional<RealProof> proof_of(const vectors::Case& item) {
  const json::Value* entry = vectors::at(&item.bundle, {"verificationMaterial", "tlogEntries", "0"});
  if (entry == nullptr) return std::nullopt;
  RealProof proof{0, leaf_hash(vectors::base64_at(*entry, {"canonicalizedBody"})), {}};
  const std::string index = vectors::text_at(*entry, {"inclusionProof", "logIndex"});
  std::from_chars(index.data(), index.data() + index.size(), proof.index);
  for (const json::Value& hash : vectors::list_at(*entry, {"inclusionProof", "hashes"}))
    proof.path.push_back(Sha256::from_bytes(vectors::base64_at(hash, {})).value_or(Sha256{}));
  return proof;
}

const std::set<std::string> kDamaged = {"bundle-invalid-base64-signature_fail",
                                        "checkpoint-wrong-roothash_fail",
                                        "inclusion-proof-corrupted-hash_fail", "incorrect-public-key_fail"};

TEST(MerkleTest, RealProofsLeadToTheRootOfTheirCheckpoint) {
  TOMME_NEEDS_VECTORS();
  std::size_t proven = 0;
  for (const vectors::Case& item : vectors::cases()) {
    const auto envelope = vectors::text_at(item.bundle, {"verificationMaterial", "tlogEntries", "0",
                                                         "inclusionProof", "checkpoint", "envelope"});
    auto note = SignedNote::parse(envelope);
    if (!note) continue;
    auto checkpoint = Checkpoint::parse(note->text);
    if (!checkpoint) continue;
    const auto proof = proof_of(item);
    ASSERT_TRUE(proof) << item.name;
    const bool damaged = kDamaged.contains(item.name);
    EXPECT_EQ(leads_to(checkpoint->root, proof->index, checkpoint->size.value(), proof->leaf, proof->path),
              !damaged)
        << item.name;
    if (!damaged) ++proven;
  }
  EXPECT_GE(proven, 30U);
}

}  // namespace
}  // namespace tomme
