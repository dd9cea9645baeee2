#include "sigstore/tlog/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/hex.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kLargest = 70;

Sha256Hash hash_of(std::string_view hex) {
  Sha256Hash hash{};
  const Bytes bytes = parse_hex(hex).value();
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

// A tree in memory, by the recursion of RFC 6962 §2.1 and nothing else.
class Tree {
 public:
  explicit Tree(std::vector<LeafHash> leaves) : leaves_(std::move(leaves)) {}

  [[nodiscard]] NodeHash range(std::uint64_t from, std::uint64_t to) const {
    if (to - from == 1) return leaves_.at(from).value;
    std::uint64_t middle = 1;
    while (middle * 2 < to - from) middle *= 2;
    return hash_node(range(from, from + middle), range(from + middle, to));
  }
  [[nodiscard]] RootHash root(std::uint64_t size) const { return size == 0 ? empty_root() : RootHash{range(0, size)}; }
  [[nodiscard]] SubtreeHash subtrees() const {
    return [this](unsigned level, std::uint64_t index) -> Result<NodeHash> {
      const auto [at, unknown] = memory_.try_emplace({level, index});
      if (unknown) at->second = range(index << level, (index + 1) << level);
      return at->second;
    };
  }
  [[nodiscard]] const LeafHash& leaf(std::uint64_t index) const { return leaves_.at(index); }

 private:
  std::vector<LeafHash> leaves_;
  mutable std::map<std::pair<unsigned, std::uint64_t>, NodeHash> memory_;
};

// The entries of the published vectors (Certificate Transparency's reference tree).
Tree vector_tree() {
  std::vector<LeafHash> leaves;
  for (const char* entry :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(hash_leaf(parse_hex(entry).value()));
  }
  return Tree(leaves);
}

Tree large_tree() {
  std::vector<LeafHash> leaves;
  for (std::uint64_t i = 0; i < kLargest; ++i) leaves.push_back(hash_leaf(to_bytes("entry " + std::to_string(i))));
  return Tree(leaves);
}

std::vector<std::string> as_hex(const std::vector<NodeHash>& proof) {
  std::vector<std::string> all;
  for (const NodeHash& hash : proof) all.push_back(encode_hex(hash));
  return all;
}

TEST(Merkle, HasTheRootsOfThePublishedVectors) {
  const std::vector<std::string> expected = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                             "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                             "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                             "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                             "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                             "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  const Tree tree = vector_tree();
  for (std::uint64_t size = 0; size < expected.size(); ++size) {
    EXPECT_EQ(encode_hex(root_from_subtrees(size, tree.subtrees()).value().value), expected[size]) << size;
  }
}

TEST(Merkle, HasTheInclusionProofsOfThePublishedVectors) {
  const Tree tree = vector_tree();
  const auto proof = [&](std::uint64_t index, std::uint64_t size) {
    return as_hex(prove_inclusion(index, size, tree.subtrees()).value());
  };
  using Proof = std::vector<std::string>;
  EXPECT_EQ(proof(0, 8), (Proof{"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(proof(5, 8), (Proof{"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(proof(2, 3), (Proof{"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(proof(1, 5), (Proof{"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(Merkle, HasTheConsistencyProofsOfThePublishedVectors) {
  const Tree tree = vector_tree();
  const auto proof = [&](std::uint64_t old_size, std::uint64_t new_size) {
    return as_hex(prove_consistency(old_size, new_size, tree.subtrees()).value());
  };
  using Proof = std::vector<std::string>;
  EXPECT_EQ(proof(1, 8), as_hex(prove_inclusion(0, 8, tree.subtrees()).value()));
  EXPECT_EQ(proof(6, 8), (Proof{"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(proof(2, 5), (Proof{"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
  EXPECT_EQ(proof(3, 7), (Proof{"0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
                                "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
                                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e"}));
  EXPECT_TRUE(proof(8, 8).empty());
}

// Each way to spoil a proof of hashes: one more, one fewer, one altered, the first two exchanged.
std::vector<std::vector<NodeHash>> spoiled(const std::vector<NodeHash>& proof) {
  std::vector<std::vector<NodeHash>> all;
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    all.push_back(proof);
    all.back().insert(all.back().begin() + static_cast<std::ptrdiff_t>(i), hash_of(std::string(64, '5')));
    if (i == proof.size()) break;
    all.push_back(proof);
    all.back().erase(all.back().begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back(proof);
    all.back()[i].at(i % 32) ^= 0x10U;
  }
  if (proof.size() > 1) {
    all.push_back(proof);
    std::swap(all.back()[0], all.back()[1]);
  }
  return all;
}

TEST(Merkle, ProvesEveryEntryOfEveryTreeUpTo70) {
  const Tree tree = large_tree();
  for (std::uint64_t size = 1; size <= kLargest; ++size) {
    const RootHash root = tree.root(size);
    EXPECT_EQ(root_from_subtrees(size, tree.subtrees()).value(), root);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = prove_inclusion(index, size, tree.subtrees()).value();
      EXPECT_TRUE(verify_inclusion(index, size, tree.leaf(index), proof, root)) << index << " of " << size;
    }
  }
}

TEST(Merkle, RefusesEverySpoiledInclusionProof) {
  const Tree tree = large_tree();
  for (const std::uint64_t size : {1U, 2U, 3U, 7U, 8U, 9U, 31U, 64U, 70U}) {
    const RootHash root = tree.root(size);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = prove_inclusion(index, size, tree.subtrees()).value();
      for (const auto& bad : spoiled(proof)) {
        const auto verified = verify_inclusion(index, size, tree.leaf(index), bad, root);
        ASSERT_FALSE(verified) << index << " of " << size;
        EXPECT_EQ(verified.error().code, ErrorCode::NotVerified);
        const char* const why = bad.size() == proof.size() ? "another root" : "wrong length";
        EXPECT_THAT(verified.error().what, HasSubstr(why));
      }
      EXPECT_FALSE(verify_inclusion(index, size, tree.leaf((index + 1) % kLargest), proof, root));
      EXPECT_FALSE(verify_inclusion(index, size, tree.leaf(index), proof, tree.root(size - 1)));
    }
  }
}

TEST(Merkle, RefusesAnInclusionProofAtAnotherIndexOrSize) {
  const Tree tree = large_tree();
  const auto proof = prove_inclusion(5, 8, tree.subtrees()).value();
  for (std::uint64_t index = 0; index < 8; ++index) {
    EXPECT_EQ(verify_inclusion(index, 8, tree.leaf(5), proof, tree.root(8)).has_value(), index == 5);
  }
  EXPECT_THAT(verify_inclusion(8, 8, tree.leaf(5), proof, tree.root(8)).error().what, HasSubstr("not in the tree"));
  EXPECT_THAT(verify_inclusion(0, 0, tree.leaf(0), {}, empty_root()).error().what, HasSubstr("not in the tree"));
  EXPECT_FALSE(verify_inclusion(UINT64_MAX, UINT64_MAX, tree.leaf(5), proof, tree.root(8)));
  EXPECT_FALSE(verify_inclusion(UINT64_MAX - 1, UINT64_MAX, tree.leaf(5), proof, tree.root(8)));
}

TEST(Merkle, ProvesThatEveryTreeUpTo70IsAPrefixOfEveryLargerOne) {
  const Tree tree = large_tree();
  for (std::uint64_t new_size = 1; new_size <= kLargest; ++new_size) {
    for (std::uint64_t old_size = 1; old_size <= new_size; ++old_size) {
      const auto proof = prove_consistency(old_size, new_size, tree.subtrees()).value();
      EXPECT_TRUE(verify_consistency(old_size, new_size, tree.root(old_size), tree.root(new_size), proof))
          << old_size << " in " << new_size;
    }
  }
}

TEST(Merkle, RefusesEverySpoiledConsistencyProof) {
  const Tree tree = large_tree();
  const RootHash wrong{hash_of(std::string(64, '7'))};
  for (const std::uint64_t new_size : {2U, 3U, 7U, 8U, 9U, 33U, 64U, 70U}) {
    for (std::uint64_t old_size = 1; old_size < new_size; ++old_size) {
      const auto proof = prove_consistency(old_size, new_size, tree.subtrees()).value();
      const RootHash old_root = tree.root(old_size);
      const RootHash new_root = tree.root(new_size);
      for (const auto& bad : spoiled(proof)) {
        const auto verified = verify_consistency(old_size, new_size, old_root, new_root, bad);
        ASSERT_FALSE(verified) << old_size << " in " << new_size;
        EXPECT_EQ(verified.error().code, ErrorCode::NotVerified);
        EXPECT_THAT(verified.error().what, HasSubstr("the consistency proof"));
      }
      EXPECT_FALSE(verify_consistency(old_size, new_size, wrong, new_root, proof));
      EXPECT_FALSE(verify_consistency(old_size, new_size, old_root, wrong, proof));
    }
  }
}

TEST(Merkle, TreatsEqualAndEmptyTreesOfConsistencyAsTheirRootsSay) {
  const Tree tree = large_tree();
  const NodeHash extra = hash_of(std::string(64, '5'));
  EXPECT_TRUE(verify_consistency(4, 4, tree.root(4), tree.root(4), {}));
  EXPECT_FALSE(verify_consistency(4, 4, tree.root(4), tree.root(5), {}));
  EXPECT_FALSE(verify_consistency(4, 4, tree.root(4), tree.root(4), {extra}));
  EXPECT_TRUE(verify_consistency(0, 4, empty_root(), tree.root(4), {}));
  EXPECT_FALSE(verify_consistency(0, 4, tree.root(1), tree.root(4), {}));
  EXPECT_THAT(verify_consistency(5, 4, tree.root(5), tree.root(4), {}).error().what, HasSubstr("larger"));
}

TEST(Merkle, ProvesNothingBeyondTheTree) {
  const Tree tree = large_tree();
  EXPECT_EQ(prove_inclusion(4, 4, tree.subtrees()).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(prove_consistency(0, 4, tree.subtrees()).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(prove_consistency(5, 4, tree.subtrees()).error().code, ErrorCode::InvalidRequest);
}

TEST(Merkle, HandsOnTheErrorOfAMissingSubtree) {
  const SubtreeHash missing = [](unsigned, std::uint64_t) -> Result<NodeHash> {
    return fail(ErrorCode::LogUnavailable, "no tile");
  };
  EXPECT_EQ(root_from_subtrees(3, missing).error().what, "no tile");
  EXPECT_EQ(prove_inclusion(1, 3, missing).error().what, "no tile");
  EXPECT_EQ(prove_consistency(2, 3, missing).error().what, "no tile");
}

}  // namespace
}  // namespace signet::sigstore
