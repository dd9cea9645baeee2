// A refusal is its code and its reason.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "common/error.h"

namespace signet::test {

template <typename T>
void expect_refusal(const Result<T>& result, ErrorCode code, std::string_view reason) {
  ASSERT_FALSE(result) << reason;
  EXPECT_EQ(result.error().code, code) << result.error().sentence();
  EXPECT_THAT(result.error().what, ::testing::HasSubstr(reason));
}

}  // namespace signet::test
