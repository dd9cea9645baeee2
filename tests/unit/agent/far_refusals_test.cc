#include "agent/ssh/far_refusals.h"

#include <gtest/gtest.h>

namespace signet::agent {
namespace {

TEST(FarRefusalsTest, GetSoManyLinesInAWhileAndTheNextOneSaysForHowManyItStands) {
  FarRefusals refusals;
  const FarRefusals::Time start{std::chrono::hours(1)};
  for (std::size_t i = 0; i < FarRefusals::kLines; ++i) EXPECT_EQ(refusals.note(start), 0U) << i;
  const FarRefusals::Time last = start + FarRefusals::kWhile - std::chrono::milliseconds(1);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(refusals.note(last), std::nullopt) << i;
  const FarRefusals::Time next = start + FarRefusals::kWhile;
  EXPECT_EQ(refusals.note(next), 7U);
  EXPECT_EQ(refusals.note(next), 0U);
}

}  // namespace
}  // namespace signet::agent
