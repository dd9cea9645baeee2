#include "common/owned_path.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet {
namespace {

using test::expect_refusal;
using test::TemporaryFolder;

class Ownership : public ::testing::Test {
 protected:
  Ownership() {
    std::filesystem::create_directories(folder_ / "a/b");
    path_ = folder_.write("a/b/file", "content");
  }
  auto read() { return read_owned_file(path_, 100); }
  void refuses_until_closed(const std::filesystem::path& part, unsigned open, unsigned closed) {
    ASSERT_EQ(::chmod(part.c_str(), open), 0);
    const auto refused = read();
    expect_refusal(refused, ErrorCode::InvalidRequest, part.string() + ": may be written by group or others");
    EXPECT_EQ(refused.error().remedy, "chmod go-w " + part.string());
    ASSERT_EQ(::chmod(part.c_str(), closed), 0);
    EXPECT_TRUE(read());
  }

  TemporaryFolder folder_;
  std::filesystem::path path_;
};

TEST_F(Ownership, ReadsWhatNobodyElseMayWrite) {
  EXPECT_EQ(read().value(), "content");
  expect_refusal(read_owned_file(path_, 6), ErrorCode::LimitExceeded, "larger than 6 bytes");
  expect_refusal(read_owned_file(folder_ / "none", 6), ErrorCode::InvalidRequest, "none: No such file");
  expect_refusal(read_owned_file(folder_ / "a", 6), ErrorCode::InvalidRequest, "not a regular file");
}

TEST_F(Ownership, RefusesAFileThatOthersMayWrite) {
  for (const unsigned mode : {0620U, 0602U}) refuses_until_closed(path_, mode, 0644);
}

TEST_F(Ownership, RefusesEachFolderInWhichOthersMayPutAnother) {
  refuses_until_closed(folder_ / "a/b", 0770, 0755);
  refuses_until_closed(folder_ / "a", 0707, 0755);
  ASSERT_EQ(::chmod((folder_ / "a").c_str(), 01777), 0);
  EXPECT_TRUE(read()) << "a sticky folder lets nobody replace what is not his";
}

TEST_F(Ownership, LooksAtWhatASymbolicLinkPointsTo) {
  std::filesystem::create_directories(folder_ / "c");
  std::filesystem::create_symlink(path_, folder_ / "c/link");
  EXPECT_TRUE(read_owned_file(folder_ / "c/link", 100));
  ASSERT_EQ(::chmod((folder_ / "a").c_str(), 0777), 0);
  expect_refusal(read_owned_file(folder_ / "c/link", 100), ErrorCode::InvalidRequest, "may be written");
}

// Today it leads to a file of ours; tomorrow to another one of ours with somebody else's words in it, as any clone has.
TEST_F(Ownership, RefusesALinkThatSomebodyElseCouldTurn) {
  const auto open = folder_ / "open";
  std::filesystem::create_directory(open);
  std::filesystem::create_symlink(path_, open / "link");
  ::chmod(open.c_str(), 0777);
  expect_refusal(read_owned_file(open / "link", 100), ErrorCode::InvalidRequest,
                 open.string() + ": may be written by group or others");
  ::chmod(open.c_str(), 0755);
  EXPECT_EQ(read_owned_file(open / "link", 100).value(), "content");
}

TEST_F(Ownership, FollowsLinksAsTheKernelDoes) {
  std::filesystem::create_directory(folder_ / "links");
  std::filesystem::create_symlink("../a", folder_ / "links/relative");
  EXPECT_EQ(read_owned_file(folder_ / "links/relative/../a" / path_.lexically_relative(folder_ / "a"), 100).value(),
            "content");
  std::filesystem::create_symlink("round", folder_ / "links/round");
  expect_refusal(read_owned_file(folder_ / "links/round", 100), ErrorCode::InvalidRequest, "symbolic links");
}

TEST_F(Ownership, RefusesAFileOrFolderOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a file away needs root";
  for (const char* part : {"a/b/file", "a/b", "a"}) {
    const auto path = folder_ / part;
    ASSERT_EQ(::chown(path.c_str(), 12345, 0), 0);
    expect_refusal(read(), ErrorCode::InvalidRequest, path.string() + ": belongs to another user");
    ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
  }
  EXPECT_TRUE(read());
}

}  // namespace
}  // namespace signet
