// What is shown and judged of commits whose signature is SSH's, x509 or nobody's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "tests/integration/ssh_house.h"
#include "tests/integration/years_later.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class GitBadge : public ::testing::Test {
 protected:
  void SetUp() override {
    must({"git", "config", "gpg.format", "ssh"});
    must({"git", "config", "user.signingKey", ssh_.write_key().string()});
    must({"git", "commit", "-q", "-S", "--allow-empty", "-m", "Say hello"});
  }
  ProcessEnd run(std::vector<std::string> arguments) { return ssh_.run(std::move(arguments), repository_); }
  std::string must(std::vector<std::string> arguments) {
    const auto end = run(std::move(arguments));
    EXPECT_EQ(end.status, 0) << end.errors << end.output;
    return end.output;
  }
  // As ssh-keygen shows it: its second word.
  std::string fingerprint() {
    const std::string line = must({"ssh-keygen", "-lf", ssh_.write_key().string()});
    const auto first = line.find(' ') + 1;
    return line.substr(first, line.find(' ', first) - first);
  }
  // A commit by an SSH key that is no token's.
  void commit_by_a_stranger() {
    const std::string key = (ssh_.house().folder() / "stranger").string();
    must({"ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", key});
    must({"git", "config", "user.signingKey", key});
    must({"git", "commit", "-q", "-S", "--allow-empty", "-m", "A stranger's"});
  }

  SshHouse ssh_;
  std::filesystem::path repository_ = ssh_.house().make_repository("repo");
};

TEST_F(GitBadge, OfAnSshKeyAndEvidenceByTheSameKeyAreGoodTogether) {
  const auto alone = run({"signet", "git", "verify"});
  EXPECT_EQ(alone.status, 1);
  EXPECT_THAT(alone.output, HasSubstr("SignatureMissing"));
  EXPECT_THAT(alone.output, HasSubstr("an SSH signature says by which key, and not who holds it"));
  const auto made = run({"signet", "git", "attest"});
  EXPECT_EQ(made.status, 0);
  EXPECT_THAT(made.errors, Not(HasSubstr("warning")));
  const std::string good = must({"signet", "git", "verify"});
  EXPECT_THAT(good, HasSubstr("identity   " + std::string(Household::kSan)));
  EXPECT_THAT(good, HasSubstr("ssh key    " + fingerprint()));
  EXPECT_THAT(must({"signet", "git", "verify", "--json"}), HasSubstr("\"ssh_key\":\"" + fingerprint() + "\""));
}

TEST_F(GitBadge, OfAnotherKeyThanTheEvidenceIsRefused) {
  commit_by_a_stranger();
  const auto made = run({"signet", "git", "attest"});
  EXPECT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.errors,
              HasSubstr("which is not the key of maintainer: signet git verify will refuse this evidence"));
  const auto end = run({"signet", "git", "verify"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("SshKeyMismatch"));
  EXPECT_THAT(end.output, HasSubstr("found      " + fingerprint()));
  EXPECT_THAT(must({"signet", "git", "show"}),
              HasSubstr("refused: evidence 1 of 1\n  code       SshKeyMismatch (step 8)\n"));
}

TEST_F(GitBadge, OverAnotherCommitIsRefusedWhateverLiesBeside) {
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed 's/^Say hello$/Say bye/' | git hash-object -w -t commit --stdin) && "
        "git branch forged $id"});
  must({"signet", "git", "attest", "forged"});
  const auto end = run({"signet", "git", "verify", "forged"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("SignatureInvalid"));
  EXPECT_THAT(must({"signet", "git", "show", "forged"}), HasSubstr("  signature  wrong: "));
}

TEST_F(GitBadge, IsShownWithWhoWhenWhichTokenAndWhichLogEntry) {
  EXPECT_THAT(must({"signet", "git", "show"}), HasSubstr("  evidence   none\n"));
  must({"signet", "git", "attest"});
  const std::string shown = must({"signet", "git", "show"});
  EXPECT_THAT(shown, testing::StartsWith("commit " + must({"git", "rev-parse", "HEAD"}) + "  title      Say hello\n"));
  EXPECT_THAT(shown, HasSubstr("  signature  ssh, good, by the key " + fingerprint() + "\n  evidence   1\n"));
  EXPECT_THAT(shown, HasSubstr("verified: evidence 1 of 1\n  identity   " + std::string(Household::kSan)));
  EXPECT_THAT(shown, HasSubstr("\n  signed     "));
  EXPECT_THAT(shown, HasSubstr("\n  log        "));
  EXPECT_THAT(shown, HasSubstr("\n  token      desk, identity " + std::string(Household::kIdentity)));
  const std::string json = must({"signet", "git", "show", "--json"});
  EXPECT_THAT(json, HasSubstr(R"({"schema":"signet.git-show/1","objects":[{"object":")"));
  EXPECT_THAT(json, HasSubstr(R"("signature":"ssh","ssh_key":")" + fingerprint() + "\""));
  EXPECT_THAT(json, HasSubstr(R"("token":"desk, identity maintainer")"));
}

// Neither agent nor services nor a network are there, and the certificate has long ended.
TEST_F(GitBadge, AttestedIsAsGoodYearsLater) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer and the clock would both stand before the C library";
  must({"signet", "git", "attest"});
  ssh_.house().agent().send_signal(SIGTERM);
  ASSERT_TRUE(ssh_.house().agent().wait(Deadline::after(std::chrono::minutes(1))));
  ssh_.house().sandbox().stop(SIGTERM);
  for (const char* verb : {"verify", "show"}) {
    const auto end = ssh_.run(without_network({program("signet"), "git", verb}), repository_, years_later());
    EXPECT_EQ(end.status, 0) << verb << end.errors;
    EXPECT_THAT(end.output, HasSubstr("identity   " + std::string(Household::kSan))) << verb;
  }
}

TEST_F(GitBadge, OfNobodyIsShownAsThat) {
  must({"git", "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "Unsigned\x1b[2J"});
  const std::string shown = must({"signet", "git", "show"});
  EXPECT_THAT(shown, HasSubstr("  signature  none\n  evidence   none\n"));
  EXPECT_THAT(shown, Not(HasSubstr("\x1b")));
}

TEST(GitShow, TellsWhoSignedWhereNobodyIsExpected) {
  Household house({.verifies_by_configuration = false});
  const auto repository = house.make_repository("repo");
  ASSERT_EQ(house.run({"git", "commit", "-q", "-S", "--allow-empty", "-m", "one"}, repository).status, 0);
  const auto shown = house.run({"signet", "git", "show"}, repository);
  EXPECT_EQ(shown.status, 0) << shown.errors;
  EXPECT_THAT(shown.output, HasSubstr("  signature  x509\n  evidence   none\nverified: its own signature\n"));
  EXPECT_THAT(shown.output, HasSubstr("  expected   nobody said whether this signer is: [verify] allowed is empty\n"));
  const auto judged = house.run({"signet", "git", "verify"}, repository);
  EXPECT_EQ(judged.status, 2);
  EXPECT_THAT(judged.errors, HasSubstr("PolicyMissing"));
}

}  // namespace
}  // namespace signet::test
