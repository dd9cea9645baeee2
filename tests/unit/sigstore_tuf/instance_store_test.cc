// A store on disk, and what becomes of it when a process dies in the middle or two of them write.
#include "sigstore/tuf/instance_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::sigstore::tuf {
namespace {

using namespace std::chrono_literals;
using test::expect_refusal;
using test::SimulatedRepository;

std::string file_of(const Result<VerifiedCopy>& copy, std::string_view name) {
  return copy ? copy->files.find(name)->second : copy.error().sentence();
}

class InstanceStore : public testing::Test {
 protected:
  InstanceStore() {
    anchor = {.url = std::string(SimulatedRepository::kUrl), .root = repository.published_root(1)};
    repository.add_artifact("targets", std::string(kTrustedRootTarget), "root of today");
    repository.add_artifact("targets", std::string(kSigningConfigTarget), "services of today");
    store = store_folder(folder.path(), anchor);
  }

  Result<VerifiedCopy> update(const Fetch& fetch) {
    return update_store(store, anchor, fetch, parse_rfc3339(test::kToday).value(), Deadline::after(60s));
  }
  Result<VerifiedCopy> update() { return update(repository.fetch()); }
  /// What an offline reader sees.
  [[nodiscard]] Result<VerifiedCopy> stored() const {
    auto text = read_file(store / kVerifiedCopy, kMaxVerifiedCopy);
    if (!text) return fail(text.error());
    return open_copy(*text, anchor.root, anchor.url);
  }
  void change_everything() {
    repository.publish_root();
    repository.targets.version += 1;
    repository.publish_snapshot();
    repository.add_artifact("targets", std::string(kTrustedRootTarget), "root of tomorrow");
    repository.add_artifact("targets", std::string(kSigningConfigTarget), "services of tomorrow");
  }

