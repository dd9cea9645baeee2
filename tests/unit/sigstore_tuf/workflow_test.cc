// What a run asks for, in which order, and what it keeps: after success and after each failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names_of(const MemoryStore& store) {
  std::vector<std::string> names;
  for (const auto& file : store.files) names.push_back(file.first);
  return names;
}

TEST(Workflow, AsksForFourFilesInOrderAndKeepsThemByteForByte) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"));
  EXPECT_THAT(client.metadata.written, ElementsAre("root.json", "timestamp.json", "snapshot.json", "targets.json"));
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    EXPECT_EQ(client.metadata.files.at(role + ".json"), repository.metadata(role));
  }
  EXPECT_THAT(client.notes, IsEmpty());
}

TEST(Workflow, AsksOfAnUnchangedRepositoryForRootAndTimestampAlone) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  repository.requests.clear();
  client.metadata.written.clear();
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("2.root.json", "timestamp.json"));
  EXPECT_THAT(client.metadata.written, IsEmpty());
}

TEST(Workflow, PutsNoVersionsInNamesWhereSnapshotsAreNotConsistent) {
  SimulatedRepository repository;
  repository.consistent = false;
  repository.publish_root();
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("3.root.json", "timestamp.json", "snapshot.json", "targets.json"));
}

TEST(Workflow, StopsBeforeAnyRequestWhereItsAnchorIsNone) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  const std::string good = client.anchor;
  const auto version = good.find("\"version\"");
  client.anchor.replace(version, 9, "\"ver51on\"");
  expect_refusal(client.refresh(), ErrorCode::InvalidRequest, "\"version\" is missing");
  client.anchor = good;
  const auto signature = good.find("\"sig\": \"") + 8;
  client.anchor[signature] = good[signature] == '0' ? '1' : '0';
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "root 1 is signed by 0 of the keys");
  EXPECT_THAT(repository.requests, IsEmpty());
  client.anchor = good;
  EXPECT_TRUE(client.refresh());
}

TEST(Workflow, WalksThroughEveryRoot) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.publish_root();
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("2.root.json", "3.root.json", "4.root.json", "timestamp.json",
                                               "1.snapshot.json", "1.targets.json"));
  EXPECT_EQ(client.metadata.files.at("root.json"), repository.published_root(3));
  EXPECT_EQ(client.metadata.files.at("root_history/2.root.json"), repository.published_root(2));
}

TEST(Workflow, BeginsWithTheNewestStoredRoot) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  repository.requests.clear();
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("3.root.json", "timestamp.json"));
}

TEST(Workflow, LeavesADamagedStoredRootOutAndSaysSo) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  repository.requests.clear();
  client.metadata.files["root_history/2.root.json"].resize(100);
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(client.notes, ElementsAre(HasSubstr("a stored root is left out")));
  EXPECT_THAT(repository.requests, ElementsAre("2.root.json", "3.root.json", "timestamp.json"));
  EXPECT_EQ(client.metadata.files.at("root_history/2.root.json"), repository.published_root(2));
}

TEST(Workflow, GetsDamagedStoredFilesAnewAndSaysSo) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    ASSERT_TRUE(client.refresh());
    const std::string good = client.metadata.files.at(role + ".json");
    client.metadata.files[role + ".json"] = "{";
    ASSERT_TRUE(client.refresh()) << role;
    EXPECT_EQ(client.metadata.files.at(role + ".json"), good);
    if (role != "targets") {
      EXPECT_THAT(client.notes, ElementsAre(HasSubstr("the stored " + role + " is left out")));
    }
  }
}

