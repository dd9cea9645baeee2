#include "sigstore/tuf/path_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace signet::sigstore::tuf {
namespace {

TEST(PathPattern, MatchesWithinOneFolder) {
  EXPECT_TRUE(matches("*", "file"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*.tgz", "foo.tgz"));
  EXPECT_TRUE(matches("targets/*.tgz", "targets/foo.tgz"));
  EXPECT_TRUE(matches("foo-version-?.tgz", "foo-version-2.tgz"));
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_TRUE(matches("releases/*/*", "releases/x/v1"));
  EXPECT_TRUE(matches("exact/name", "exact/name"));
}

// Specification 1.0.34 §4.5: "targets/*.tgz" does not match "targets/sub/foo.tgz".
TEST(PathPattern, NeverMatchesAcrossASlash) {
  EXPECT_FALSE(matches("*", "a/b"));
  EXPECT_FALSE(matches("*.tgz", "targets/foo.tgz"));
  EXPECT_FALSE(matches("targets/*", "targets/a/b"));
  EXPECT_FALSE(matches("a?b", "a/b"));
  EXPECT_FALSE(matches("a*b", "aX/Yb"));
}

TEST(PathPattern, MatchesTheWholePath) {
  EXPECT_FALSE(matches("file", "file2"));
  EXPECT_FALSE(matches("file", "a-file"));
  EXPECT_FALSE(matches("*.zip", "x.zip.asc"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_TRUE(matches("", ""));
}

TEST(PathPattern, TakesBracketsAsTheyAre) {
  EXPECT_TRUE(matches("[ab]", "[ab]"));
  EXPECT_FALSE(matches("[ab]", "a"));
}

TEST(PathPattern, EndsWhateverTheStars) {
  const std::string path(2'000, 'a');
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_TRUE(matches(pattern, path));
  EXPECT_FALSE(matches(pattern + "b", path));
  EXPECT_FALSE(matches(std::string(100'000, '*') + "b", path));
  std::string folders;
  for (int i = 0; i < 500; ++i) folders += "*a*/";
  EXPECT_FALSE(matches(folders + "b", path + "/" + path));
}

}  // namespace
}  // namespace signet::sigstore::tuf