  const test::TemporaryFolder folder;
  SimulatedRepository repository;
  Anchor anchor;
  std::filesystem::path store;
};

TEST_F(InstanceStore, HoldsAnUpdatesResultForWhoIsOffline) {
  const auto copy = update();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(file_of(copy, kTrustedRootTarget), "root of today");
  const auto offline = stored();
  ASSERT_TRUE(offline) << offline.error().sentence();
  EXPECT_EQ(offline->files, copy->files);
  EXPECT_EQ(read_file(store / "metadata" / "targets.json", 1 << 20), repository.metadata("targets"));
  EXPECT_EQ(read_file(store / "targets" / "signing_config.v0.2.json", 1 << 20), "services of today");
}

TEST_F(InstanceStore, IsNamedByItsUrlAndItsRoot) {
  EXPECT_EQ(store.parent_path(), folder.path() / "tuf");
  EXPECT_THAT(store.filename().string(), testing::MatchesRegex("tuf.example.org-[0-9a-f]{16}"));
  Anchor other = anchor;
  other.root += ' ';
  EXPECT_NE(store_folder(folder.path(), other), store);
  other = anchor;
  other.url = "https://tuf.example.org/../x";
  EXPECT_NE(store_folder(folder.path(), other), store);
  EXPECT_EQ(store_folder(folder.path(), other).parent_path(), store.parent_path());
  other.url = "..";
  EXPECT_THAT(store_folder(folder.path(), other).filename().string(), testing::MatchesRegex("[.][.]-[0-9a-f]{16}"));
}

TEST_F(InstanceStore, DoesWithoutASigningConfig) {
  repository.artifacts["targets"].erase(std::string(kSigningConfigTarget));
  const auto copy = update();
  ASSERT_TRUE(copy);
  EXPECT_FALSE(copy->files.contains(kSigningConfigTarget));
}

TEST_F(InstanceStore, DoesNotDoWithoutATrustedRoot) {
  repository.artifacts["targets"].erase(std::string(kTrustedRootTarget));
  expect_refusal(update(), ErrorCode::NotVerified, "the repository has no target trusted_root.json");
  EXPECT_FALSE(std::filesystem::exists(store / kVerifiedCopy));
}

TEST_F(InstanceStore, KeepsTheLastGoodCopyWhenAnUpdateFails) {
  ASSERT_TRUE(update());
  change_everything();
  for (const std::string path : {"timestamp.json", "2.snapshot.json", "2.targets.json"}) {
    repository.missing = {path};
    EXPECT_FALSE(update()) << path;
    EXPECT_EQ(file_of(stored(), kTrustedRootTarget), "root of today") << path;
  }
  repository.missing.clear();
  ASSERT_TRUE(update());
  EXPECT_EQ(file_of(stored(), kTrustedRootTarget), "root of tomorrow");
  EXPECT_EQ(stored()->root.version, 2);
}

TEST_F(InstanceStore, IsClosedToOthers) {
  ASSERT_TRUE(update());
  std::filesystem::permissions(store, std::filesystem::perms::all);
  expect_refusal(update(), ErrorCode::InvalidRequest, "open to group or others");
}

/// Runs one update in a process that is killed before its request of that number; true where it was.
bool dies_before_request(int number, const std::function<Result<VerifiedCopy>(const Fetch&)>& update,
                         const Fetch& fetch) {
  const pid_t child = ::fork();
  if (child == 0) {
    int left = number;
    (void)update([&](const std::string& url, std::size_t limit) {
      if (left-- == 0) ::raise(SIGKILL);
      return fetch(url, limit);
    });
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

// Between any two requests lie the writes of the one before: this ends a process after each of them but the last.
TEST_F(InstanceStore, IsOfUseWhereverAnUpdateWasKilled) {
  ASSERT_TRUE(update());
  change_everything();
  int kills = 0;
  while (dies_before_request(kills, [this](const Fetch& fetch) { return update(fetch); }, repository.fetch())) {
    const auto offline = stored();
    ASSERT_TRUE(offline) << kills << ": " << offline.error().sentence();
    EXPECT_EQ(file_of(offline, kTrustedRootTarget), "root of today");
    EXPECT_EQ(file_of(offline, kSigningConfigTarget), "services of today");
    ++kills;
  }
  EXPECT_GT(kills, 0);
  EXPECT_EQ(file_of(stored(), kTrustedRootTarget), "root of tomorrow");
  ASSERT_TRUE(update());
}

// What the disk holds after a crash is some of the files of a run, each whole: every such state must be overcome.
TEST_F(InstanceStore, OvercomesEveryMixtureOfOldAndNewFiles) {
  ASSERT_TRUE(update());
  const auto old = folder / "old";
  std::filesystem::copy(store, old, std::filesystem::copy_options::recursive);
  change_everything();
  ASSERT_TRUE(update());
  const auto fresh = folder / "new";
  std::filesystem::copy(store, fresh, std::filesystem::copy_options::recursive);
  const std::vector<std::string> names = {"metadata/root_history/2.root.json",
                                          "metadata/root.json",
                                          "metadata/timestamp.json",
                                          "metadata/snapshot.json",
                                          "metadata/targets.json",
                                          "targets/trusted_root.json"};
  for (unsigned mixture = 0; mixture < 1U << names.size(); ++mixture) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto from = ((mixture >> i) & 1U) != 0 ? fresh / names[i] : old / names[i];
      std::filesystem::remove(store / names[i]);
      if (std::filesystem::exists(from)) std::filesystem::copy_file(from, store / names[i]);
    }
    const auto done = update();
    ASSERT_TRUE(done) << mixture << ": " << done.error().sentence();
    EXPECT_EQ(file_of(stored(), kTrustedRootTarget), "root of tomorrow") << mixture;
  }
}

/// Runs `update` `rounds` times in each of so many processes at once; how many of them had no failure.
int count_good(int processes, int rounds, const std::function<Result<VerifiedCopy>()>& update) {
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool good = true;
      for (int round = 0; round < rounds; ++round) good = update().has_value() && good;
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  int good = 0;
  for (const pid_t child : children) {
    int status = 0;
    if (::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) ++good;
  }
  return good;
}

TEST_F(InstanceStore, IsUpdatedByManyProcessesAtOnce) {
  ASSERT_TRUE(update());
  change_everything();
  EXPECT_EQ(count_good(4, 5, [this] { return update(); }), 4);
  EXPECT_EQ(file_of(stored(), kTrustedRootTarget), "root of tomorrow");
  repository.requests.clear();
  ASSERT_TRUE(update());
  EXPECT_THAT(repository.requests, testing::ElementsAre("3.root.json", "timestamp.json"))
      << "all that is stored is good";
}

// Each process sees the repository in a state of its own: those that come late to an older one are refused.
TEST_F(InstanceStore, IsOfUseAfterManyProcessesSawDifferentStates) {
  ASSERT_TRUE(update());
  (void)count_good(4, 5, [this] {
    auto done = update();
    change_everything();
    return done;
  });
  ASSERT_TRUE(stored()) << stored().error().sentence();
  EXPECT_EQ(stored()->timestamp.version, 5) << "the newest state that any of them saw";
}

/// The store has roots 2 and 3; the key of targets was replaced by the last one.
class StoreThatLostRoots : public InstanceStore {
 protected:
  StoreThatLostRoots() {
    repository.publish_root();
    repository.targets.keys = repository.targets.signers = {44};
    repository.publish_root();
    EXPECT_TRUE(update());
    std::filesystem::remove_all(store / "metadata");
  }
  Result<VerifiedCopy> update_and_note() {
    return update_store(store, anchor, repository.fetch(), parse_rfc3339(test::kToday).value(), Deadline::after(60s),
                        [this](const std::string& note) { notes.push_back(note); });
  }
  std::vector<std::string> notes;
};

TEST_F(StoreThatLostRoots, TakesThemFromItsCopyAndSaysSo) {
  repository.requests.clear();
  repository.missing = {"2.root.json", "3.root.json"};
  const auto copy = update_and_note();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->root.version, 3);
  EXPECT_EQ(repository.requests.front(), "4.root.json");
  EXPECT_EQ(read_file(store / "metadata" / "root.json", 1 << 20), repository.published_root(3));
  EXPECT_THAT(notes, testing::ElementsAre("root 2 was lost from the store and is put back",
                                          "root 3 was lost from the store and is put back"));
  notes.clear();
  ASSERT_TRUE(update_and_note());
  EXPECT_THAT(notes, testing::IsEmpty());
}

