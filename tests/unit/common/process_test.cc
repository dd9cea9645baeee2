#include "common/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/temporary_folder.h"

namespace signet {
namespace {

TEST(SiblingProgram, LiesBesideThisOne) {
  EXPECT_EQ(sibling_program("test_common").value(), std::string(SIGNET_BIN_DIR) + "/test_common");
}

TEST(SiblingProgram, ThatIsMissingIsNamedWithWhereItBelongs) {
  const auto none = sibling_program("no-such-program");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::WorkerFailed);
  EXPECT_THAT(none.error().what, testing::HasSubstr("/no-such-program: No such file"));
  EXPECT_EQ(none.error().remedy, "install no-such-program beside test_common");
}

TEST(LibexecProgram, LiesBesideThisOneWhereNothingIsInstalled) {
  EXPECT_EQ(libexec_program("test_common").value(), std::string(SIGNET_BIN_DIR) + "/test_common");
  const auto none = libexec_program("no-such-program");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::WorkerFailed);
  EXPECT_THAT(none.error().what, testing::HasSubstr("libexec/signet/no-such-program nor "));
}

TEST(ProgramInPath, IsTheFirstExecutableFileInAnAbsoluteFolder) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "first/tool");
  std::filesystem::create_directory(folder / "second");
  std::filesystem::create_directory(folder / "third");
  folder.write("second/tool", "", 0644);
  const auto tool = folder.write("third/tool", "", 0755);
  const std::string before = std::getenv("PATH");
  const std::string own = folder.path().native();
  ::setenv("PATH", (".::" + own + "/first:" + own + "/second:" + own + "/third").c_str(), 1);
  EXPECT_EQ(program_in_path("tool"), tool);
  EXPECT_EQ(program_in_path("no-such-program"), "");
  ::setenv("PATH", before.c_str(), 1);
}

TEST(EndingText, TellsAStatusFromASignal) {
  EXPECT_EQ(ending_text(3 << 8), "with status 3");
  EXPECT_EQ(ending_text(9), "by signal 9");
}

}  // namespace
}  // namespace signet
