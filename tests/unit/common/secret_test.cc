#include "common/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace signet {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

const std::string kShort = "1234";  // lives inside the object
const std::string kLong(100, 'x');  // lives on the heap
constexpr std::string_view kNothing("\0\0\0\0", 4);

TEST(Secret, ShowsItsTextOnlyWhenAsked) {
  EXPECT_EQ(Secret(std::string(kShort)).reveal(), kShort);
  EXPECT_EQ(Secret(std::string(kLong)).reveal(), kLong);
  EXPECT_TRUE(Secret().empty());
  EXPECT_FALSE(Secret(std::string(kShort)).empty());
}

TEST(Secret, LeavesNothingBehindWhereItCameFrom) {
  for (const std::string& original : {kShort, kLong}) {
    std::string text = original;
    const Secret secret(std::move(text));
    EXPECT_EQ(std::string_view(text.data(), 4), kNothing);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(secret.reveal(), original);
  }
}

TEST(Secret, LeavesNothingBehindWhenItMoves) {
  Secret first(std::string{kShort});
  const char* place = first.reveal().data();
  Secret second(std::move(first));
  EXPECT_EQ(std::string_view(place, 4), kNothing);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the question
  place = second.reveal().data();
  Secret third;
  third = std::move(second);
  EXPECT_EQ(std::string_view(place, 4), kNothing);
  EXPECT_EQ(third.reveal(), kShort);
}

TEST(Secret, OutlivesAnAssignmentToItself) {
  Secret secret(std::string{kLong});
  Secret& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.reveal(), kLong);
}

TEST(Secret, IsDuplicatedOnPurpose) {
  const Secret secret(std::string{kLong});
  const Secret second = secret.duplicate();
  EXPECT_EQ(second.reveal(), secret.reveal());
  EXPECT_NE(second.reveal().data(), secret.reveal().data());
}

TEST(Wipe, TakesTheWholeBufferAndNotOnlyTheTextInIt) {
  std::string text = kLong;
  const char* place = text.data();
  text.resize(10);
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.data(), place) << "still the same memory";
  EXPECT_EQ(std::string_view(place, kLong.size()), std::string(kLong.size(), '\0'));
}

TEST(Wipe, OverwritesExactlyWhatItIsGiven) {
  std::string buffer = "abcd";
  wipe(buffer.data() + 1, 2);
  EXPECT_EQ(buffer, std::string_view("a\0\0d", 4));
  wipe(nullptr, 0);
}

}  // namespace
}  // namespace signet
