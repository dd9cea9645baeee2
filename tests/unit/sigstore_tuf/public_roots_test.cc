// Sigstore's own root histories, with all quirks that they have: what a client does with them is no simulation.
#include <gtest/gtest.h>

#include "sigstore/trust/shipped.h"
#include "sigstore/tuf/trusted_set.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore::tuf {
namespace {

struct History {
  std::string_view folder;
  std::string_view shipped;
  int last;
};

class PublicRoots : public testing::TestWithParam<History> {
 protected:
  void SetUp() override {
    if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  }
  [[nodiscard]] static std::string root(int version) {
    return test::read_conformance_file("roots/" + std::string(GetParam().folder) + "/tuf-root-history/" +
                                       std::to_string(version) + ".root.json");
  }
};

TEST_P(PublicRoots, LeadFromAnyVersionToTheLast) {
  for (int first = 1; first <= GetParam().last; ++first) {
    auto trusted = TrustedSet::begin(root(first), std::nullopt);
    ASSERT_TRUE(trusted) << first << ": " << trusted.error().sentence();
    for (int next = first + 1; next <= GetParam().last; ++next) {
      const auto taken = trusted->add_root(root(next));
      ASSERT_TRUE(taken) << next << ": " << taken.error().sentence();
    }
    EXPECT_EQ(trusted->root().header.version, GetParam().last);
  }
}

TEST_P(PublicRoots, EndInTheOneThatIsShipped) {
  auto trusted = TrustedSet::begin(root(1), std::nullopt);
  ASSERT_TRUE(trusted);
  for (int next = 2; next < GetParam().last; ++next) ASSERT_TRUE(trusted->add_root(root(next)));
  EXPECT_TRUE(trusted->add_root(shipped_tuf_root(GetParam().shipped).value()));
  EXPECT_TRUE(trusted->end_roots());
}

TEST_P(PublicRoots, CannotLeaveOneOut) {
  for (int version = 1; version + 2 <= GetParam().last; ++version) {
    auto trusted = TrustedSet::begin(root(version), std::nullopt);
    ASSERT_TRUE(trusted);
    const auto taken = trusted->add_root(root(version + 2));
    ASSERT_FALSE(taken) << version;
    EXPECT_EQ(taken.error().code, ErrorCode::NotVerified);
    EXPECT_TRUE(trusted->add_root(root(version + 1))) << version;
  }
}

// The text of the first version's expiry has a fraction and an offset of six hours.
TEST_P(PublicRoots, AreAllExpiredOneDay) {
  auto trusted = TrustedSet::begin(root(GetParam().last), parse_rfc3339("2040-01-01T00:00:00Z").value());
  ASSERT_TRUE(trusted);
  test::expect_refusal(trusted->end_roots(), ErrorCode::NotVerified, "expired on 2026-");
}

INSTANTIATE_TEST_SUITE_P(Both, PublicRoots,
                         testing::Values(History{"production", "public-good", 15}, History{"staging", "staging", 14}),
                         [](const auto& history) { return std::string(history.param.folder); });

}  // namespace
}  // namespace signet::sigstore::tuf
