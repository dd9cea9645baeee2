#include "pkcs11/module/module_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pkcs11/module/module.h"
#include "tests/support/softhsm.h"
#include "tests/support/temporary_folder.h"

namespace signet::pkcs11 {
namespace {

using ::testing::HasSubstr;

void expect_refusal(const std::filesystem::path& path, std::string_view reason) {
  const auto file = open_module_file(path);
  ASSERT_FALSE(file) << reason;
  EXPECT_EQ(file.error().code, ErrorCode::WorkerFailed);
  EXPECT_THAT(file.error().what, HasSubstr(reason));
}

TEST(ModuleFile, OfOneselfIsOpened) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(open_module_file(folder.write("m.so", "x", 0700)));
}

TEST(ModuleFile, ThatOthersMayWriteIsRefused) {
  const test::TemporaryFolder folder;
  expect_refusal(folder.write("group.so", "x", 0720), "may be written by group or others");
  expect_refusal(folder.write("all.so", "x", 0702), "may be written by group or others");
}

TEST(ModuleFile, InAFolderThatOthersMayWriteIsRefused) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "open");
  const auto file = folder.write("open/m.so", "x", 0700);
  ASSERT_EQ(::chmod((folder / "open").c_str(), 0777), 0);
  expect_refusal(file, "may be written by group or others");
  ASSERT_EQ(::chmod((folder / "open").c_str(), 01777), 0);
  EXPECT_TRUE(open_module_file(file)) << "in a sticky folder nobody replaces another's file";
}

TEST(ModuleFile, BehindALinkIsLookedAtWhereItLies) {
  const test::TemporaryFolder folder;
  std::filesystem::create_symlink(folder.write("real.so", "x", 0722), folder / "m.so");
  expect_refusal(folder / "m.so", "may be written by group or others");
}

TEST(ModuleFile, ThatIsNoneIsRefused) {
  const test::TemporaryFolder folder;
  expect_refusal(folder / "missing.so", "No such file");
  expect_refusal(folder.path(), "is not a regular file");
}

TEST(ModuleFile, OfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a file to another user needs root";
  const test::TemporaryFolder folder;
  const auto file = folder.write("m.so", "x", 0700);
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  expect_refusal(file, "belongs to another user");
}

TEST(Module, ThatIsNoLibraryIsRefused) {
  const test::TemporaryFolder folder;
  const auto module = Module::load(folder.write("m.so", "no library", 0700));
  ASSERT_FALSE(module);
  EXPECT_EQ(module.error().code, ErrorCode::WorkerFailed);
  EXPECT_THAT(module.error().what, HasSubstr("cannot be loaded"));
}

TEST(Module, ThatIsAnotherKindOfLibraryIsRefused) {
  const auto module = Module::load("/lib/x86_64-linux-gnu/libc.so.6");
  ASSERT_FALSE(module);
  EXPECT_THAT(module.error().what, HasSubstr("is no PKCS#11 module"));
}

}  // namespace
}  // namespace signet::pkcs11
