// The Merkle tree of transparency logs (RFC 6962 §2, RFC 9162 §2.1): hashes, proofs, and their checks.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"

namespace signet::sigstore {

/// A leaf hash, an inner node and a root are three things that look alike; each has its own type.
struct LeafHash {
  Sha256Hash value{};
  bool operator==(const LeafHash&) const = default;
};
struct RootHash {
  Sha256Hash value{};
  bool operator==(const RootHash&) const = default;
};
using NodeHash = Sha256Hash;

/// SHA-256(00 || entry).
[[nodiscard]] LeafHash hash_leaf(ByteView entry);
/// SHA-256(01 || left || right).
[[nodiscard]] NodeHash hash_node(const NodeHash& left, const NodeHash& right);
/// SHA-256 of nothing: the root of the tree with no leaf.
[[nodiscard]] RootHash empty_root();

/// Checks that `leaf` is entry `index` of the tree of `size` leaves with that root (RFC 9162 §2.1.3.2).
///
/// @param proof  sibling hashes from leaf to root; at most 63
/// @error NotVerified  the index is not in the tree, the proof has the wrong length, or it leads to another root
[[nodiscard]] Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const LeafHash& leaf,
                                            const std::vector<NodeHash>& proof, const RootHash& root);

/// Checks that the tree of `old_size` leaves is a prefix of that of `new_size` (RFC 9162 §2.1.4.2).
///
/// @error NotVerified  the sizes are not in order, the proof has the wrong length, or it fits not both roots
[[nodiscard]] Result<void> verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const RootHash& old_root,
                                              const RootHash& new_root, const std::vector<NodeHash>& proof);

/// Gives the hash of the complete subtree of 2^level leaves whose first leaf is index * 2^level.
using SubtreeHash = std::function<Result<NodeHash>(unsigned level, std::uint64_t index)>;

/// The root of the tree of `size` leaves, from complete subtrees.
[[nodiscard]] Result<RootHash> root_from_subtrees(std::uint64_t size, const SubtreeHash& subtree);
/// PATH(index, D[size]) of RFC 6962 §2.1.1. `index` must be less than `size`.
[[nodiscard]] Result<std::vector<NodeHash>> prove_inclusion(std::uint64_t index, std::uint64_t size,
                                                            const SubtreeHash& subtree);
/// PROOF(old_size, D[new_size]) of RFC 6962 §2.1.2. 0 < old_size <= new_size.
[[nodiscard]] Result<std::vector<NodeHash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                                              const SubtreeHash& subtree);

}  // namespace signet::sigstore
