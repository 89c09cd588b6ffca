#pragma once

#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "core/crypto/digest.h"

namespace tomme {

using LogIndex = Strong<std::uint64_t, struct LogIndexTag>;  ///< of a leaf in one tree, from 0
using TreeSize = Strong<std::uint64_t, struct TreeSizeTag>;  ///< number of leaves

/// RFC 6962 section 2.1.
Sha256 leaf_hash(BytesView entry);                          ///< SHA-256(0x00 || entry)
Sha256 node_hash(const Sha256& left, const Sha256& right);  ///< SHA-256(0x01 || left || right)

/// The root that an audit path implies (RFC 9162 2.1.3.2). Fails where the path's length is not the one
/// that this index in a tree of this size has. Comparing the root is the caller's.
Result<Sha256> root_from_inclusion_proof(LogIndex index, TreeSize size, const Sha256& leaf,
                                         std::span<const Sha256> path);

}  // namespace tomme
