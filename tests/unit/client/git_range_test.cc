#include "client/cli/git_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "tests/support/expect_refusal.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::cli {
namespace {

using test::expect_refusal;

constexpr std::size_t kMiB = std::size_t{1024} * 1024;
constexpr const char* kCommitter = "committer A <a@b.test> 1 +0000\n";

// The current folder is a repository of the test's own.
class GitRange : public testing::Test {
 protected:
  GitRange() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
    sh("git init -q .");
  }
  ~GitRange() override { std::filesystem::current_path(before_); }
  GitRange(const GitRange&) = delete;
  GitRange& operator=(const GitRange&) = delete;

  static std::string sh(const std::string& script, std::string input = {}) {
    const auto end = test::run({.arguments = {"/bin/sh", "-c", script}, .input = std::move(input)},
                               Deadline::after(std::chrono::minutes(2)));
    EXPECT_EQ(end.status, 0) << script << end.errors;
    return end.output.substr(0, end.output.find('\n'));
  }
  // One commit behind the other on the branch; what a branch begins with is named by `from`.
  static std::string commits(const std::string& branch, std::size_t count, const std::string& from = "") {
    std::string stream;
    for (std::size_t i = 0; i < count; ++i) {
      stream += "commit refs/heads/" + branch + "\n" + kCommitter + "data " + std::to_string(branch.size()) + "\n" +
                branch + "\n";
      if (i == 0 && !from.empty()) stream += "from " + from + "\n";
    }
    return stream;
  }
  // A commit whose object has that many bytes, as words of a shell that write it for git fast-import.
  static std::string large_commit(const std::string& branch, const std::string& mark, std::size_t size,
                                  const std::string& from) {
    const std::string headers = "tree " + std::string(40, '0') + "\nparent " + std::string(40, '0') +
                                "\nauthor A <a@b.test> 1 +0000\n" + kCommitter + "\n";
    const std::string message = std::to_string(size - headers.size());
    return "echo 'commit refs/heads/" + branch + "'; echo 'mark " + mark + "'; echo '" +
           std::string(kCommitter, std::strlen(kCommitter) - 1) + "'; echo 'data " + message + "'; head -c " + message +
           " /dev/zero | tr '\\0' x; echo; echo 'from " + from + "';";
  }

 private:
  std::filesystem::path before_;
  test::TemporaryFolder folder_;
};

TEST_F(GitRange, IsProvedByAHundredThousandCommitsAndByNoMore) {
  constexpr std::size_t kMost = 100'000;
  const std::string root = "commit refs/heads/trunk\nmark :1\n" + std::string(kCommitter) + "data 1\nx\n";
  sh("git fast-import --quiet", root + commits("trunk", kMost + 2) + commits("topic", 1, ":1"));
  // Between its root and trunk~1 lie as many commits as are walked.
  const auto most = list_range("trunk~1..topic");
  ASSERT_TRUE(most) << most.error().sentence();
  EXPECT_THAT(*most, testing::ElementsAre(sh("git rev-parse topic")));
  const auto more = list_range("trunk..topic");
  expect_refusal(more, ErrorCode::LimitExceeded, "the range's beginning is not proved by 100000 commits before it");
  EXPECT_EQ(more.error().remedy, "name a beginning that is nearer to where the range branches off");
}

TEST_F(GitRange, IsReadUpToAHundredAndTwentyEightMebibytesAndNoFurther) {
  sh("git fast-import --quiet", commits("root", 1));
  sh("{ " + large_commit("half", ":1", 64 * kMiB, "refs/heads/root^0") + large_commit("whole", ":2", 64 * kMiB, ":1") +
     large_commit("more", ":3", 64 * kMiB + 1, ":1") + " } | git -c core.compression=1 fast-import --quiet");
  ASSERT_EQ(sh("git cat-file -s whole"), std::to_string(64 * kMiB));
  const auto most = list_range("root..whole");
  ASSERT_TRUE(most) << most.error().sentence();
  EXPECT_EQ(most->size(), 2U);
  const auto more = list_range("root..more");
  expect_refusal(more, ErrorCode::LimitExceeded, "git objects of more than 134217728 bytes together are not read");
  EXPECT_EQ(more.error().remedy, "name fewer of them at once");
}

TEST_F(GitRange, WithAFakeAncestorIsRefused) {
  sh("git fast-import --quiet", commits("main", 4));
  ASSERT_EQ(list_range("main~2..main").value().size(), 2U);
  // The first commit's place has the bytes of the last one, which name the one before as an ancestor.
  sh("cd .git/objects && file() { git rev-parse $1 | sed 's,^..,&/,'; }; last=$(file main) && first=$(file main~3) && "
     "rm -f $first && cp $last $first");
  ASSERT_EQ(sh("git rev-list --count main~2..main"), "1") << "git leaves it out";
  expect_refusal(list_range("main~2..main"), ErrorCode::InvalidRequest, "the range's beginning cannot be proved");
}

}  // namespace
}  // namespace signet::cli
