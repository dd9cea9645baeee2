#include "sigstore/git/headers.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

using test::expect_refusal;

TEST(GitHeaders, KeepEveryByteWithItsHeader) {
  const std::string object = "tree 4b\nmergetag object 1\n type commit\n \n  text\nHG:extra a b\n\nsubject\n\nbody";
  const auto block = parse_git_headers(object);
  ASSERT_TRUE(block) << block.error().sentence();
  ASSERT_EQ(block->headers.size(), 3U);
  EXPECT_EQ(block->headers[0].name, "tree");
  EXPECT_EQ(block->headers[0].value, "4b");
  EXPECT_EQ(block->headers[1].name, "mergetag");
  EXPECT_EQ(block->headers[1].value, "object 1\n type commit\n \n  text");
  EXPECT_EQ(block->headers[2].value, "a b");
  EXPECT_EQ(block->message, "subject\n\nbody");
  std::string again;
  for (const GitHeader& header : block->headers) again += header.whole;
  EXPECT_EQ(again + "\n" + std::string(block->message), object);
}

TEST(GitHeaders, AreEmptyBeforeABlankFirstLine) {
  const auto block = parse_git_headers("\ntext");
  ASSERT_TRUE(block);
  EXPECT_TRUE(block->headers.empty());
  EXPECT_EQ(block->message, "text");
}

TEST(GitHeaders, EndWhereTheBlankLineIs) {
  const auto block = parse_git_headers("tree 4b\n\n");
  ASSERT_TRUE(block);
  EXPECT_EQ(block->message, "");
}

struct BadHeaders {
  std::string_view text;
  const char* why;
};
class GitHeaderRefusal : public testing::TestWithParam<BadHeaders> {};

TEST_P(GitHeaderRefusal, NamesTheReason) {
  expect_refusal(parse_git_headers(GetParam().text), ErrorCode::InvalidRequest, GetParam().why);
}

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Git, GitHeaderRefusal,
    testing::Values(BadHeaders{"", "no blank line"}, BadHeaders{"tree 4b", "no blank line"},
                    BadHeaders{"tree 4b\n", "no blank line"}, BadHeaders{"tree 4b\n a", "no blank line"},
                    BadHeaders{" tree 4b\n\n", "without name or value"},
                    BadHeaders{"tree\n\n", "without name or value"}, BadHeaders{"tree \n\n", "without name or value"},
                    BadHeaders{"tree\n 4b\n\n", "without name or value"},
                    BadHeaders{"tree 4b\nauthor\n\n", "without name or value"}, BadHeaders{"tree 4\0b\n\n"sv, "NUL"},
                    BadHeaders{"tree 4b\n\nmess\0age"sv, "NUL"}));

TEST(GitSignatureHeader, IsOneOfTwoNames) {
  EXPECT_TRUE(is_git_signature_header("gpgsig"));
  EXPECT_TRUE(is_git_signature_header("gpgsig-sha256"));
  EXPECT_FALSE(is_git_signature_header("gpgsig-sha512"));
  EXPECT_FALSE(is_git_signature_header("GPGSIG"));
}

// git's parse_signature(): the last line that begins like an armor, whatever follows on it.
TEST(LastArmor, IsTheLastLineThatBeginsLikeOne) {
  const std::string first = "-----BEGIN PGP SIGNATURE-----\nabc\n";
  const std::string second = "-----BEGIN SIGNED MESSAGE----- and more\nabc\n";
  EXPECT_EQ(find_last_armor("text\n" + first + "text\n" + second), 5 + first.size() + 5);
  EXPECT_EQ(find_last_armor(second), 0U);
  EXPECT_EQ(find_last_armor("text\n-----BEGIN SSH SIGNATURE-----"), 5U);
  EXPECT_EQ(find_last_armor("text\n-----BEGIN PGP MESSAGE-----\n"), 5U);
}

TEST(LastArmor, IsNowhereWithinALineOrOfAnotherKind) {
  EXPECT_EQ(find_last_armor(""), std::string_view::npos);
  EXPECT_EQ(find_last_armor(" -----BEGIN SIGNED MESSAGE-----\n"), std::string_view::npos);
  EXPECT_EQ(find_last_armor("-----BEGIN CMS-----\n-----BEGIN PKCS7-----\n"), std::string_view::npos);
}

}  // namespace
}  // namespace signet::sigstore
