#include "sigstore/git/object_id.h"

#include <gtest/gtest.h>

namespace signet::sigstore {
namespace {

// @source git hash-object -t blob --stdin, with "hello\n", in a repository of either hash; git's own empty tree
constexpr std::string_view kSha1 = "ce013625030ba8dba906f756967f9e9ca394464a";
constexpr std::string_view kSha256 = "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4";

TEST(GitObjectId, IsTheHashOfTypeSizeAndBytes) {
  EXPECT_TRUE(is_id_of_git_object(kSha1, "blob", bytes_of("hello\n")));
  EXPECT_TRUE(is_id_of_git_object(kSha256, "blob", bytes_of("hello\n")));
  EXPECT_TRUE(is_id_of_git_object("4b825dc642cb6eb9a060e54bf8d69288fbee4904", "tree", bytes_of("")));
}

TEST(GitObjectId, OfOtherBytesOrAnotherTypeIsRefused) {
  EXPECT_FALSE(is_id_of_git_object(kSha1, "blob", bytes_of("hallo\n")));
  EXPECT_FALSE(is_id_of_git_object(kSha256, "blob", bytes_of("hallo\n")));
  EXPECT_FALSE(is_id_of_git_object(kSha1, "commit", bytes_of("hello\n")));
  EXPECT_FALSE(is_id_of_git_object("ce01", "blob", bytes_of("hello\n")));
  EXPECT_FALSE(is_id_of_git_object("", "blob", bytes_of("")));
}

}  // namespace
}  // namespace signet::sigstore
