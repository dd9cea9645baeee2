#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::test {
namespace {

// Puts other hashes in the place of a target's own; their values fit `content`.
void name_hashes(SimulatedRepository& repository, std::vector<std::string> algorithms, const std::string& content) {
  repository.bend = [=](const std::string& role, json::Object& part) {
    if (role != "targets") return;
    json::Object hashes;
    for (const std::string& name : algorithms) {
      const auto algorithm = hash_from_name(name);
      hashes.set(name, algorithm ? sigstore::hash(*algorithm, bytes_of(content)).hex() : std::string("abcdef"));
    }
    part.find("targets")->as_object()->find("file")->as_object()->set("hashes", std::move(hashes));
  };
}

TEST(Target, IsGotUnderItsHashAndKeptUnderItsName) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "dir/sub/file.txt", "content");
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("dir/sub/file.txt"), "content");
  EXPECT_EQ(repository.requests.back(),
            "targets/dir/sub/" + encode_hex(sigstore::sha256(bytes_of("content"))) + ".file.txt");
  EXPECT_EQ(client.targets.files.at("dir%2Fsub%2Ffile.txt"), "content");
}

TEST(Target, IsGotUnderItsNameWhereSnapshotsAreNotConsistent) {
  SimulatedRepository repository;
  repository.consistent = false;
  repository.publish_root();
  repository.add_artifact("targets", "dir/file", "content");
  SimulatedClient client(repository);
  EXPECT_EQ(client.download("dir/file"), "content");
  EXPECT_EQ(repository.requests.back(), "targets/dir/file");
}

TEST(Target, ThatIsStoredIsNotAskedForAgain) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", "content");
  SimulatedClient client(repository);
  ASSERT_TRUE(client.download("file"));
  repository.artifacts["targets"]["file"] = "other";  // behind the back of the stored targets.json
  EXPECT_EQ(client.download("file"), "content");
  EXPECT_EQ(repository.requests.back(), "timestamp.json");
}

TEST(Target, ThatIsStoredAndDamagedIsGotAnew) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", "content");
  SimulatedClient client(repository);
  ASSERT_TRUE(client.download("file"));
  for (const std::string damaged : {"", "contenX", "content and more"}) {
    client.targets.files["file"] = damaged;
    EXPECT_EQ(client.download("file"), "content");
    EXPECT_EQ(client.targets.files.at("file"), "content");
  }
}

TEST(Target, ThatChangesIsGotAnew) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", "first");
  SimulatedClient client(repository);
  ASSERT_EQ(client.download("file"), "first");
  repository.add_artifact("targets", "file", "second");
  repository.targets.version = 2;
  repository.publish_snapshot();
  EXPECT_EQ(client.download("file"), "second");
  EXPECT_EQ(client.targets.files.at("file"), "second");
}

TEST(Target, ThatIsNotWhatWasSignedIsRefusedAndNotKept) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", "content");
  SimulatedClient client(repository);
  const std::string path = "targets/" + encode_hex(sigstore::sha256(bytes_of("content"))) + ".file";
  repository.served[path] = "contenX";
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "target file is not the file that was signed");
  repository.served[path] = "shorter";
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "not the file that was signed");
  repository.served[path] = "short";
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "target file is not 7 bytes long");
  repository.served[path] = "content and endless data";
  expect_refusal(client.download("file"), ErrorCode::LimitExceeded, "too long");
  repository.missing = {path};
  expect_refusal(client.download("file"), ErrorCode::RepositoryUnavailable, "does not have");
  EXPECT_TRUE(client.targets.files.empty());
  repository.missing.clear();
  repository.served.clear();
  EXPECT_EQ(client.download("file"), "content");
}

TEST(Target, IsCheckedByEachHashThatIsKnown) {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"sha256"}, {"sha512"}, {"sha384"}, {"sha256", "sha512"}, {"sha256", "blake9"}}) {
    SimulatedRepository repository;
    repository.add_artifact("targets", "file", "content");
    name_hashes(repository, names, "content");
    const std::string hex = sigstore::hash(*hash_from_name(names[0]), bytes_of("content")).hex();
    repository.served["targets/" + hex + ".file"] = "content";
    SimulatedClient client(repository);
    EXPECT_EQ(client.download("file"), "content") << names[0];
    client.targets.files.clear();
    repository.served["targets/" + hex + ".file"] = "contenX";
    expect_refusal(client.download("file"), ErrorCode::NotVerified, "not the file that was signed");
  }
}

TEST(Target, WithHashesOfUnknownKindsAloneIsRefused) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", "content");
  name_hashes(repository, {"blake9"}, "content");
  repository.served["targets/abcdef.file"] = "content";
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::NotVerified, "hashes of kinds that are unknown here alone");
  EXPECT_TRUE(client.targets.files.empty());
}

TEST(Target, ThatIsLongerThanItsReaderTakesIsNotAskedFor) {
  SimulatedRepository repository;
  repository.add_artifact("targets", "file", std::string(1'000'001, 'x'));
  SimulatedClient client(repository);
  expect_refusal(client.download("file"), ErrorCode::LimitExceeded, "target file is longer than 1000000 bytes");
  EXPECT_EQ(repository.requests.back(), "1.targets.json");
}

TEST(Target, ThatNobodySignedIsNoTarget) {
  SimulatedRepository repository;
  SimulatedClient client(repository);
  expect_refusal(client.download("file\n"), ErrorCode::InvalidRequest, "the repository has no target file\uFFFD");
}

}  // namespace
}  // namespace signet::test
