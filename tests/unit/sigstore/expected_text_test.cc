#include "sigstore/verify/expected_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

ExpectedText pattern(std::string_view text) { return ExpectedText::matching(text).value(); }

TEST(ExpectedText, IsComparedWordForWord) {
  const ExpectedText text = "a.c";
  EXPECT_TRUE(text.accepts("a.c"));
  EXPECT_FALSE(text.accepts("abc"));
  EXPECT_FALSE(text.accepts("a.cd"));
  EXPECT_FALSE(text.is_pattern());
  EXPECT_EQ(text.description(), "a.c");
}

TEST(ExpectedText, MatchesTheWholeTextAndNoPartOfIt) {
  const ExpectedText text = pattern("https://github\\.com/me/.*");
  EXPECT_TRUE(text.accepts("https://github.com/me/repo"));
  EXPECT_FALSE(text.accepts("https://evil.example/https://github.com/me/repo"));
  EXPECT_FALSE(pattern("a|b").accepts("ab"));
  EXPECT_TRUE(text.is_pattern());
  EXPECT_EQ(text.description(), "matching https://github\\.com/me/.*");
}

TEST(ExpectedText, CountsCaseUnlessToldOtherwise) {
  EXPECT_FALSE(pattern("ada@example.org").accepts("Ada@example.org"));
  EXPECT_TRUE(pattern("(?i)ada@example.org").accepts("Ada@example.org"));
}

// A name with a line end or a NUL is one text.
TEST(ExpectedText, IsNotEndedByALineEndOrANul) {
  using std::string_view_literals::operator""sv;
  EXPECT_FALSE(pattern("ada").accepts("ada\n"));
  EXPECT_FALSE(pattern("ada").accepts("ada\0eve"sv));
  EXPECT_FALSE(pattern("a.*").accepts("a\nb"));
}

TEST(ExpectedText, RefusesWhatIsNoPattern) {
  test::expect_refusal(ExpectedText::matching(""), ErrorCode::InvalidRequest, "is empty");
  test::expect_refusal(ExpectedText::matching("a(b"), ErrorCode::InvalidRequest, "missing )");
  test::expect_refusal(ExpectedText::matching("(?=a)"), ErrorCode::InvalidRequest, "cannot be used");
  test::expect_refusal(ExpectedText::matching(std::string(kMaxPattern + 1, 'a')), ErrorCode::InvalidRequest,
                       "longer than 4096 bytes");
}

TEST(ExpectedText, RefusesAPatternThatNeedsTooMuchMemory) {
  test::expect_refusal(ExpectedText::matching("((((a{1,100}){1,100}){1,100}){1,100})"), ErrorCode::InvalidRequest,
                       "cannot be used");
}

// Backtracking would take longer than the universe has lasted.
TEST(ExpectedText, AnswersAboutTheWorstTextsToo) {
  EXPECT_FALSE(pattern("(a*)*b").accepts(std::string(100'000, 'a')));
  EXPECT_FALSE(pattern("(a|aa)+$x").accepts(std::string(100'000, 'a')));
}

}  // namespace
}  // namespace signet::sigstore