TEST(Workflow, GetsDeletedStoredFilesAnew) {
  for (const std::string role : {"timestamp", "snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    ASSERT_TRUE(client.refresh());
    client.metadata.files.erase(role + ".json");
    ASSERT_TRUE(client.refresh()) << role;
    EXPECT_EQ(client.version(role), 1) << role;
  }
}

TEST(Workflow, EndsWhereAFileIsMissingAndKeepsWhatCameBefore) {
  const std::map<std::string, std::vector<std::string>> kept = {
      {"timestamp.json", {"root.json"}},
      {"1.snapshot.json", {"root.json", "timestamp.json"}},
      {"1.targets.json", {"root.json", "snapshot.json", "timestamp.json"}}};
  for (const auto& [path, names] : kept) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.missing = {path};
    expect_refusal(client.refresh(), ErrorCode::RepositoryUnavailable, "the repository does not have");
    EXPECT_EQ(names_of(client.metadata), names) << path;
    repository.missing.clear();
    EXPECT_TRUE(client.refresh()) << path;
  }
}

TEST(Workflow, EndsWhereTheNetworkFailsEvenForARoot) {
  SimulatedRepository repository;
  MemoryStore store;
  const auto fetch = [](const std::string&, std::size_t) -> Result<std::optional<std::string>> {
    return fail(ErrorCode::Deadline, "no answer");
  };
  auto updater = sigstore::tuf::Updater::begin(repository.published_root(1), SimulatedRepository::urls(), fetch, store,
                                               parse_rfc3339(kToday).value());
  ASSERT_TRUE(updater);
  const auto done = updater->refresh();
  expect_refusal(done, ErrorCode::Deadline, "no answer");
  EXPECT_THAT(done.error().context, ElementsAre("updating root"));
}

TEST(Workflow, KeepsANewRootAndTimestampWhereTheSnapshotIsBad) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  ASSERT_TRUE(client.refresh());
  repository.publish_root();
  repository.publish_snapshot();
  repository.bend_signatures = [](const std::string& role, json::Array& signatures) {
    if (role == "snapshot") signatures.clear();
  };
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "snapshot 2 is signed by 0 of the keys");
  EXPECT_EQ(client.version("root"), 2);
  EXPECT_EQ(client.version("timestamp"), 2);
  EXPECT_EQ(client.version("snapshot"), 1);
  repository.bend_signatures = nullptr;
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("snapshot"), 2);
}

TEST(Workflow, ReadsNoMoreOfAFileThanItsLimit) {
  std::vector<std::size_t> limits;
  SimulatedRepository repository;
  MemoryStore store;
  const auto fetch = [&](const std::string& url, std::size_t limit) {
    limits.push_back(limit);
    return repository.fetch()(url, limit);
  };
  const auto run = [&] {
    limits.clear();
    auto updater = sigstore::tuf::Updater::begin(repository.published_root(1), SimulatedRepository::urls(), fetch,
                                                 store, parse_rfc3339(kToday).value());
    return updater->refresh();
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(limits, ElementsAre(512'000, 16'384, 2'000'000, 5'000'000));
  repository.names_hashes = true;
  repository.targets.version = 2;
  repository.publish_snapshot();
  ASSERT_TRUE(run());
  EXPECT_THAT(limits, ElementsAre(512'000, 16'384, repository.metadata("snapshot").size(),
                                  repository.metadata("targets").size()));
}

TEST(Workflow, EndsAfter256Rotations) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  for (int i = 0; i < 300; ++i) repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("root"), 257);
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("root"), 301);
}

TEST(Workflow, WalksThroughMoreStoredRootsThanOneRunFetches) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  for (int i = 0; i < 300; ++i) repository.publish_root();
  ASSERT_TRUE(client.refresh());
  ASSERT_TRUE(client.refresh());
  repository.requests.clear();
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("302.root.json", "timestamp.json"));
}

constexpr std::int64_t kLastVersion = std::numeric_limits<std::int64_t>::max();

TEST(Workflow, AsksForNoRootAfterTheHighestVersion) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.forget_roots();
  repository.root.version = kLastVersion - 1;
  repository.publish_root();
  client.anchor = repository.published_root(1);
  client.metadata.files["root_history/-9223372036854775808.root.json"] = "{";  // the sum that wraps around
  ASSERT_TRUE(client.refresh());
  EXPECT_THAT(repository.requests, ElementsAre("timestamp.json", "1.snapshot.json", "1.targets.json"));
  EXPECT_THAT(client.notes, IsEmpty());
  auto trusted = sigstore::tuf::TrustedSet::begin(client.anchor, std::nullopt);
  ASSERT_TRUE(trusted);
  expect_refusal(trusted->add_root(client.anchor), ErrorCode::NotVerified,
                 "no root can follow root 9223372036854775807");
}

