#include "common/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace signet {
namespace {

std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (std::size_t i = 0; i < kErrorCodeCount; ++i) codes.push_back(static_cast<ErrorCode>(i));
  return codes;
}

TEST(ErrorCode, HasANameOfItsOwnThatLeadsBack) {
  std::set<std::string_view> names;
  for (const ErrorCode code : all_codes()) {
    EXPECT_TRUE(names.insert(error_name(code)).second) << error_name(code);
    EXPECT_EQ(error_code_from_name(error_name(code)), code);
  }
}

TEST(ErrorCode, IsNotMadeFromAnotherName) {
  for (const std::string_view name : {"", "bug", "Bug ", "InvalidRequests", "org.signet.Agent.Bug"}) {
    EXPECT_FALSE(error_code_from_name(name)) << name;
  }
}

TEST(ErrorCode, MapsToTheThreeExitStatuses) {
  for (const ErrorCode code : all_codes()) {
    EXPECT_THAT(exit_status(code), testing::AllOf(testing::Ge(1), testing::Le(3))) << error_name(code);
  }
  EXPECT_EQ(exit_status(ErrorCode::NotVerified), 1) << "the answer is no";
  EXPECT_EQ(exit_status(ErrorCode::InvalidRequest), 2) << "usage";
  EXPECT_EQ(exit_status(ErrorCode::AgentUnavailable), 3) << "environment";
}

TEST(Error, SaysWhatAndInWhichStepInnermostFirst) {
  const Error error =
      Error{.code = ErrorCode::NotVerified, .what = "the checkpoint is not signed", .remedy = "do not use it"}
          .during("reading checkpoint")
          .during("verifying app.tar.gz");
  EXPECT_EQ(error.sentence(), "NotVerified: the checkpoint is not signed (reading checkpoint) (verifying app.tar.gz)");
}

TEST(Error, GoesFromOneResultToAnotherUnchanged) {
  const Result<int> number = fail(ErrorCode::KeyNotFound, "no key labelled x", "signet key list");
  const Result<std::string> text = fail(number.error());
  EXPECT_EQ(text.error(), number.error());
  EXPECT_EQ(text.error().remedy, "signet key list");
}

}  // namespace
}  // namespace signet
