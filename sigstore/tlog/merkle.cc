#include "sigstore/tlog/merkle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

std::unexpected<Error> refuse(std::string_view why) { return fail(ErrorCode::NotVerified, std::string(why)); }

// The largest power of two below `count`, which is more than one: where RFC 6962 splits a tree.
std::uint64_t split_point(std::uint64_t count) { return std::bit_floor(count - 1); }

// MTH(D[from:to]). `from` is a multiple of every power of two that occurs in to - from, as it is for all ranges that
// the recursions of RFC 6962 reach.
Result<NodeHash> hash_range(std::uint64_t from, std::uint64_t to, const SubtreeHash& subtree) {
  std::vector<NodeHash> stack;
  while (from < to) {
    const std::uint64_t count = std::bit_floor(to - from);
    const auto level = static_cast<unsigned>(std::countr_zero(count));
    auto hash = subtree(level, from >> level);
    if (!hash) return fail(std::move(hash.error()));
    stack.push_back(*hash);
    from += count;
  }
  NodeHash root = stack.back();
  for (std::size_t i = stack.size() - 1; i-- > 0;) root = hash_node(stack[i], root);
  return root;
}

std::size_t inclusion_proof_length(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<unsigned>(std::bit_width(index ^ (size - 1)));
  const std::uint64_t border = inner < 64 ? index >> inner : 0;
  return inner + static_cast<unsigned>(std::popcount(border));
}

}  // namespace

LeafHash hash_leaf(ByteView entry) {
  Bytes input;
  input.reserve(entry.size() + 1);
  input.push_back(0x00);
  append(input, entry);
  return {sha256(input)};
}

NodeHash hash_node(const NodeHash& left, const NodeHash& right) {
  std::array<std::uint8_t, 1 + 2 * sizeof(NodeHash)> input{0x01};
  std::ranges::copy(left, input.begin() + 1);
  std::ranges::copy(right, input.begin() + 1 + left.size());
  return sha256(input);
}

RootHash empty_root() { return {sha256({})}; }

Result<void> verify_inclusion(std::uint64_t index, std::uint64_t size, const LeafHash& leaf,
                              const std::vector<NodeHash>& proof, const RootHash& root) {
  if (index >= size) return refuse("the inclusion proof is for an index that is not in the tree");
  if (proof.size() != inclusion_proof_length(index, size)) return refuse("the inclusion proof has the wrong length");
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  NodeHash r = leaf.value;
  for (const NodeHash& sibling : proof) {
    if (sn == 0) return refuse("the inclusion proof is too long");
    if ((fn & 1U) != 0 || fn == sn) {
      r = hash_node(sibling, r);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      r = hash_node(r, sibling);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  if (sn != 0 || r != root.value) return refuse("the inclusion proof leads to another root");
  return {};
}

Result<void> verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const RootHash& old_root,
                                const RootHash& new_root, const std::vector<NodeHash>& proof) {
  if (old_size > new_size) return refuse("the older tree is larger than the newer one");
  if (old_size == 0 || old_size == new_size) {
    const bool same = old_size == 0 ? old_root == empty_root() : old_root == new_root;
    if (!proof.empty() || !same) return refuse("the consistency proof fits not both roots");
    return {};
  }
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = new_size - 1;
  const auto skipped = static_cast<unsigned>(std::countr_one(fn));
  fn >>= skipped;
  sn >>= skipped;
  // Where the old tree is complete its root is the first element, and is left out (RFC 9162 §2.1.4.2 step 2).
  auto next = proof.begin();
  if (!std::has_single_bit(old_size) && next == proof.end()) return refuse("the consistency proof is empty");
  NodeHash fr = std::has_single_bit(old_size) ? old_root.value : *next++;
  NodeHash sr = fr;
  for (; next != proof.end(); ++next) {
    if (sn == 0) return refuse("the consistency proof is too long");
    if ((fn & 1U) != 0 || fn == sn) {
      fr = hash_node(*next, fr);
      sr = hash_node(*next, sr);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      sr = hash_node(sr, *next);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  if (fr != old_root.value || sr != new_root.value || sn != 0) {
    return refuse("the consistency proof fits not both roots");
  }
  return {};
}

Result<RootHash> root_from_subtrees(std::uint64_t size, const SubtreeHash& subtree) {
  if (size == 0) return empty_root();
  auto root = hash_range(0, size, subtree);
  if (!root) return fail(std::move(root.error()));
  return RootHash{*root};
}

Result<std::vector<NodeHash>> prove_inclusion(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree) {
  if (index >= size)
    return fail(ErrorCode::InvalidRequest, "an inclusion proof was asked for an index beyond the tree");
  std::vector<NodeHash> proof;
  std::uint64_t from = 0;
  std::uint64_t to = size;
  while (to - from > 1) {
    const std::uint64_t middle = from + split_point(to - from);
    const bool is_left = index < middle;
    auto sibling = is_left ? hash_range(middle, to, subtree) : hash_range(from, middle, subtree);
    if (!sibling) return fail(std::move(sibling.error()));
    proof.push_back(*sibling);
    (is_left ? to : from) = middle;
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<std::vector<NodeHash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size,
                                                const SubtreeHash& subtree) {
  if (old_size == 0 || old_size > new_size) {
    return fail(ErrorCode::InvalidRequest, "a consistency proof was asked for sizes that are not in order");
  }
  std::vector<NodeHash> proof;
  std::uint64_t from = 0;
  std::uint64_t to = new_size;
  while (old_size != to) {
    const std::uint64_t middle = from + split_point(to - from);
    const bool is_left = old_size <= middle;
    auto other = is_left ? hash_range(middle, to, subtree) : hash_range(from, middle, subtree);
    if (!other) return fail(std::move(other.error()));
    proof.push_back(*other);
    (is_left ? to : from) = middle;
  }
  // SUBPROOF's flag: the old root itself is known to whoever verifies (RFC 6962 §2.1.2).
  if (from != 0) {
    auto own = hash_range(from, to, subtree);
    if (!own) return fail(std::move(own.error()));
    proof.push_back(*own);
  }
  std::ranges::reverse(proof);
  return proof;
}

}  // namespace signet::sigstore
