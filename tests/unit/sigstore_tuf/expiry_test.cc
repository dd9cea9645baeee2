// Freeze: old files that are served for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

TEST(Expiry, OfTheLastRootEndsARunAfterItWasKept) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  repository.root.expires = kYesterday;
  repository.publish_root();
  repository.publish_snapshot();
  const auto done = client.refresh();
  expect_refusal(done, ErrorCode::NotVerified,
                 "root 2 expired on 2026-04-30T00:00:00Z, and this machine's clock says 2026-05-01T00:00:00Z");
  EXPECT_THAT(done.error().remedy, testing::HasSubstr("clock is right"));
  EXPECT_EQ(client.version("root"), 2);
  EXPECT_EQ(client.version("timestamp"), 1);
}

TEST(Expiry, OfARootOnTheWayDoesNotMatter) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.root.expires = kYesterday;
  repository.publish_root();
  repository.root.expires = kNextYear;
  repository.publish_root();
  EXPECT_TRUE(client.refresh());
  EXPECT_EQ(client.version("root"), 3);
}

TEST(Expiry, OfTheAnchorDoesNotMatterWhereANewerRootIsThere) {
  SimulatedRepository repository;
  repository.root.expires = kYesterday;
  repository.publish_root();
  SimulatedClient client(repository);
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "root 2 expired");
  repository.root.expires = kNextYear;
  repository.publish_root();
  EXPECT_TRUE(client.refresh());
}

TEST(Expiry, OfEachRoleEndsARunAndIsNotKept) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    ASSERT_TRUE(client.refresh());
    SimulatedRole& expired =
        role == "timestamp" ? repository.timestamp : (role == "snapshot" ? repository.snapshot : repository.targets);
    expired.expires = kYesterday;
    repository.targets.version = 2;
    repository.publish_snapshot();
    expect_refusal(client.refresh(), ErrorCode::NotVerified, role + " 2 expired on");
    EXPECT_EQ(client.version(role), 1);
    expired.expires = kNextYear;
    ASSERT_TRUE(client.refresh()) << role;
    EXPECT_EQ(client.version(role), 2);
  }
}

TEST(Expiry, IsTheMomentItself) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.expires = kToday;
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "timestamp 1 expired");
  repository.timestamp.expires = "2026-05-01T00:00:01Z";
  EXPECT_TRUE(client.refresh());
}

TEST(Expiry, OfStoredFilesDoesNotKeepNewOnesOut) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.expires = "2026-05-08T00:00:00Z";
  repository.snapshot.expires = "2026-05-08T00:00:00Z";
  ASSERT_TRUE(client.refresh());
  repository.timestamp.expires = repository.snapshot.expires = "2026-05-22T00:00:00Z";
  repository.targets.version = 2;
  repository.publish_snapshot();
  client.now = "2026-05-19T00:00:00Z";
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("targets"), 2);
}

TEST(Expiry, OfAStoredTimestampThatIsServedAgainEndsARun) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.expires = "2026-05-08T00:00:00Z";
  ASSERT_TRUE(client.refresh());
  client.now = "2026-05-19T00:00:00Z";
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "timestamp 1 expired");
}

TEST(Expiry, OfAStoredTimestampDoesNotForgiveARollback) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.timestamp.version = 5;
  repository.timestamp.expires = "2026-05-08T00:00:00Z";
  ASSERT_TRUE(client.refresh());
  client.now = "2026-05-19T00:00:00Z";
  repository.timestamp.version = 4;
  repository.timestamp.expires = kNextYear;
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "timestamp 4 is older than version 5");
}

TEST(Expiry, OfADelegatedRoleEndsTheSearch) {
  SimulatedRepository repository;
  repository.delegated["A"] = {.keys = {7}, .signers = {7}, .expires = std::string(kYesterday)};
  repository.delegations = {{.role = "A"}};
  repository.add_artifact("A", "file", "content");
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "A 1 expired");
  EXPECT_EQ(client.version("A"), 0);
  repository.delegated["A"].expires = kNextYear;
  EXPECT_EQ(client.download("file"), "content");
}

}  // namespace
}  // namespace signet::test
