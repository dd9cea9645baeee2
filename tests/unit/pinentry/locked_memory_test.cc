#include "pinentry/locked_memory.h"

#include <gtest/gtest.h>

#include <cstring>

namespace signet::pinentry {
namespace {

TEST(LockedMemory, KeepsWhatFitsWhereItGrowsAndShrinks) {
  auto* text = static_cast<char*>(locked_malloc(6));
  ASSERT_NE(text, nullptr);
  std::memcpy(text, "12345", 6);
  text = static_cast<char*>(locked_realloc(text, 10000));
  ASSERT_NE(text, nullptr);
  EXPECT_STREQ(text, "12345");
  text = static_cast<char*>(locked_realloc(text, 3));
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(std::memcmp(text, "123", 3), 0);
  locked_free(text);
  locked_free(nullptr);
}

}  // namespace
}  // namespace signet::pinentry
