#include "agent/audit/tail_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/full_disk.h"

namespace signet::agent {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;

class TailFileTest : public ::testing::Test {
 protected:
  std::string text() { return read_file(path_, 1U << 20U).value(); }

  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "tail-0.jsonl";
};

TEST_F(TailFileTest, KeepsLinesInTheirOrderForItsOwnerAloneUntilItIsCleared) {
  auto tail = TailFile::open(path_);
  ASSERT_TRUE(tail) << tail.error().sentence();
  for (const char* line : {"one\n", "two\n", "three\n"}) ASSERT_TRUE(tail->append(line));
  EXPECT_EQ(text(), "one\ntwo\nthree\n");
  EXPECT_EQ(static_cast<unsigned>(fs::status(path_).permissions()), 0600U);
  ASSERT_TRUE(tail->clear());
  EXPECT_EQ(text(), "");
  ASSERT_TRUE(tail->append("four\n"));
  EXPECT_EQ(text(), "four\n");
}

TEST_F(TailFileTest, IsEmptyWhenItIsOpened) {
  folder_.write("tail-0.jsonl", "what was recovered\n");
  ASSERT_TRUE(TailFile::open(path_));
  EXPECT_EQ(text(), "");
}

TEST_F(TailFileTest, WritesNoPartOfALineWhereTheDiskIsFull) {
  auto tail = TailFile::open(path_);
  ASSERT_TRUE(tail);
  ASSERT_TRUE(tail->append("one\n"));
  {
    const test::FullDisk full(6);
    expect_refusal(tail->append("second\n"), ErrorCode::AuditUnavailable, "cannot be written");
    EXPECT_EQ(text(), "one\n");
    expect_refusal(tail->append("second\n"), ErrorCode::AuditUnavailable, "cannot be written");
  }
  EXPECT_TRUE(tail->append("second\n"));
  EXPECT_EQ(text(), "one\nsecond\n");
}

TEST_F(TailFileTest, RefusesAFileThatOthersMayTouch) {
  for (const unsigned mode : {0640U, 0604U, 0620U}) {
    folder_.write("tail-0.jsonl", "line\n", mode);
    expect_refusal(TailFile::open(path_), ErrorCode::AuditUnavailable, "is open to group or others");
    const auto checked = TailFile::check(path_);
    expect_refusal(checked, ErrorCode::AuditUnavailable, "is open to group or others");
    EXPECT_EQ(checked.error().remedy, "chmod 600 " + path_.string());
    EXPECT_EQ(text(), "line\n") << "it is left as it is";
  }
}

TEST_F(TailFileTest, RefusesWhatIsNoFileOfOurs) {
  EXPECT_TRUE(TailFile::check(path_)) << "none is fine";
  fs::create_symlink(folder_.write("elsewhere", "line\n"), path_);
  expect_refusal(TailFile::check(path_), ErrorCode::AuditUnavailable, "cannot be opened");
  expect_refusal(TailFile::open(path_), ErrorCode::AuditUnavailable, "cannot be opened");
  fs::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_refusal(TailFile::open(path_), ErrorCode::AuditUnavailable, "is not a regular file");
  fs::remove(path_);
  if (::geteuid() != 0) return;
  folder_.write("tail-0.jsonl", "line\n");
  ASSERT_EQ(::chown(path_.c_str(), 12345, 0), 0);
  expect_refusal(TailFile::open(path_), ErrorCode::AuditUnavailable, "belongs to another user");
}

}  // namespace
}  // namespace signet::agent