TEST(Workflow, SignsUnknownMembersToo) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.bend = [](const std::string&, json::Object& part) {
    part.set("x-custom", json::Object{{"b", "\n"}, {"a", json::Array{1, nullptr}}});
  };
  repository.publish_root();
  ASSERT_TRUE(client.refresh());
  EXPECT_EQ(client.version("root"), 2);
}

TEST(Workflow, DoesNotAskWhatAKeyIdIsMadeOf) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.bend = [](const std::string& role, json::Object& part) {
    if (role != "root") return;
    auto* key = part.find("keys")->as_object()->find(key_id(3))->as_object();
    key->set("keyid_hash_algorithms", json::Array{"md5"});
  };
  repository.publish_root();
  EXPECT_TRUE(client.refresh());
}

TEST(Workflow, RefusesAFileOfAnotherVersionThanItsName) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.named_versions["targets"] = 2;
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "targets 1 was served where version 2 belongs");
  EXPECT_EQ(client.version("snapshot"), 1);
  repository.named_versions = {{"snapshot", 3}};
  repository.timestamp.version = 2;
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "snapshot 1 was served where version 3 belongs");
  EXPECT_EQ(client.version("timestamp"), 2);
}

TEST(Workflow, RefusesARootOfAnotherVersionThanTheNext) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.publish_root();
  repository.publish_root();
  repository.served["2.root.json"] = repository.published_root(3);
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "root 3 was served where version 2 belongs");
  repository.served["2.root.json"] = repository.published_root(1);
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "root 1 was served where version 2 belongs");
  EXPECT_THAT(client.metadata.written, ElementsAre("root.json")) << "the anchor";
  repository.served.clear();
  EXPECT_TRUE(client.refresh());
}

TEST(Workflow, RefusesAFileOfAnotherRole) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  repository.served["timestamp.json"] = repository.metadata("snapshot");
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "\"_type\" is not \"timestamp\"");
  repository.served = {{"1.targets.json", repository.metadata("snapshot")}};
  expect_refusal(client.refresh(), ErrorCode::NotVerified, "\"_type\" is not \"targets\"");
}

TEST(Workflow, ChecksLengthsAndHashesThatAreNamed) {
  for (const std::string role : {"snapshot", "targets"}) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.names_hashes = true;
    ASSERT_TRUE(client.refresh());
    repository.publish_snapshot();
    repository.targets.version = 2;
    const std::string path = role == "snapshot" ? "2.snapshot.json" : "2.targets.json";
    std::string other = repository.metadata(role);
    other.back() = ' ';  // white space for a line end: what is signed stays the same
    repository.served[path] = other;
    expect_refusal(client.refresh(), ErrorCode::NotVerified, role + " is not the file that was signed");
    other.pop_back();
    repository.served[path] = other;
    expect_refusal(client.refresh(), ErrorCode::NotVerified, "bytes long");
    EXPECT_EQ(client.version(role), 1);
    repository.served.clear();
    EXPECT_TRUE(client.refresh());
  }
}

TEST(Workflow, SurvivesADiskThatFillsUpAtAnyWrite) {
  for (int writes = 0; writes < 6; ++writes) {
    SimulatedRepository repository;
    SimulatedClient client(repository);
    repository.publish_root();
    client.metadata.writes_left = writes;
    expect_refusal(client.refresh(), ErrorCode::InvalidRequest, "the disk is full");
    client.metadata.writes_left = 1'000;
    ASSERT_TRUE(client.refresh()) << writes;
    EXPECT_EQ(client.version("root"), 2);
    EXPECT_EQ(client.version("targets"), 1);
  }
}

}  // namespace
}  // namespace signet::test
