// gitsign as its authors built it: what it signs is verified by signet, and what signet signs by it.
// tests/lanes/gitsign/run builds it.
#include "tests/support/gitsign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "common/file.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kFolder = gitsign_folder().string();

class Gitsign : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kFolder + "/gitsign")) GTEST_SKIP() << "tests/lanes/gitsign/run builds it";
    repository_ = house_.make_repository("repo");
    environment_ = gitsign_environment(house_);
  }

  ProcessEnd run(std::vector<std::string> arguments) {
    return house_.run(std::move(arguments), repository_, environment_);
  }
  ProcessEnd git(const std::string& program, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-c", "gpg.x509.program=" + program});
    return run(std::move(arguments));
  }
  void commit_by(const std::string& program) {
    const auto end = git(program, {"commit", "-q", "--allow-empty", "-S", "-m", "by " + program});
    ASSERT_EQ(end.status, 0) << end.errors << read_file(house_.folder() / "gitsign.log", 1U << 20U).value_or("");
  }
  ProcessEnd gitsign_verifies(std::vector<std::string> what, std::string_view san = Household::kSan) {
    what.insert(what.begin(), kFolder + "/gitsign");
    what.insert(what.begin() + 2,
                {"--certificate-identity", std::string(san), "--certificate-oidc-issuer", house_.issuer()});
    return run(std::move(what));
  }
  // gitsign 0.16.1 takes no timestamp of the very second in which the certificate begins.
  void commit_by_signet_after_the_certificates_first_second() {
    commit_by("signet-git");
    const auto now = std::chrono::system_clock::now();
    std::this_thread::sleep_until(std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1));
    commit_by("signet-git");
  }

  Household house_{{.serving = {"--rekor", "1"}}};
  std::filesystem::path repository_;
  std::map<std::string, std::string> environment_;
};

TEST_F(Gitsign, OfflineCommitsAndTagsAreGoodForSignet) {
  commit_by("gitsign");
  const auto tagged = git("gitsign", {"tag", "-s", "v1", "-m", "one"});
  ASSERT_EQ(tagged.status, 0) << tagged.errors;
  const auto commit = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(commit.errors, AllOf(HasSubstr("good signature from maintainer@example.test"),
                                   HasSubstr("says rekor.sandbox.test"), HasSubstr("log        rekor.sandbox.test")));
  EXPECT_EQ(git("signet-git", {"verify-tag", "v1"}).status, 0);
  EXPECT_EQ(git("signet-git", {"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
}

TEST_F(Gitsign, OfflineCommitThatWasChangedIsBadForSignet) {
  commit_by("gitsign");
  ASSERT_EQ(git("signet-git", {"verify-commit", "HEAD"}).status, 0);
  auto forged = run(
      {"sh", "-c", "git cat-file commit HEAD | sed 's/^by gitsign$/by me/' | git hash-object -w -t commit --stdin"});
  ASSERT_EQ(forged.status, 0) << forged.errors;
  forged.output.pop_back();
  const auto end = git("signet-git", {"verify-commit", forged.output});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("GitObjectMismatch"));
}

TEST_F(Gitsign, OfflineCommitWithItsTimestampIsGoodForSignet) {
  environment_["GITSIGN_TIMESTAMP_SERVER_URL"] = house_.sandbox().urls().tsa;
  commit_by("gitsign");
  const auto end = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr("says " + house_.sandbox().urls().tsa));
}

// What is logged is the commit's name, which no signature in the commit can hold.
TEST_F(Gitsign, OnlineCommitLacksItsEntryAndSignetSaysSo) {
  environment_["GITSIGN_REKOR_MODE"] = "online";
  commit_by("gitsign");
  ASSERT_EQ(git("gitsign", {"verify-commit", "HEAD"}).status, 0) << "gitsign itself asks the log";
  const auto end = git("signet-git", {"verify-commit", "HEAD"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("LogEntryMissing"),
                                HasSubstr("gitsign's online mode keeps its log entry out of the commit")));
  EXPECT_EQ(git("signet-git", {"log", "--format=%G?"}).output, "E\n");
}

// Not its tags: 0.16.1 logs another name than theirs.
TEST_F(Gitsign, OnlineCommitsAreGoodForSignetWhereItMayAskTheLog) {
  environment_["GITSIGN_REKOR_MODE"] = "online";
  commit_by("gitsign");
  const auto offline = run({"signet", "git", "verify", "HEAD"});
  EXPECT_EQ(offline.status, 1);
  EXPECT_THAT(offline.output, HasSubstr("LogEntryMissing"));
  const auto online = run({"signet", "git", "verify", "--online", "HEAD"});
  EXPECT_EQ(online.status, 0) << online.errors << online.output;
  EXPECT_THAT(online.output,
              AllOf(HasSubstr("identity   maintainer@example.test"), HasSubstr("says rekor.sandbox.test"),
                    HasSubstr("by         its own signature and the log's answer\n")));
  const auto other = run({"signet", "git", "verify", "--online", "--instance", "sandbox", "--identity",
                          "somebody.else@example.test", "--issuer", house_.issuer(), "HEAD"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("IdentityMismatch"));
}

TEST_F(Gitsign, OnlineCommitStaysRefusedWhereTheLogDoesNotAnswer) {
  environment_["GITSIGN_REKOR_MODE"] = "online";
  commit_by("gitsign");
  house_.sandbox().set_fault("log", "500");
  const auto end = run({"signet", "git", "verify", "--online"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("LogEntryMissing"));
  EXPECT_THAT(end.errors, HasSubstr("no answer of the log of instance sandbox: LogUnavailable"));
  house_.sandbox().set_fault("log", "none");
  EXPECT_EQ(run({"signet", "git", "verify", "--online"}).status, 0);
}

TEST_F(Gitsign, TakesCommitsAndTagsThatSignetSigned) {
  commit_by_signet_after_the_certificates_first_second();
  ASSERT_EQ(git("signet-git", {"tag", "-s", "v1", "-m", "one"}).status, 0);
  const auto commit = gitsign_verifies({"verify", "HEAD"});
  EXPECT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(commit.output,
              AllOf(HasSubstr("Good signature from [maintainer@example.test]"),
                    HasSubstr("Validated Git signature: true"), HasSubstr("Validated Certificate claims: true")));
  const auto tag = gitsign_verifies({"verify-tag", "v1"});
  EXPECT_EQ(tag.status, 0) << tag.errors;
  EXPECT_EQ(git("gitsign", {"verify-commit", "HEAD"}).status, 0);
}

TEST_F(Gitsign, TakesNoCommitOfSignetsByAnotherSigner) {
  commit_by_signet_after_the_certificates_first_second();
  EXPECT_EQ(gitsign_verifies({"verify", "HEAD"}).status, 0);
  const auto other = gitsign_verifies({"verify", "HEAD"}, "somebody.else@example.test");
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.errors, HasSubstr("none of the expected identities matched"));
}

}  // namespace
}  // namespace signet::test
