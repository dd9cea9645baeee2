#include "sigstore/tuf/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore::tuf {
namespace {

using test::expect_refusal;

TEST(FolderStore, KeepsFilesForTheirOwnerAlone) {
  const test::TemporaryFolder folder;
  FolderStore store(folder.path());
  ASSERT_TRUE(store.write("a.json", "one"));
  ASSERT_TRUE(store.write("a.json", "two"));
  EXPECT_EQ(store.read("a.json", 10).value(), "two");
  struct stat facts{};
  ASSERT_EQ(::stat((folder / "a.json").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(FolderStore, MakesTheOneFolderThatANameMayHave) {
  const test::TemporaryFolder folder;
  FolderStore store(folder.path());
  ASSERT_TRUE(store.write("root_history/2.root.json", "root"));
  EXPECT_EQ(store.read("root_history/2.root.json", 10).value(), "root");
}

TEST(FolderStore, TellsWhatIsNotThereFromWhatCannotBeRead) {
  const test::TemporaryFolder folder;
  FolderStore store(folder.path());
  EXPECT_EQ(store.read("a.json", 10).value(), std::nullopt);
  EXPECT_EQ(store.read("nowhere/a.json", 10).value(), std::nullopt);
  std::filesystem::create_directory(folder / "b.json");
  expect_refusal(store.read("b.json", 10), ErrorCode::InvalidRequest, "not a regular file");
  ASSERT_TRUE(store.write("c.json", "12345678901"));
  expect_refusal(store.read("c.json", 10), ErrorCode::LimitExceeded, "larger than 10 bytes");
}

TEST(FolderStore, SaysWhatItCannotWrite) {
  const test::TemporaryFolder folder;
  FolderStore store(folder / "nowhere");
  expect_refusal(store.write("a.json", "x"), ErrorCode::InvalidRequest, "a.json");
}

}  // namespace
}  // namespace signet::sigstore::tuf
