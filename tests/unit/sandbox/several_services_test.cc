// Several services of a kind: each with its own key, URL and operator, all of them trusted.
#include "json/reader.h"
#include "sandbox/background.h"
#include "sigstore/trust/service_choice.h"
#include "sigstore/trust/trusted_root.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryReader;
using sigstore::RekorApi;

class SeveralServices : public testing::Test {
 protected:
  void open(const Offer& offer) {
    sandbox_.reset();
    auto opened = Sandbox::open(folder_ / "d", clock_, offer);
    ASSERT_TRUE(opened.has_value()) << opened.error().sentence();
    sandbox_ = std::move(*opened);
  }
  [[nodiscard]] Result<sigstore::ServiceChoice> choose(EntryReader reader = EntryReader::Bundles) const {
    return sigstore::choose_services(sigstore::parse_signing_config(sandbox_->signing_config()).value(), reader,
                                     clock_.now());
  }
  [[nodiscard]] sigstore::TrustedRoot root() const {
    return sigstore::parse_trusted_root(sandbox_->trusted_root()).value();
  }

  test::TemporaryFolder folder_;
  FixedClock clock_{wall_time_from_unix(1'800'000'000)};
  std::unique_ptr<Sandbox> sandbox_;
};

TEST_F(SeveralServices, AreAllTrustedAndAllOffered) {
  open({.logs = 3, .timestamp_authorities = 2, .selector = "ALL"});
  EXPECT_EQ(root().logs.size(), 6U) << "of each API";
  EXPECT_EQ(root().timestamp_authorities.size(), 2U);
  const auto choice = choose();
  ASSERT_TRUE(choice.has_value()) << choice.error().sentence();
  ASSERT_EQ(choice->logs.size(), 3U);
  EXPECT_EQ(choice->logs[2].url, sandbox_->endpoints().log + "/3");
  ASSERT_EQ(choice->timestamp_authorities.size(), 2U);
  EXPECT_EQ(choice->timestamp_authorities[1], sandbox_->endpoints().tsa_base + "/2/api/v1/timestamp");
}

TEST_F(SeveralServices, HaveKeysOfTheirOwnWhichStay) {
  open({.logs = 2, .timestamp_authorities = 2});
  const auto first = root();
  EXPECT_FALSE(first.logs[0].key == first.logs[1].key);
  EXPECT_FALSE(first.timestamp_authorities[0].chain[0] == first.timestamp_authorities[1].chain[0]);
  open({.logs = 1});
  EXPECT_EQ(root().logs.size(), 2U);
  open({.logs = 2, .timestamp_authorities = 2});
  EXPECT_EQ(root().logs[1].key, first.logs[1].key);
  EXPECT_EQ(root().timestamp_authorities[1].chain[0], first.timestamp_authorities[1].chain[0]);
}

TEST_F(SeveralServices, AreUsedAsTheSelectorSays) {
  open({.logs = 3, .timestamp_authorities = 3, .selector = "EXACT", .count = 2});
  EXPECT_EQ(choose()->logs.size(), 2U);
  EXPECT_EQ(choose()->timestamp_authorities.size(), 2U);
  open({.logs = 3, .timestamp_authorities = 3});
  EXPECT_EQ(choose()->logs.size(), 1U);
}

TEST_F(SeveralServices, AreOfTheRekorApiThatIsOffered) {
  open({.rekor = RekorOffer::V1});
  EXPECT_EQ(choose()->logs[0].api, RekorApi::V1);
  open({.rekor = RekorOffer::V2});
  EXPECT_EQ(choose()->logs[0].api, RekorApi::V2);
  EXPECT_EQ(choose(EntryReader::Git)->logs[0].api, RekorApi::V2);
  open({.rekor = RekorOffer::Both});
  EXPECT_EQ(choose()->logs[0].api, RekorApi::V2);
  EXPECT_EQ(choose(EntryReader::Git)->logs[0].api, RekorApi::V1);
}

TEST_F(SeveralServices, MayLackATimestampAuthority) {
  open({.rekor = RekorOffer::V1, .timestamp_authorities = 0});
  EXPECT_TRUE(root().timestamp_authorities.empty());
  EXPECT_TRUE(choose()->timestamp_authorities.empty());
  open({.rekor = RekorOffer::V2, .timestamp_authorities = 0});
  test::expect_refusal(choose(), ErrorCode::InvalidRequest, "tsaUrls is empty");
}

}  // namespace
}  // namespace signet::sandbox
