// Rollback: old versions in the place of newer ones; and how a repository recovers from versions that a thief raised.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

void rotate(SimulatedRole& role, int key) {
  role.keys = {key};
  role.signers = {key};
}

TEST(Rollback, OfTimestampIsRefused) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.version = 2;
  ASSERT_TRUE(client.refresh());
  repository.timestamp.version = 1;
  const auto done = client.refresh();
  expect_refusal(done, ErrorCode::NotVerified, "timestamp 1 is older than version 2, which was seen before");
  EXPECT_THAT(done.error().remedy, testing::HasSubstr("another network"));
  EXPECT_EQ(repository.requests.back(), "timestamp.json");
  EXPECT_EQ(client.version("timestamp"), 2);
}

TEST(Rollback, OfATimestampOfTheSameVersionKeepsTheOldOne) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  const std::string kept = client.metadata.files.at("timestamp.json");
  repository.named_versions["snapshot"] = 100;
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.metadata.files.at("timestamp.json"), kept);
}

TEST(Rollback, OfSnapshotInTimestampIsRefused) {
  for (const bool names_hashes : {false, true}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.names_hashes = names_hashes;
    repository.publish_snapshot();
    ASSERT_TRUE(client.refresh());
    repository.snapshot.version = 1;
    repository.timestamp.version = 3;
    expect_refusal(client.refresh(), ErrorCode::NotVerified, "snapshot 1 is older than version 2");
    EXPECT_EQ(client.version("timestamp"), 2);
    EXPECT_EQ(client.version("snapshot"), 2);
  }
}

TEST(Rollback, OfTargetsInSnapshotIsRefused) {
  for (const bool names_hashes : {false, true}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.names_hashes = names_hashes;
    repository.targets.version = 3;
    ASSERT_TRUE(client.refresh());
    repository.targets.version = 1;
    repository.publish_snapshot();
    expect_refusal(client.refresh(), ErrorCode::NotVerified, "targets 1 is older than version 3");
    EXPECT_EQ(client.version("snapshot"), 1);
    EXPECT_EQ(client.version("targets"), 3);
  }
}

TEST(Rollback, OfADelegatedRoleInSnapshotIsRefused) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.delegated["A"] = {.keys = {7}, .signers = {7}, .version = 9};
  ASSERT_TRUE(client.refresh());
  repository.delegated["A"].version = 8;
  repository.publish_snapshot();
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "A 8 is older than version 9");
}

TEST(Rollback, ByLeavingARoleOutOfSnapshotIsRefused) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.delegated["A"] = {.keys = {7}, .signers = {7}};
  ASSERT_TRUE(client.refresh());
  repository.unnamed = {"A"};
  repository.publish_snapshot();
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "snapshot 2 does not name A.json any more");
  repository.unnamed.clear();
  EXPECT_TRUE(client.refresh());
}

TEST(Rollback, IsAskedOfAStoredSnapshotThatTimestampHasLeftBehind) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.targets.version = 5;
  ASSERT_TRUE(client.refresh());
  repository.publish_snapshot();
  repository.bend_signatures = [](const std::string& role, json::Array& signatures) {
    if (role == "snapshot") signatures.clear();
  };
  ASSERT_FALSE(client.refresh());
  repository.bend_signatures = nullptr;
  repository.targets.version = 4;
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "targets 4 is older than version 5");
}

// The store has root.json of version 3, in which the key of targets was replaced, and has lost root 2.
class LostRoots : public testing::Test {
 protected:
  LostRoots() {
    repository.publish_root();
    rotate(repository.targets, 44);
    repository.publish_root();
    EXPECT_TRUE(client.refresh());
    client.metadata.files.erase("root_history/2.root.json");
  }
  void expect_roots_lost(std::string_view reached) {
    const auto done = client.refresh();
    expect_refusal(done, ErrorCode::NotVerified,
                   "the repository leads to root " + std::string(reached) +
                       " and no further, and root 3 was believed here before");
    EXPECT_THAT(done.error().remedy, testing::HasSubstr("try again later or from another network"));
    EXPECT_THAT(done.error().remedy, testing::HasSubstr("remove what is stored"));
    EXPECT_EQ(client.metadata.files.at("root.json"), repository.published_root(3));
    EXPECT_EQ(client.version("targets"), 1);
  }
  SimulatedRepository repository;
  SimulatedClient client{repository};
};

TEST_F(LostRoots, ThatAreNotServedDoNotRollRootBack) {
  repository.missing = {"2.root.json"};
  repository.targets.signers = {4};
  repository.targets.version = 2;
  repository.publish_snapshot();
  expect_roots_lost("1");
  EXPECT_EQ(repository.requests.back(), "2.root.json");
  expect_roots_lost("1");
}

TEST_F(LostRoots, OfWhichSomeAreServedDoNotRollRootBack) {
  client.metadata.files.erase("root_history/3.root.json");
  repository.missing = {"3.root.json"};
  expect_roots_lost("2");
  repository.missing.clear();
  EXPECT_TRUE(client.refresh());
}

TEST_F(LostRoots, AreFetchedAgain) {
  repository.requests.clear();
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, testing::ElementsAre("2.root.json", "3.root.json", "4.root.json", "timestamp.json"));
  EXPECT_EQ(client.metadata.files.at("root_history/2.root.json"), repository.published_root(2));
  EXPECT_EQ(client.version("root"), 3);
  repository.missing = {"2.root.json", "3.root.json"};
  EXPECT_TRUE(client.refresh()) << "nothing is asked for again";
}

TEST_F(LostRoots, DoNotMatterWhereTheAnchorIsAsNewAsTheStoredRoot) {
  repository.missing = {"2.root.json"};
  client.anchor = repository.published_root(3);
  EXPECT_TRUE(client.refresh());
}

TEST_F(LostRoots, AreNotMissedForAStoredRootThatIsDamaged) {
  client.metadata.files["root.json"].resize(100);
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(client.notes, testing::ElementsAre(testing::HasSubstr("the stored root.json is left out")));
  EXPECT_EQ(client.metadata.files.at("root.json"), repository.published_root(3));
}

TEST(FastForward, OfTimestampIsRecoveredByANewKey) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.version = 99'999;
  ASSERT_TRUE(client.refresh());
  repository.timestamp.version = 1;
  EXPECT_FALSE(client.refresh());
  rotate(repository.timestamp, 22);
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("timestamp"), 1);
}

TEST(FastForward, OfSnapshotIsRecoveredByNewKeysOfSnapshotAndTimestamp) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.snapshot.version = 99'999;
  ASSERT_TRUE(client.refresh());
  repository.snapshot.version = 1;
  repository.timestamp.version = 2;
  rotate(repository.snapshot, 33);
  rotate(repository.timestamp, 22);
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("snapshot"), 1);
}

TEST(FastForward, OfTargetsIsRecoveredByANewKeyOfSnapshot) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.targets.version = 99'999;
  ASSERT_TRUE(client.refresh());
  repository.targets.version = 1;
  repository.publish_snapshot();
  EXPECT_FALSE(client.refresh());
  rotate(repository.snapshot, 33);
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("targets"), 1);
}

}  // namespace
}  // namespace signet::test
