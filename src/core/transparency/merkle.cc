#include "core/transparency/merkle.h"

#include <string>

#include "core/transparency/errors.h"

namespace tomme {

namespace {

constexpr std::uint8_t kLeafPrefix[] = {0x00};
constexpr std::uint8_t kNodePrefix[] = {0x01};

std::unexpected<Error> wrong_length(LogIndex index, TreeSize size, std::size_t length) {
  return fail(kLogInclusionProof, "a path of " + std::to_string(length) + " hashes cannot be that of entry " +
                                      std::to_string(index.value()) + " in a log of " +
                                      std::to_string(size.value()) + " entries");
}

}  // namespace

Sha256 leaf_hash(BytesView entry) {
  return sha256({BytesView(kLeafPrefix), entry});
}

Sha256 node_hash(const Sha256& left, const Sha256& right) {
  return sha256({BytesView(kNodePrefix), left.view(), right.view()});
}

// RFC 9162 section 2.1.3.2. `node` and `last` are the positions of our ancestor and of the tree's
// rightmost node in the same row. Where our ancestor is the rightmost one and a left child, it has no
// sibling and moves up unhashed.
Result<Sha256> root_from_inclusion_proof(LogIndex index, TreeSize size, const Sha256& leaf,
                                         std::span<const Sha256> path) {
  if (index.value() >= size.value())
    return fail(kLogInclusionProof, "entry " + std::to_string(index.value()) + " is not in a log of " +
                                        std::to_string(size.value()) + " entries");
  std::uint64_t node = index.value();
  std::uint64_t last = size.value() - 1;
  Sha256 hash = leaf;
  for (const Sha256& sibling : path) {
    if (last == 0) return wrong_length(index, size, path.size());
    if ((node & 1) == 1 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return wrong_length(index, size, path.size());
  return hash;
}

}  // namespace tomme
