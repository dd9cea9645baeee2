#include "sigstore/tuf/instance_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "common/file.h"
#include "sigstore/trust/shipped.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::sigstore::tuf {
namespace {

using test::expect_refusal;
using test::SimulatedRepository;

class TrustOfAnInstance : public testing::Test {
 protected:
  TrustOfAnInstance() {
    repository_.add_artifact("targets", std::string(kTrustedRootTarget), "the root");
    repository_.add_artifact("targets", std::string(kSigningConfigTarget), "the services");
    source_ = {.name = "work",
               .url = std::string(SimulatedRepository::kUrl),
               .root = folder_.write("root.json", repository_.published_root(1))};
  }
  void update() {
    const Anchor anchor = read_anchor(source_).value();
    ASSERT_TRUE(update_store(store(), anchor, repository_.fetch(), parse_rfc3339(test::kToday).value(),
                             Deadline::after(std::chrono::seconds(60))));
  }
  [[nodiscard]] std::filesystem::path store() const {
    return store_folder(folder_.path(), read_anchor(source_).value());
  }
  [[nodiscard]] Result<InstanceTrust> read() const { return read_instance_trust(source_, folder_.path()); }

  const test::TemporaryFolder folder_;
  SimulatedRepository repository_;
  TrustSource source_;
};

TEST_F(TrustOfAnInstance, IsWhatTheLastUpdateLeft) {
  update();
  const auto trust = read();
  ASSERT_TRUE(trust) << trust.error().sentence();
  EXPECT_EQ(trust->trusted_root, "the root");
  EXPECT_EQ(trust->signing_config, "the services");
  EXPECT_EQ(encode_rfc3339(trust->copy->refreshed), test::kToday);
}

TEST_F(TrustOfAnInstance, IsAnErrorBeforeTheFirstUpdate) {
  const auto trust = read();
  expect_refusal(trust, ErrorCode::InvalidRequest, "the trusted root of instance work was never fetched from https://");
  EXPECT_EQ(trust.error().remedy, "signet trust update work");
}

TEST_F(TrustOfAnInstance, IsAnErrorWhereTheCopyIsDamaged) {
  update();
  ASSERT_TRUE(write_file_atomic(store() / kVerifiedCopy, "{}", 0600));
  const auto trust = read();
  expect_refusal(trust, ErrorCode::NotVerified, "missing");
  EXPECT_EQ(trust.error().remedy, "signet trust update work");
  update();
  EXPECT_TRUE(read());
}

TEST_F(TrustOfAnInstance, IsNotReadWhereOthersMayWrite) {
  update();
  std::filesystem::permissions(store() / kVerifiedCopy, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  const auto refused = read();
  expect_refusal(refused, ErrorCode::InvalidRequest, "may be written by");
  EXPECT_EQ(refused.error().remedy, "chmod go-w " + (store() / kVerifiedCopy).string());
}

TEST_F(TrustOfAnInstance, BeginsAnewWithAnotherRoot) {
  update();
  repository_.publish_root();
  folder_.write("root.json", repository_.published_root(2));
  expect_refusal(read(), ErrorCode::InvalidRequest, "was never fetched");
}

TEST(TrustOfAShippedInstance, IsTheShippedOneUntilTheFirstUpdate) {
  const test::TemporaryFolder cache;
  for (const ShippedInstance& shipped : shipped_instances()) {
    const auto trust = read_instance_trust({.name = std::string(shipped.name)}, cache.path());
    ASSERT_TRUE(trust) << trust.error().sentence();
    EXPECT_EQ(trust->trusted_root, shipped.trusted_root);
    EXPECT_EQ(trust->signing_config, shipped.signing_config);
    EXPECT_FALSE(trust->copy);
    EXPECT_FALSE(trust->why_shipped);
  }
}

TEST(TrustOfAShippedInstance, IsTheShippedOneWhereTheCopyIsOfNoUse) {
  const test::TemporaryFolder cache;
  const TrustSource source{.name = "public-good"};
  const auto folder = store_folder(cache.path(), read_anchor(source).value());
  ASSERT_TRUE(make_private_folder(folder));
  ASSERT_TRUE(write_file_atomic(folder / kVerifiedCopy, "nonsense", 0600));
  const auto trust = read_instance_trust(source, cache.path());
  ASSERT_TRUE(trust) << trust.error().sentence();
  EXPECT_EQ(trust->trusted_root, shipped_trusted_root("public-good"));
  ASSERT_TRUE(trust->why_shipped);
  EXPECT_EQ(trust->why_shipped->code, ErrorCode::NotVerified);
}

TEST(TrustOfAShippedInstance, IsThatOfNoOtherName) {
  expect_refusal(read_anchor({.name = "elsewhere"}), ErrorCode::InvalidRequest,
                 "signet ships no root of an instance elsewhere");
}

}  // namespace
}  // namespace signet::sigstore::tuf