TEST_F(StoreThatLostRoots, DoesNotBelieveKeysThatTheyRevoke) {
  repository.missing = {"2.root.json", "3.root.json"};
  repository.targets.signers = {4};
  repository.targets.version = 2;
  repository.publish_snapshot();
  expect_refusal(update(), ErrorCode::NotVerified, "targets 2 is signed by 0 of the keys");
}

TEST_F(StoreThatLostRoots, FetchesThemAgainWhereItsCopyIsDamagedAndSaysSo) {
  ASSERT_TRUE(write_file_atomic(store / kVerifiedCopy, "{", 0600));
  const auto copy = update_and_note();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->root.version, 3);
  EXPECT_THAT(notes, testing::ElementsAre(testing::HasSubstr("the stored copy is left out")));
}

TEST_F(StoreThatLostRoots, SaysWhichStoreToRemove) {
  ASSERT_TRUE(update());
  std::filesystem::remove(store / kVerifiedCopy);
  std::filesystem::remove_all(store / "metadata" / "root_history");
  repository.missing = {"2.root.json"};
  const auto copy = update();
  expect_refusal(copy, ErrorCode::NotVerified, "root 3 was believed here before");
  EXPECT_THAT(copy.error().sentence(), testing::HasSubstr("(updating " + store.string() + ")"));
}

}  // namespace
}  // namespace signet::sigstore::tuf
