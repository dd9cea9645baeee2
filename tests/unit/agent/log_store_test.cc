// What an agent finds of the audit log when it starts, and what it makes of it.
#include "agent/audit/log_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/file.h"
#include "sigstore/encoding/note_key.h"
#include "tests/support/audit_lines.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/full_disk.h"

namespace signet::agent {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string line(std::uint64_t sequence, std::string_view event = "start") {
  return R"({"schema":"signet.audit/1","sequence":)" + std::to_string(sequence) +
         R"(,"time":"2026-01-31T12:00:00Z","event":")" + std::string(event) + "\"}";
}

std::vector<Bytes> some(std::uint64_t from, std::uint64_t to) {
  std::vector<Bytes> all;
  for (; from < to; ++from) all.push_back(to_bytes(line(from)));
  return all;
}

std::string text_of_lines(std::uint64_t from, std::uint64_t to) {
  std::string text;
  for (; from < to; ++from) text += line(from) + "\n";
  return text;
}

class LogStoreTest : public ::testing::Test {
 protected:
  LogStoreTest() {
    fs::create_directory(root());
    fs::permissions(root(), fs::perms::owner_all);
  }
  [[nodiscard]] fs::path root() const { return outer_ / "audit"; }
  [[nodiscard]] Result<LogStore> open() const { return LogStore::open(audit::Folder(root())); }
  void grow(std::uint64_t to) const {
    auto store = open();
    ASSERT_TRUE(store) << store.error().sentence();
    ASSERT_TRUE(store->append(store->size(), some(store->size(), to)));
  }
  [[nodiscard]] std::string text(const std::string& name) const { return read_file(root() / name, 1U << 24U).value(); }
  void write(const std::string& name, std::string_view content, unsigned mode = 0600) const {
    ASSERT_TRUE(write_file_atomic(root() / name, content, mode));
  }
  void expect_lines(std::uint64_t count) const {
    EXPECT_THAT(test::audit_findings(root()), IsEmpty());
    const auto lines = test::stored_audit_lines(root());
    ASSERT_EQ(lines.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) EXPECT_EQ(lines[i], line(i));
  }

  test::TemporaryFolder outer_;
};

TEST_F(LogStoreTest, BeginsALogWithAKeyOfItsOwn) {
  const auto store = open();
  ASSERT_TRUE(store) << store.error().sentence();
  EXPECT_EQ(store->size(), 0U);
  EXPECT_THAT(store->checkpoint(), StartsWith("audit.signet/"));
  const auto key = sigstore::parse_verifier_key(text("key.vkey").substr(0, text("key.vkey").size() - 1));
  ASSERT_TRUE(key);
  EXPECT_TRUE(sigstore::verify_checkpoint(store->checkpoint(), *key, key->name));
  for (const char* name : {"key.pem", "key.vkey", "log/checkpoint"}) {
    EXPECT_EQ(static_cast<unsigned>(fs::status(root() / name).permissions()), 0600U) << name;
  }
}

TEST_F(LogStoreTest, GoesOnWithTheSameKey) {
  grow(3);
  const std::string key = text("key.vkey");
  grow(300);
  EXPECT_EQ(text("key.vkey"), key);
  expect_lines(300);
}

TEST_F(LogStoreTest, BringsWholeLinesOfTheTailIntoTheTreeWhicheverFileHoldsThem) {
  grow(2);
  write("tail-1.jsonl", text_of_lines(2, 5));
  write("tail-0.jsonl", text_of_lines(5, 600));
  const auto store = open();
  ASSERT_TRUE(store) << store.error().sentence();
  EXPECT_EQ(store->size(), 600U);
  EXPECT_EQ(store->set_aside(), "");
  expect_lines(600);
}

// A line stays in the tail until its checkpoint is on the disk: after a crash it may be in both.
TEST_F(LogStoreTest, TakesLinesOnceThatAreInTreeAndTail) {
  grow(4);
  write("tail-0.jsonl", text_of_lines(1, 6));
  ASSERT_TRUE(open());
  expect_lines(6);
}

TEST_F(LogStoreTest, SetsATornLastLineAsideAndSaysSo) {
  grow(1);
  write("tail-0.jsonl", text_of_lines(1, 3) + R"({"sch)");
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->size(), 3U);
  EXPECT_THAT(store->set_aside(), HasSubstr("5 bytes that do not follow on the log (a torn last line)"));
  EXPECT_THAT(store->set_aside(), HasSubstr("tail.set-aside-3"));
  EXPECT_EQ(text("tail.set-aside-3"), R"({"sch)");
}

TEST_F(LogStoreTest, SetsAsideWhatAPowerCutLeftBehindAGap) {
  grow(1);
  write("tail-0.jsonl", std::string(4096, '\0'));
  write("tail-1.jsonl", text_of_lines(3, 5));
  for (int i = 0; i < 2; ++i) {
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(store->size(), 1U);
  }
  EXPECT_THAT(text("tail.set-aside-1"), HasSubstr(line(4)));
  EXPECT_TRUE(fs::exists(root() / "tail.set-aside-1-2")) << "what was set aside stays";
}

TEST_F(LogStoreTest, CarriesTheLogOfVersion01Over) {
  write("log.jsonl", text_of_lines(0, 700) + "{\"torn");
  const auto store = open();
  ASSERT_TRUE(store) << store.error().sentence();
  EXPECT_EQ(store->size(), 700U);
  EXPECT_THAT(store->set_aside(), HasSubstr("a torn last line of 6 bytes was left in log.jsonl.carried-over"));
  EXPECT_FALSE(fs::exists(root() / "log.jsonl"));
  EXPECT_EQ(text("log.jsonl.carried-over"), text_of_lines(0, 700) + "{\"torn");
  expect_lines(700);
}

