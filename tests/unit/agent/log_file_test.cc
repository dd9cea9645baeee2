#include "agent/audit/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/audit/line.h"
#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/agent/full_disk.h"

namespace signet::agent {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;
using ::testing::HasSubstr;

std::string line(std::int64_t sequence) { return encode_line(sequence, wall_time_from_unix(0), encode_start(0)); }

class LogFileTest : public ::testing::Test {
 protected:
  Result<LogFile> open() { return LogFile::open(folder_.path()); }
  std::string text(std::string_view name = "log.jsonl") { return read_file(folder_ / name, 1U << 20U).value(); }
  void write_three_lines() {
    auto log = open();
    ASSERT_TRUE(log) << log.error().sentence();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->append(line(log->next_sequence())));
  }

  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "log.jsonl";
};

TEST_F(LogFileTest, KeepsLinesInTheirOrderForItsOwnerAlone) {
  write_three_lines();
  EXPECT_EQ(text(), line(0) + line(1) + line(2));
  EXPECT_EQ(static_cast<unsigned>(fs::status(path_).permissions()), 0600U);
}

TEST_F(LogFileTest, GoesOnWhereItEnded) {
  write_three_lines();
  const auto log = open();
  ASSERT_TRUE(log);
  EXPECT_EQ(log->next_sequence(), 3);
  EXPECT_EQ(log->set_aside(), 0U);
}

TEST_F(LogFileTest, SetsATornLastLineAside) {
  write_three_lines();
  folder_.write("log.jsonl", text() + R"({"schema":"sig)");
  const auto log = open();
  ASSERT_TRUE(log) << log.error().sentence();
  EXPECT_EQ(log->set_aside(), 14U);
  EXPECT_EQ(log->next_sequence(), 3);
  EXPECT_EQ(text(), line(0) + line(1) + line(2));
  EXPECT_EQ(text("log.jsonl.torn-" + std::to_string(text().size())), R"({"schema":"sig)");
}

TEST_F(LogFileTest, KeepsEverythingThatWasSetAside) {
  for (const char* torn : {"first", "second"}) {
    folder_.write("log.jsonl", torn);
    ASSERT_TRUE(open());
  }
  EXPECT_EQ(text("log.jsonl.torn-0"), "first");
  EXPECT_EQ(text("log.jsonl.torn-0-2"), "second");
}

TEST_F(LogFileTest, SetsAsideWhatAPowerCutMadeOfALine) {
  write_three_lines();
  folder_.write("log.jsonl", text() + std::string(4096, '\0'));
  const auto log = open();
  ASSERT_TRUE(log) << log.error().sentence();
  EXPECT_EQ(log->set_aside(), 4096U);
  EXPECT_EQ(log->next_sequence(), 3);
}

TEST_F(LogFileTest, WritesNoPartOfALineWhereTheDiskIsFull) {
  write_three_lines();
  auto log = open();
  ASSERT_TRUE(log);
  {
    const test::FullDisk full(text().size() + 10);
    expect_refusal(log->append(line(3)), ErrorCode::AuditUnavailable, "cannot be written");
    EXPECT_EQ(text(), line(0) + line(1) + line(2));
    expect_refusal(log->append(line(3)), ErrorCode::AuditUnavailable, "cannot be written");
  }
  EXPECT_EQ(log->next_sequence(), 3);
  EXPECT_TRUE(log->append(line(3)));
  EXPECT_EQ(text(), line(0) + line(1) + line(2) + line(3));
}

TEST_F(LogFileTest, RefusesAFileThatEndsInALineOfSomebodyElse) {
  folder_.write("log.jsonl", line(0) + "hello\n");
  expect_refusal(open(), ErrorCode::AuditUnavailable, "ends in a line that is none of ours");
  EXPECT_EQ(text(), line(0) + "hello\n") << "it is left as it is";
}

TEST_F(LogFileTest, RefusesAFileWithoutLines) {
  folder_.write("log.jsonl", std::string(200'000, 'x'));
  expect_refusal(open(), ErrorCode::AuditUnavailable, "does not consist of lines");
  EXPECT_EQ(text().size(), 200'000U);
}

TEST_F(LogFileTest, RefusesAFileThatOthersMayTouch) {
  for (const unsigned mode : {0640U, 0604U, 0620U}) {
    folder_.write("log.jsonl", line(0), mode);
    const auto log = open();
    expect_refusal(log, ErrorCode::AuditUnavailable, "is open to group or others");
    EXPECT_EQ(log.error().remedy, "chmod 600 " + path_.string());
  }
}

TEST_F(LogFileTest, RefusesWhatIsNoFileOfOurs) {
  fs::create_symlink(folder_.write("elsewhere", line(0)), path_);
  expect_refusal(open(), ErrorCode::AuditUnavailable, "cannot be opened");
  fs::remove(path_);
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  expect_refusal(open(), ErrorCode::AuditUnavailable, "is not a regular file");
  fs::remove(path_);
  if (::geteuid() != 0) return;
  folder_.write("log.jsonl", line(0));
  ASSERT_EQ(::chown(path_.c_str(), 12345, 0), 0);
  expect_refusal(open(), ErrorCode::AuditUnavailable, "belongs to another user");
}

}  // namespace
}  // namespace signet::agent
