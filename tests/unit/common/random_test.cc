#include "common/random.h"

#include <gtest/gtest.h>

#include <set>

namespace signet {
namespace {

TEST(Random, YieldsAsManyBytesAsAsked) {
  EXPECT_TRUE(random_bytes(0).empty());
  EXPECT_EQ(random_bytes(1).size(), 1U);
  // getrandom(2) may hand out less than asked from 257 bytes on.
  EXPECT_EQ(random_bytes(1U << 20U).size(), 1U << 20U);
}

TEST(Random, DoesNotRepeatItself) {
  std::set<Bytes> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random_bytes(16)).second);
}

TEST(Random, FillsTheWholeBuffer) {
  const Bytes bytes = random_bytes(4096);
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    EXPECT_FALSE(equal(ByteView(bytes).subspan(at, 16), Bytes(16))) << at;
  }
}

}  // namespace
}  // namespace signet