TEST_F(LogStoreTest, CarriesTheRestOverWhereThatWasInterrupted) {
  grow(300);
  write("log.jsonl", text_of_lines(0, 700));
  ASSERT_TRUE(open());
  expect_lines(700);
}

TEST_F(LogStoreTest, RefusesAFileOfVersion01ThatSaysSomethingElse) {
  grow(3);
  write("log.jsonl", line(0) + "\n" + line(1, "intent") + "\n");
  const auto store = open();
  expect_refusal(store, ErrorCode::AuditUnavailable, "holds lines that are not in the log, from line 1");
  EXPECT_THAT(store.error().remedy, HasSubstr("move that file away"));
  write("log.jsonl", text_of_lines(0, 2) + "hello\n");
  expect_refusal(open(), ErrorCode::AuditUnavailable, "has a line 2 that is none of ours");
  write("log.jsonl", line(0) + "\n" + line(2) + "\n");
  expect_refusal(open(), ErrorCode::AuditUnavailable, "lacks line 1");
  write("log.jsonl", text_of_lines(0, 2), 0640);
  expect_refusal(open(), ErrorCode::AuditUnavailable, "is open to group or others");
  fs::remove(root() / "log.jsonl");
  EXPECT_TRUE(open());
}

TEST_F(LogStoreTest, BeginsNothingAnewWhereSomethingWas) {
  grow(3);
  fs::rename(root() / "log", outer_ / "log");
  const auto gone = open();
  expect_refusal(gone, ErrorCode::AuditUnavailable, "a log was begun here, and it is gone");
  EXPECT_THAT(gone.error().remedy, HasSubstr("to begin a new log, move the folder"));
  fs::rename(outer_ / "log", root() / "log");
  fs::rename(root() / "key.pem", outer_ / "key.pem");
  expect_refusal(open(), ErrorCode::AuditUnavailable, "cannot be continued without its key");
  fs::rename(outer_ / "key.pem", root() / "key.pem");
  fs::remove(root() / "log/checkpoint");
  expect_refusal(open(), ErrorCode::AuditUnavailable, "it is gone");
}

TEST_F(LogStoreTest, RefusesAnotherKeyAndOneThatOthersMayRead) {
  grow(3);
  ASSERT_EQ(::chmod((root() / "key.pem").c_str(), 0640), 0);
  expect_refusal(open(), ErrorCode::AuditUnavailable, "a secret that group or others may read");
  write("key.pem", sigstore::NoteSigner::generate("audit.signet/").value().pem().reveal());
  expect_refusal(open(), ErrorCode::AuditUnavailable, "the checkpoint's origin is");
  write("key.pem", "nonsense");
  const auto store = open();
  expect_refusal(store, ErrorCode::AuditUnavailable, "not a private key");
  EXPECT_THAT(store.error().remedy, HasSubstr("signet audit verify"));
}

TEST_F(LogStoreTest, RefusesADamagedTree) {
  grow(3);
  std::string tile = text("log/tile/0/000.p/3");
  tile[40] = static_cast<char>(tile[40] ^ 1);
  write("log/tile/0/000.p/3", tile);
  const auto store = open();
  expect_refusal(store, ErrorCode::AuditUnavailable, "do not lead to the root of its checkpoint");
  EXPECT_THAT(store.error().remedy, HasSubstr("signet audit verify"));
}

TEST_F(LogStoreTest, LosesNothingWhereTheDiskWasFullAndGoesOnWhenThereIsRoom) {
  auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->append(0, some(0, 3)));
  {
    const test::FullDisk full(10);
    expect_refusal(store->append(3, some(3, 5)), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
    expect_refusal(store->append(3, some(3, 5)), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
  }
  EXPECT_EQ(store->size(), 3U);
  ASSERT_TRUE(store->append(3, some(3, 6)));
  expect_lines(6);
}

// The checkpoint could not be written as far as the writer knows (lost), or was on the disk all the same (stored).
TEST_F(LogStoreTest, SignsNoSizeTwiceWhereACheckpointWasStoredButReportedFailed) {
  for (const bool stored : {false, true}) {
    grow(4);
    const fs::path twin = outer_ / "twin";
    fs::copy(root(), twin, fs::copy_options::recursive);
    {
      auto other = LogStore::open(audit::Folder(twin));
      ASSERT_TRUE(other);
      ASSERT_TRUE(other->append(4, some(4, 7)));
    }
    {
      auto store = open();
      ASSERT_TRUE(store);
      const std::string before = store->checkpoint();
      fs::remove(root() / "log/checkpoint");
      fs::create_directory(root() / "log/checkpoint");
      expect_refusal(store->append(4, some(4, 7)), ErrorCode::AuditUnavailable, "cannot be brought to the disk");
      fs::remove(root() / "log/checkpoint");
      write("log/checkpoint", stored ? read_file(twin / "log/checkpoint", 4096).value() : before);
      ASSERT_TRUE(store->append(4, some(4, 7))) << "the same lines again";
      EXPECT_EQ(store->size(), 7U);
    }
    expect_lines(7);
    fs::remove_all(root());
    fs::remove_all(twin);
    fs::create_directory(root());
    fs::permissions(root(), fs::perms::owner_all);
  }
}

}  // namespace
}  // namespace signet::agent
