// A token that is let go of, so that another program can have it, and taken again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TokenRelease : public ::testing::Test {
 protected:
  Household house_;
  std::filesystem::path file_ = house_.folder().write("app", "an application\n");
};

TEST_F(TokenRelease, EndsItsProcessesUntilItIsReacquired) {
  ASSERT_EQ(house_.run({"signet", "sign", file_.string()}).status, 0);
  const auto released = house_.run({"signet", "token", "release", "desk"});
  EXPECT_EQ(released.status, 0) << released.errors;
  EXPECT_EQ(released.output, "token desk is released: `signet token reacquire` takes it again\n");
  EXPECT_THAT(children_of(house_.agent().pid()), IsEmpty()) << "when it answers, they have ended";
  EXPECT_THAT(house_.run({"signet", "token", "release", "desk"}).output, HasSubstr("was released before"));
  const auto reacquired = house_.run({"signet", "token", "reacquire", "desk"});
  EXPECT_EQ(reacquired.status, 0) << reacquired.errors;
  const auto again = house_.run({"signet", "sign", house_.folder().write("other", "another\n").string()});
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(house_.run({"signet", "token", "list"}).status, 0);
}

TEST_F(TokenRelease, IsSaidToWhoeverAsksMeanwhile) {
  ASSERT_EQ(house_.run({"signet", "token", "release", "desk"}).status, 0);
  const auto refused = house_.run({"signet", "sign", file_.string()});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("token desk was released: another program may have it"),
                                    HasSubstr("next: signet token reacquire desk")));
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".sigstore.json"));
  const auto listed = house_.run({"signet", "token", "list"});
  EXPECT_EQ(listed.status, 3);
  EXPECT_THAT(listed.output, AllOf(HasSubstr("token desk: absent"), HasSubstr("signet token reacquire desk")));
}

// The PIN's file is read when the agent starts, and not because something else happened.
TEST_F(TokenRelease, DoesNotUndoALock) {
  ASSERT_EQ(house_.run({"signet", "lock", "desk"}).status, 0);
  ASSERT_EQ(house_.run({"signet", "token", "release", "desk"}).status, 0);
  ASSERT_EQ(house_.run({"signet", "token", "reacquire", "desk"}).status, 0);
  const auto refused = house_.run({"signet", "sign", file_.string()});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("PinRequired"), HasSubstr("next: enter it: signet unlock desk\n")));
  house_.restart_agent();
  EXPECT_EQ(house_.run({"signet", "sign", file_.string()}).status, 0);
}

TEST_F(TokenRelease, IsWrittenDown) {
  ASSERT_EQ(house_.run({"signet", "token", "release", "desk"}).status, 0);
  ASSERT_EQ(house_.run({"signet", "token", "reacquire", "desk"}).status, 0);
  const auto lines = audit_lines(house_);
  for (const char* operation : {"release_token", "reacquire_token"}) {
    const std::string member = R"("operation":")" + std::string(operation) + "\"";
    EXPECT_THAT(lines, Contains(AllOf(HasSubstr(member), HasSubstr(R"("event":"intent")"), HasSubstr("token desk"))));
    EXPECT_THAT(lines, Contains(AllOf(HasSubstr(member), HasSubstr(R"("event":"outcome")"), HasSubstr("done"))));
  }
}

TEST_F(TokenRelease, OfATokenThatIsNotConfiguredIsRefusedByName) {
  const auto refused = house_.run({"signet", "token", "release", "dsek"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, HasSubstr("the configuration has no token dsek"));
  EXPECT_THAT(refused.output, IsEmpty());
}

}  // namespace
}  // namespace signet::test
