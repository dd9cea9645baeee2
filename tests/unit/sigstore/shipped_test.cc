#include "sigstore/trust/shipped.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/trust/signing_config.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

std::string sha256_of(std::string_view text) { return encode_hex(sha256(bytes_of(text))); }

// The hashes that docs/decisions/shipped-trust.md names.
TEST(Shipped, HoldsTheFilesThatTheDecisionNames) {
  const auto instances = shipped_instances();
  ASSERT_EQ(instances.size(), 2);
  const ShippedInstance& good = instances[0];
  EXPECT_EQ(good.name, "public-good");
  EXPECT_EQ(sha256_of(good.tuf_root), "73747011d0857ada15479a16c4cae0f3ed03aac698b523b97e1de314ac9d9ca8");
  EXPECT_EQ(sha256_of(good.trusted_root), "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66");
  EXPECT_EQ(sha256_of(good.signing_config), "9711a6d5375706957a4859af31c5866a4474f81f0544f9f4b76c9c4f4c8a539c");
  const ShippedInstance& staging = instances[1];
  EXPECT_EQ(staging.name, "staging");
  EXPECT_EQ(sha256_of(staging.tuf_root), "353d172f05f9e73b4a647b1a464f16726d929cbfd030cc42bffb86cd742fb61f");
  EXPECT_EQ(sha256_of(staging.trusted_root), "44deb991d4bbf2150751ccee235d9810bce4434383c26d8898c1bcadbace6ed8");
  EXPECT_EQ(sha256_of(staging.signing_config), "7cd0090164c5c85e46d78ac44a28cca2e423967aa184c4d43c2108683ca26f62");
}

TEST(Shipped, HoldsTheLastRootOfEachPublicHistory) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  EXPECT_EQ(shipped_tuf_root("public-good"),
            test::read_conformance_file("roots/production/tuf-root-history/15.root.json"));
  EXPECT_EQ(shipped_tuf_root("staging"), test::read_conformance_file("roots/staging/tuf-root-history/14.root.json"));
}

TEST(Shipped, HoldsFilesThatCanBeRead) {
  for (const ShippedInstance& instance : shipped_instances()) {
    const auto root = parse_trusted_root(instance.trusted_root);
    ASSERT_TRUE(root) << root.error().sentence();
    EXPECT_FALSE(root->logs.empty());
    const auto services = parse_signing_config(instance.signing_config);
    ASSERT_TRUE(services) << services.error().sentence();
    EXPECT_FALSE(services->logs.empty());
  }
}

TEST(Shipped, KnowsNoOtherInstance) {
  EXPECT_TRUE(shipped_trusted_root("public-good"));
  EXPECT_TRUE(shipped_signing_config("staging"));
  for (const std::string_view name : {"", "Public-Good", "production", "sandbox"}) {
    EXPECT_FALSE(shipped_instance(name)) << name;
    EXPECT_EQ(shipped_trusted_root(name), std::nullopt) << name;
    EXPECT_EQ(shipped_signing_config(name), std::nullopt) << name;
    EXPECT_EQ(shipped_tuf_root(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace signet::sigstore
