#include "sigstore/tuf/file_name.h"

#include <gtest/gtest.h>

namespace signet::sigstore::tuf {
namespace {

TEST(FileName, KeepsWhatNoUrlReserves) { EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~"); }

TEST(FileName, MakesOneComponentOfAnything) {
  EXPECT_EQ(percent_encode("../delegatedrole"), "..%2Fdelegatedrole");
  EXPECT_EQ(percent_encode("/delegatedrole"), "%2Fdelegatedrole");
  EXPECT_EQ(percent_encode("?#%"), "%3F%23%25");
  EXPECT_EQ(percent_encode(std::string_view("a\0b", 3)), "a%00b");
  EXPECT_EQ(percent_encode("\u00e9"), "%C3%A9");
}

TEST(FileName, KeepsTheFoldersOfAPath) { EXPECT_EQ(percent_encode_path("dir/a b?"), "dir/a%20b%3F"); }

TEST(FileName, PutsAHashBeforeTheLastPartOfAPath) {
  EXPECT_EQ(hashed_path("file", "abc"), "abc.file");
  EXPECT_EQ(hashed_path("dir/sub/file?", "abc"), "dir/sub/abc.file%3F");
}

}  // namespace
}  // namespace signet::sigstore::tuf
