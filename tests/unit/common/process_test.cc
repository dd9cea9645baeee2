#include "common/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(EndingText, TellsAStatusFromASignal) {
  EXPECT_EQ(ending_text(3 << 8), "with status 3");
  EXPECT_EQ(ending_text(9), "by signal 9");
}

}  // namespace
}  // namespace signet
