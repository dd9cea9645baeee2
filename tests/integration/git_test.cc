// git itself, signing and verifying through signet-git.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <algorithm>
#include <sstream>

#include "common/file.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class Git : public ::testing::Test {
 protected:
  ProcessEnd git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    return house_.run(std::move(arguments), repository_);
  }
  void must(std::vector<std::string> arguments) {
    const auto end = git(std::move(arguments));
    ASSERT_EQ(end.status, 0) << end.errors;
  }
  std::vector<std::string> verdicts() { return lines_of(git({"log", "--format=%G?"}).output); }
  std::vector<std::string> commits() { return lines_of(git({"rev-list", "HEAD"}).output); }
  void commit_one() { must({"commit", "-q", "--allow-empty", "-S", "-m", "one"}); }

  // [verify] as it says now; a client reads it anew each time.
  void expect_signer(const std::string& san, const std::string& issuer, const std::string& instance) {
    replace_verify("[verify]\nallowed = [ { san = \"" + san + "\", issuer = \"" + issuer + "\", instance = \"" +
                   instance + "\" } ]\n");
  }
  void replace_verify(const std::string& section) {
    auto text = read_file(house_.configuration(), 1U << 20U);
    ASSERT_TRUE(text);
    if (const auto at = text->find("[verify]"); at != std::string::npos) text->resize(at);
    house_.folder().write("config.toml", *text + section);
  }

  Household house_;
  std::filesystem::path repository_ = house_.make_repository("repo");
};

TEST_F(Git, CommitAndTagVerifyAndNameTheirSigner) {
  commit_one();
  must({"tag", "-s", "v1", "-m", "one"});
  const auto commit = git({"verify-commit", "HEAD"});
  EXPECT_EQ(commit.status, 0) << commit.errors;
  EXPECT_THAT(commit.errors, HasSubstr("good signature from maintainer@example.test"));
  EXPECT_EQ(git({"verify-tag", "v1"}).status, 0);
  EXPECT_THAT(git({"log", "--show-signature"}).output, HasSubstr("maintainer@example.test"));
  EXPECT_EQ(git({"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
}

TEST_F(Git, AmendAndRebaseOverTwentyCommitsStayGoodWithOneCertificate) {
  commit_one();
  const auto before = house_.sandbox().counter("certificates");
  for (int i = 0; i < 20; ++i) must({"commit", "-q", "--allow-empty", "-m", "unsigned " + std::to_string(i)});
  must({"commit", "-q", "--amend", "--allow-empty", "--no-edit", "-S"});
  must({"rebase", "-q", "-f", "-S", "HEAD~20"});
  EXPECT_THAT(verdicts(), SizeIs(21));
  EXPECT_THAT(verdicts(), Each(std::string("G")));
  for (const std::string& commit : commits()) EXPECT_EQ(git({"verify-commit", commit}).status, 0) << commit;
  EXPECT_LE(house_.sandbox().counter("certificates"), before + 1);
}

TEST_F(Git, AGoodCommitIsUndefinedWhereNobodySaidWhomToExpect) {
  commit_one();
  replace_verify("");
  EXPECT_EQ(git({"log", "--format=%G?"}).output, "U\n");
  expect_signer(std::string(Household::kSan), house_.issuer(), "sandbox");
  EXPECT_EQ(git({"log", "--format=%G?"}).output, "G\n");
}

TEST_F(Git, AnotherSanIssuerOrInstanceIsNotGood) {
  commit_one();
  ASSERT_EQ(git({"verify-commit", "HEAD"}).status, 0);
  const Household elsewhere;
  const std::string san(Household::kSan);
  const auto refuses = [this](const std::string& code) {
    const auto end = git({"verify-commit", "HEAD"});
    EXPECT_EQ(end.status, 1);
    EXPECT_THAT(end.errors, HasSubstr(code));
    EXPECT_THAT(git({"log", "--format=%G?"}).output, Not(ContainsRegex("^[GU]")));
  };
  expect_signer("somebody.else@example.test", house_.issuer(), "sandbox");
  refuses("IdentityMismatch");
  expect_signer(san, "https://issuer.example.test", "sandbox");
  refuses("IssuerMismatch");
  replace_verify("[instance.other]\ntrusted_root = \"" + elsewhere.trusted_root().string() + "\"\nsandbox = true\n");
  auto text = read_file(house_.configuration(), 1U << 20U);
  ASSERT_TRUE(text);
  house_.folder().write("config.toml", *text + "[verify]\nallowed = [ { san = \"" + san + "\", issuer = \"" +
                                           house_.issuer() + "\", instance = \"other\" } ]\n");
  refuses("LogUnknown");
  expect_signer(san, house_.issuer(), "sandbox");
}

TEST_F(Git, ACommitThatWasChangedIsBad) {
  commit_one();
  const auto forged =
      house_.run({"sh", "-c", "git cat-file commit HEAD | sed 's/^one$/two/' | git hash-object -w -t commit --stdin"},
                 repository_);
  ASSERT_EQ(forged.status, 0) << forged.errors;
  const std::string id = lines_of(forged.output).at(0);
  const auto end = git({"verify-commit", id});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("GitObjectMismatch"));
  EXPECT_EQ(git({"log", "-1", "--format=%G?", id}).output, "B\n");
}

// git 2.39 keeps what a signer says about a failure to itself; a person reads it on the terminal (script(1) makes one).
TEST_F(Git, WithoutAnAgentNothingIsCommittedAndTheRemedyIsNamed) {
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(Deadline::after(std::chrono::minutes(1))));
  EXPECT_NE(git({"commit", "-q", "--allow-empty", "-S", "-m", "nobody signs"}).status, 0);
  EXPECT_NE(git({"rev-parse", "--verify", "-q", "HEAD"}).status, 0) << "no commit was made";
  const auto seen = house_.run(
      {"script", "-qec", "git commit -q --allow-empty -S -m 'nobody signs'", (house_.folder() / "seen").string()},
      repository_);
  EXPECT_NE(seen.status, 0);
  EXPECT_THAT(seen.output, HasSubstr("no agent answers at"));
  EXPECT_THAT(seen.output, HasSubstr("start it with: signet-agent"));
}

}  // namespace
}  // namespace signet::test
