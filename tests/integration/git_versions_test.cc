// What versions of git that are not installed here, and programs beside git, start as a signer and as a verifier: their
// arguments as recorded, and what each looks for in the answer. git's are those of its source (gpg-interface.c:
// sign_buffer_gpg(), verify_gpg_signed_buffer(), and before 2.33 sign_buffer(), verify_signed_buffer()); git 2.39
// itself is what the other tests run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kPayload =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.test> 1700000000 +0000\n"
    "committer A <a@example.test> 1700000000 +0000\n\nfirst\n";

struct Recorded {
  const char* who;
  std::vector<std::string> signing;
  std::vector<std::string> verifying;  // before the file with the signature and "-"
  bool wants_status;  // a line end, SIG_CREATED and a blank, on standard error; else the exit status alone
};
void PrintTo(const Recorded& recorded, std::ostream* out) { *out << recorded.who; }

class GitVersion : public ::testing::TestWithParam<Recorded> {
 protected:
  [[nodiscard]] ProcessEnd run(std::vector<std::string> arguments, std::string_view input) const {
    arguments.insert(arguments.begin(), program("signet-git"));
    return test::run({.arguments = std::move(arguments),
                      .environment = house_.environment(),
                      .directory = house_.folder().path(),
                      .input = std::string(input)},
                     Deadline::after(std::chrono::minutes(1)));
  }
  [[nodiscard]] std::vector<std::string> verifying(const std::string& signature) const {
    auto arguments = GetParam().verifying;
    arguments.insert(arguments.end(), {house_.folder().write("signature", signature).string(), "-"});
    return arguments;
  }

  Household house_;
};

TEST_P(GitVersion, GetsTheSignatureAndTheStatusThatItLooksFor) {
  const auto end = run(GetParam().signing, kPayload);
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output, StartsWith("-----BEGIN SIGNED MESSAGE-----\n"));
  if (GetParam().wants_status) {
    EXPECT_THAT(end.errors, HasSubstr("\n[GNUPG:] SIG_CREATED "));
  } else {
    EXPECT_EQ(end.errors, "");
  }
}

TEST_P(GitVersion, GetsAVerdictThatItUnderstands) {
  const auto made = run(GetParam().signing, kPayload);
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto good = run(verifying(made.output), kPayload);
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_THAT(good.output, StartsWith("[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG "));
  EXPECT_THAT(good.output, HasSubstr("\n[GNUPG:] TRUST_FULLY ")) << "2.39 aborts at %GT where there is no trust";
  const auto bad = run(verifying(made.output), std::string(kPayload) + "second\n");
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.output, StartsWith("[GNUPG:] NEWSIG\n[GNUPG:] BADSIG "));
}

const std::vector<std::string> kGitSigns = {"--status-fd=2", "-bsau", "The Maintainer <maintainer@example.test>"};

INSTANTIATE_TEST_SUITE_P(
    Recorded, GitVersion,
    ::testing::Values(
        // From 2.30 to 2.56 the words are the same. Until 2.35 git looked for a line behind another one, which later
        // ones take, too.
        Recorded{"git, x509", kGitSigns, {"--status-fd=1", "--verify"}, true},
        // Whoever sets gpg.program and leaves gpg.format at openpgp.
        Recorded{"git, openpgp", kGitSigns, {"--keyid-format=long", "--status-fd=1", "--verify"}, true},
        // user.signingKey, or -S with a key: the text as it is.
        Recorded{
            "git with a key", {"--status-fd=2", "-bsau", "signet:maintainer"}, {"--status-fd=1", "--verify"}, true},
        // jujutsu's lib/src/gpg_signing.rs, backend "gpgsm".
        Recorded{"jujutsu", {"-abu", "signet:maintainer"}, {"--keyid-format=long", "--status-fd=1", "--verify"}, false},
        // GitButler's own commits: as git, and "-" for standard input.
        Recorded{
            "GitButler", {"--status-fd=2", "-bsau", "signet:maintainer", "-"}, {"--status-fd=1", "--verify"}, true}));

}  // namespace
}  // namespace signet::test
