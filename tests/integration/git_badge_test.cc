// What is shown and judged of commits whose signature is SSH's, x509 or nobody's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/file.h"
#include "tests/integration/evidence_maker.h"
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
  std::string fingerprint_of(const std::string& file) {
    const std::string line = must({"ssh-keygen", "-lf", file});
    const auto first = line.find(' ') + 1;
    return line.substr(first, line.find(' ', first) - first);
  }
  std::string fingerprint() { return fingerprint_of(ssh_.write_key().string()); }
  [[nodiscard]] std::string stranger() const { return (ssh_.house().folder() / "stranger").string(); }
  // A commit by an SSH key that is no token's.
  void commit_by_a_stranger() {
    must({"ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", stranger()});
    must({"git", "config", "user.signingKey", stranger()});
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

TEST_F(GitBadge, OfAnotherKeyIsRefusedBeforeAnythingIsSigned) {
  commit_by_a_stranger();
  const auto entries = ssh_.house().sandbox().counter("entries");
  const auto made = run({"signet", "git", "attest"});
  EXPECT_EQ(made.status, 1) << made.errors;
  EXPECT_THAT(made.errors,
              HasSubstr("is signed by the SSH key " + fingerprint_of(stranger()) +
                        ", and identity maintainer has the key " + fingerprint() +
                        ": signet git verify takes no evidence by another key\n  next: name the identity whose key it "
                        "is with --identity; or countersign it, which signet git show tells: --countersign\n"));
  EXPECT_EQ(ssh_.house().sandbox().counter("entries"), entries);
}

TEST_F(GitBadge, OfAnIdentitysKeyIsLeftToThatIdentity) {
  const auto before = read_file(ssh_.house().configuration(), 1U << 20U).value();
  ssh_.house().folder().write("config.toml", before +
                                                 "[identity.fleeting]\ninstance = \"sandbox\"\nkey = "
                                                 "\"pkcs11:token=desk\"\nephemeral = \"p256\"\nsan = \"" +
                                                 std::string(Household::kSan) + "\"\nissuer = \"" +
                                                 ssh_.house().issuer() +
                                                 "\"\nuse = [\"statement\"]\ntoken = { file = \"id-token\" }\n");
  ssh_.house().restart_agent();
  const auto made = run({"signet", "git", "attest", "--identity", "fleeting"});
  EXPECT_EQ(made.status, 1) << made.errors;
  EXPECT_THAT(made.errors, HasSubstr(", and identity fleeting makes a key for each signature: "));
  EXPECT_THAT(made.errors, HasSubstr("\n  next: its key is that of --identity maintainer; or countersign it"));
  must({"signet", "git", "attest", "--identity", "maintainer"});
  must({"signet", "git", "verify"});
}

TEST_F(GitBadge, OfAnotherKeyThanTheEvidenceIsACountersignatureAndNotCounted) {
  commit_by_a_stranger();
  must({"signet", "git", "attest", "--countersign"});
  const auto end = run({"signet", "git", "verify"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("SshKeyMismatch"));
  EXPECT_THAT(end.output, HasSubstr("found      " + fingerprint()));
  const std::string shown = must({"signet", "git", "show"});
  EXPECT_THAT(shown, HasSubstr("refused: evidence 1 of 1\n  code       SshKeyMismatch (step 8)\n"));
  const std::string who = std::string(Household::kSan) + " (" + ssh_.house().issuer() + ")";
  EXPECT_THAT(shown, HasSubstr("  by         another key, that of " + who + "\n"));
  EXPECT_THAT(must({"signet", "git", "show", "--json"}), HasSubstr("\"countersigner\":\"" + who + "\""));
}

TEST_F(GitBadge, OfTheSameKeyIsNoCountersignatureWhateverIsAllowed) {
  must({"signet", "git", "attest", "--countersign"});
  EXPECT_THAT(must({"signet", "git", "show"}), Not(HasSubstr("another key")));
  must({"signet", "git", "verify"});
}

TEST_F(GitBadge, OverAnotherCommitIsRefusedBeforeAnythingIsSigned) {
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed 's/^Say hello$/Say bye/' | git hash-object -w -t commit --stdin) && "
        "git branch forged $id"});
  const auto entries = ssh_.house().sandbox().counter("entries");
  for (const char* flag : {"--again", "--countersign"}) {
    const auto made = run({"signet", "git", "attest", flag, "forged"});
    EXPECT_EQ(made.status, 1);
    EXPECT_THAT(made.errors, HasSubstr("NotVerified: commit "));
    EXPECT_THAT(made.errors, HasSubstr("is signed wrongly, and no evidence makes that good: "));
  }
  EXPECT_EQ(ssh_.house().sandbox().counter("entries"), entries);
}

TEST_F(GitBadge, OverAnotherCommitIsRefusedWhateverLiesBeside) {
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed 's/^Say hello$/Say bye/' | git hash-object -w -t commit --stdin) && "
        "git branch forged $id"});
  put_evidence_beside(ssh_.house(), repository_, "forged");
  const auto end = run({"signet", "git", "verify", "forged"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("SignatureInvalid"));
  const std::string shown = must({"signet", "git", "show", "forged"});
  EXPECT_THAT(shown, testing::ContainsRegex("  signature  wrong: [^\n]*\n  evidence "));
  EXPECT_THAT(shown, HasSubstr("verified: evidence 1 of 1\n"));
}

TEST_F(GitBadge, IsShownWithWhoWhenWhichTokenAndWhichLogEntry) {
  EXPECT_THAT(must({"signet", "git", "show"}),
              HasSubstr("  signature  ssh, good, by the key " + fingerprint() +
                        "\n  token      desk, identity maintainer\n  evidence   none\n"));
  EXPECT_THAT(must({"signet", "git", "show", "--json"}), HasSubstr(R"("token":"desk, identity maintainer")"));
  must({"signet", "git", "attest"});
  const std::string shown = must({"signet", "git", "show"});
  EXPECT_THAT(shown, testing::StartsWith("commit " + must({"git", "rev-parse", "HEAD"}) + "  title      Say hello\n"));
  EXPECT_THAT(shown, HasSubstr("  signature  ssh, good, by the key " + fingerprint() +
                               "\n  token      desk, identity maintainer\n  evidence   1\n"));
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
