#include "common/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;
using test::TemporaryFolder;
using testing::UnorderedElementsAre;

unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

TEST(ReadFile, YieldsTheWholeContent) {
  const TemporaryFolder folder;
  const std::string content = std::string("a\0b\n", 4) + std::string(100'000, 'x') + "\r\n";
  EXPECT_EQ(read_file(folder.write("f", content), 1 << 20), content);
  EXPECT_EQ(read_file(folder.write("empty", ""), 0), "");
}

TEST(ReadFile, RefusesMoreThanItsLimitAndTakesExactlyThat) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("f", std::string(20'000, 'x'));
  EXPECT_EQ(read_file(file, 20'000).value().size(), 20'000U);
  expect_refusal(read_file(file, 19'999), ErrorCode::LimitExceeded, "larger than 19999 bytes");
}

TEST(ReadFile, BoundsAFileThatDoesNotSayItsSize) {
  expect_refusal(read_file("/proc/self/maps", 16), ErrorCode::LimitExceeded, "larger than 16 bytes");
}

TEST(ReadFile, NamesTheFileThatIsMissing) {
  const TemporaryFolder folder;
  expect_refusal(read_file(folder / "none", 10), ErrorCode::InvalidRequest,
                 (folder / "none").string() + ": No such file");
}

TEST(ReadFile, RefusesWhatIsNoFileWithoutWaitingForIt) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  expect_refusal(read_file(folder / "fifo", 10), ErrorCode::InvalidRequest, "not a regular file");
  expect_refusal(read_file(folder.path(), 10), ErrorCode::InvalidRequest, "not a regular file");
  expect_refusal(read_file("/dev/zero", 10), ErrorCode::InvalidRequest, "not a regular file");
}

TEST(ReadSecretFile, LeavesTheLineEndBehind) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_secret_file(folder.write("pin", "1234\n"), 64).value().reveal(), "1234");
  EXPECT_EQ(read_secret_file(folder.write("dos", "1234\r\n"), 64).value().reveal(), "1234");
  EXPECT_EQ(read_secret_file(folder.write("none", " 12 34 "), 64).value().reveal(), " 12 34 ");
}

TEST(ReadSecretFile, RefusesOneThatOthersMayRead) {
  const TemporaryFolder folder;
  EXPECT_TRUE(read_secret_file(folder.write("mine", "1234", 0400), 64));
  for (const unsigned mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0601U}) {
    const fs::path file = folder.write("open", "1234", mode);
    const auto secret = read_secret_file(file, 64);
    expect_refusal(secret, ErrorCode::InvalidRequest, "group or others may read");
    EXPECT_EQ(secret.error().remedy, "chmod 600 " + file.string());
  }
}

TEST(ReadSecretFile, RefusesOneOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a file away needs root";
  const TemporaryFolder folder;
  const fs::path file = folder.write("pin", "1234");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  expect_refusal(read_secret_file(file, 64), ErrorCode::InvalidRequest, "belongs to another user");
}

TEST(ReadSecretFile, RefusesMoreThanItsLimit) {
  const TemporaryFolder folder;
  const fs::path file = folder.write("pin", "12345");
  EXPECT_TRUE(read_secret_file(file, 5));
  expect_refusal(read_secret_file(file, 4), ErrorCode::LimitExceeded, "larger than 4 bytes");
}

TEST(WriteFile, ReplacesTheOldContentAndLeavesNothingElse) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomic(folder / "f", "old and long", 0644));
  ASSERT_TRUE(write_file_atomic(folder / "f", "new", 0600));
  EXPECT_EQ(read_file(folder / "f", 100), "new");
  EXPECT_EQ(mode_of(folder / "f"), 0600U);
  EXPECT_THAT(names_in(folder.path()), UnorderedElementsAre("f"));
}

TEST(WriteFile, GivesTheModeWhateverTheUmaskSays) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(077);
  const auto written = write_file_atomic(folder / "f", "x", 0644);
  ::umask(before);
  ASSERT_TRUE(written);
  EXPECT_EQ(mode_of(folder / "f"), 0644U);
}

TEST(WriteFile, ReplacesALinkAndNotWhatItPointsTo) {
  const TemporaryFolder folder;
  const fs::path target = folder.write("target", "kept");
  fs::create_symlink(target, folder / "link");
  ASSERT_TRUE(write_file_atomic(folder / "link", "new", 0600));
  EXPECT_EQ(read_file(target, 100), "kept");
  EXPECT_FALSE(fs::is_symlink(folder / "link"));
}

TEST(WriteFile, ThatFailsLeavesTheOldOneAndNoTemporaryFile) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "taken/inside");
  expect_refusal(write_file_atomic(folder / "taken", "x", 0600), ErrorCode::InvalidRequest, "directory");
  expect_refusal(write_file_atomic(folder / "none" / "f", "x", 0600), ErrorCode::InvalidRequest, "No such file");
  EXPECT_THAT(names_in(folder.path()), UnorderedElementsAre("taken"));
}

TEST(WriteFile, InABatchIsMadeDurableByItsFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(write_file_in_batch(folder / "a", "1", 0600));
  EXPECT_TRUE(write_file_in_batch(folder / "b", "2", 0600));
  EXPECT_TRUE(sync_folder(folder.path()));
  EXPECT_EQ(read_file(folder / "b", 10), "2");
  expect_refusal(sync_folder(folder / "none"), ErrorCode::InvalidRequest, "No such file");
  expect_refusal(sync_folder(folder / "a"), ErrorCode::InvalidRequest, "Not a directory");
}

TEST(PrivateFolder, IsMadeWithItsParentsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a" / "b" / "c";
  const mode_t before = ::umask(002);
  EXPECT_TRUE(make_private_folder(path));
  ::umask(before);
  for (const fs::path& each : {path, path.parent_path(), folder.path() / "a"}) EXPECT_EQ(mode_of(each), 0700U);
  EXPECT_TRUE(make_private_folder(path)) << "and found again";
}

TEST(PrivateFolder, ThatIsOpenToOthersIsRefused) {
  const TemporaryFolder folder;
  for (const unsigned mode : {0750U, 0705U, 0770U, 0701U}) {
    const fs::path path = folder / ("f" + std::to_string(mode));
    fs::create_directory(path);
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto made = make_private_folder(path);
    expect_refusal(made, ErrorCode::InvalidRequest, "open to group or others");
    EXPECT_EQ(made.error().remedy, "chmod 700 " + path.string());
  }
}

TEST(PrivateFolder, IsNeitherAFileNorALink) {
  const TemporaryFolder folder;
  expect_refusal(make_private_folder(folder.write("file", "")), ErrorCode::InvalidRequest, "not a folder");
  ASSERT_TRUE(make_private_folder(folder / "real"));
  fs::create_directory_symlink(folder / "real", folder / "link");
  expect_refusal(make_private_folder(folder / "link"), ErrorCode::InvalidRequest, "not a folder");
}

TEST(PrivateFolder, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a folder away needs root";
  const TemporaryFolder folder;
  ASSERT_TRUE(make_private_folder(folder / "f"));
  ASSERT_EQ(::chown((folder / "f").c_str(), 12345, 12345), 0);
  expect_refusal(make_private_folder(folder / "f"), ErrorCode::InvalidRequest, "belongs to another user");
}

TEST(ErrnoText, IsTheSystemsOwnSentence) { EXPECT_EQ(errno_text(ENOENT), "No such file or directory"); }

}  // namespace
}  // namespace signet
