// What git makes of each answer that signet gives about a signature: git's verdict, its exit status, and what its
// placeholders show (git: Documentation/pretty-formats.txt, gpg-interface.c). Which lines signet writes for which
// refusal is in unit/client/git_verify_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <sstream>

#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPrefix = "[GNUPG:] ";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

class GitVerdict : public ::testing::Test, protected GitHouse {
 protected:
  GitVerdict() { commit(); }

  [[nodiscard]] ProcessEnd verify(std::string revision, std::vector<std::string> settings = {}) const {
    settings.insert(settings.end(), {"verify-commit", "--raw", std::move(revision)});
    return git(std::move(settings));
  }
  // The one commit with another message: its signature does not fit.
  [[nodiscard]] std::string changed() const { return store(replaced(object(), "\n\none\n", "\n\ntwo\n")); }
  // The one commit with another signature.
  [[nodiscard]] std::string with_signature(const std::string& lines) const {
    std::string text = object();
    const auto begin = text.find("gpgsig ");
    const auto end = text.find("\n\n");
    return store(text.replace(begin, end - begin, "gpgsig " + lines));
  }
  // git clears what it knows where two of these stand there, and calls a signature absent where none does.
  static int exclusive_lines(const std::string& status) {
    int found = 0;
    std::istringstream lines(status);
    for (std::string line; std::getline(lines, line);) {
      for (const char* word : {"GOODSIG ", "BADSIG ", "ERRSIG ", "EXPSIG ", "EXPKEYSIG ", "REVKEYSIG "}) {
        found += line.starts_with(std::string(kPrefix) + word) ? 1 : 0;
      }
    }
    return found;
  }
  void expect_verdict(const std::string& revision, const std::string& letter, const std::string& word) const {
    const auto end = verify(revision);
    EXPECT_EQ(end.status, 1);
    EXPECT_THAT(end.errors, HasSubstr(std::string(kPrefix) + "NEWSIG\n" + std::string(kPrefix) + word + " "));
    EXPECT_EQ(exclusive_lines(end.errors), 1) << end.errors;
    EXPECT_EQ(log("%G?", revision), letter);
  }

  const std::string san_{Household::kSan};
};

TEST_F(GitVerdict, OfAGoodCommitFillsEachPlaceholder) {
  const auto end = verify("HEAD");
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(exclusive_lines(end.errors), 1);
  const std::string key = log("%GK");
  EXPECT_THAT(key, ::testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_THAT(end.errors,
              ContainsRegex("NEWSIG\n\\[GNUPG:\\] GOODSIG " + key + " " + san_ + "\n\\[GNUPG:\\] VALIDSIG " + key +
                            " [0-9-]{10} [0-9]+ 0 3 0 19 8 00 " + key + "\n\\[GNUPG:\\] TRUST_FULLY 0 shell\n"));
  EXPECT_EQ(log("%G?|%GS|%GF|%GP|%GT"), "G|" + san_ + "|" + key + "|" + key + "|fully");
  EXPECT_THAT(log("%GG"), HasSubstr("good signature from " + san_));
  EXPECT_THAT(must({"log", "-1", "--show-signature"}), HasSubstr("good signature from " + san_));
}

TEST_F(GitVerdict, OfAGoodTagIsAsGood) {
  must({"tag", "-s", "v1", "-m", "one"});
  const auto end = git({"verify-tag", "--raw", "v1"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.errors, AllOf(HasSubstr("[GNUPG:] GOODSIG "), HasSubstr("[GNUPG:] TRUST_FULLY ")));
  EXPECT_EQ(git({"tag", "-v", "v1"}).status, 0);
  EXPECT_EQ(git({"-c", "gpg.minTrustLevel=fully", "verify-tag", "v1"}).status, 0);
}

TEST_F(GitVerdict, OfASignerWhomNobodySpokeOfIsUndefined) {
  expect_nobody();
  EXPECT_EQ(verify("HEAD").status, 0);
  EXPECT_THAT(log("%G?|%GS|%GT"), AllOf(HasSubstr("U|" + san_), HasSubstr("|undefined")));
  EXPECT_EQ(verify("HEAD", {"-c", "gpg.minTrustLevel=undefined"}).status, 0);
  for (const char* level : {"marginal", "fully", "ultimate"}) {
    EXPECT_EQ(verify("HEAD", {"-c", std::string("gpg.minTrustLevel=") + level}).status, 1) << level;
  }
}

TEST_F(GitVerdict, OfAnExpectedSignerIsEnoughForFullTrustAndNotForUltimate) {
  for (const char* level : {"undefined", "never", "marginal", "fully"}) {
    EXPECT_EQ(verify("HEAD", {"-c", std::string("gpg.minTrustLevel=") + level}).status, 0) << level;
  }
  EXPECT_EQ(verify("HEAD", {"-c", "gpg.minTrustLevel=ultimate"}).status, 1);
}

TEST_F(GitVerdict, OfAnotherMessageIsBad) {
  const std::string forged = changed();
  expect_verdict(forged, "B", "BADSIG");
  EXPECT_THAT(verify(forged).errors, Not(HasSubstr("TRUST_")));
  EXPECT_THAT(git({"verify-commit", forged}).errors, HasSubstr("GitObjectMismatch"));
}

TEST_F(GitVerdict, OfASignerWhoIsNotExpectedIsBad) {
  expect_signer("somebody.else@example.test", house().issuer());
  expect_verdict("HEAD", "B", "BADSIG");
  EXPECT_THAT(git({"verify-commit", "HEAD"}).errors, HasSubstr("IdentityMismatch"));
  expect_signer(san_, "https://issuer.example.test");
  expect_verdict("HEAD", "B", "BADSIG");
  EXPECT_THAT(git({"verify-commit", "HEAD"}).errors, HasSubstr("IssuerMismatch"));
  expect_signer(san_, house().issuer());
  EXPECT_EQ(verify("HEAD").status, 0);
}

TEST_F(GitVerdict, OfAChangedTagIsBad) {
  must({"tag", "-s", "v1", "-m", "one"});
  const std::string forged = store(replaced(object("v1"), "\n\none\n", "\n\ntwo\n"), "tag");
  const auto end = git({"verify-tag", "--raw", forged});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("[GNUPG:] BADSIG "));
}

TEST_F(GitVerdict, OfAnUnreadableSignatureIsThatItCannotBeChecked) {
  expect_verdict(with_signature("-----BEGIN SIGNED MESSAGE-----\n MIIH\n -----END SIGNED MESSAGE-----"), "E", "ERRSIG");
  expect_verdict(with_signature("-----BEGIN SIGNED MESSAGE-----\n"), "E", "ERRSIG");
}

TEST_F(GitVerdict, OfTwoSignaturesInOneIsThatItCannotBeChecked) {
  const std::string text = object();
  const auto begin = text.find("gpgsig ") + 7;
  const std::string lines = text.substr(begin, text.find("\n\n") - begin);
  expect_verdict(with_signature(lines + "\n " + lines), "E", "ERRSIG");
  EXPECT_EQ(verify(with_signature(lines)).status, 0);
}

TEST_F(GitVerdict, WithoutATrustRootIsThatItCannotBeCheckedAndTheRemedyIsNamed) {
  std::filesystem::remove(house().trusted_root());
  expect_verdict("HEAD", "E", "ERRSIG");
  EXPECT_THAT(git({"verify-commit", "HEAD"}).errors, AllOf(HasSubstr("trusted_root"), HasSubstr("next: ")));
}

TEST_F(GitVerdict, OfAnotherInstancesSignatureIsThatItCannotBeChecked) {
  const Household elsewhere;
  replace_verify("[instance.other]\ntrusted_root = \"" + elsewhere.trusted_root().string() +
                 "\"\nsandbox = true\n[verify]\nallowed = [ { san = \"" + san_ + "\", issuer = \"" + house().issuer() +
                 "\", instance = \"other\" } ]\n");
  expect_verdict("HEAD", "E", "ERRSIG");
  EXPECT_THAT(git({"verify-commit", "HEAD"}).errors, HasSubstr("LogUnknown"));
}

TEST_F(GitVerdict, WithABrokenConfigurationIsThatItCannotBeChecked) {
  replace_verify("[verify]\nalowed = []\n");
  expect_verdict("HEAD", "E", "ERRSIG");
  EXPECT_THAT(git({"verify-commit", "HEAD"}).errors, HasSubstr("alowed"));
}

// git starts its program in the work tree: a configuration there is whoever's who made the repository.
TEST_F(GitVerdict, IsNotWhatAConfigurationInTheRepositorySays) {
  must_sh("mkdir -p signet .config/signet && cp ../config.toml signet && cp ../config.toml .config/signet");
  const auto verdict = [this](const std::string& folder) {
    return git({"log", "-1", "--format=%G?"}, {{"SIGNET_CONFIG", ""}, {"XDG_CONFIG_HOME", folder}, {"HOME", folder}});
  };
  EXPECT_EQ(verdict(".").output, "E\n");
  EXPECT_EQ(verdict("").output, "E\n");
  EXPECT_EQ(verdict(repository().string()).output, "G\n") << "as a user's own it would do";
}

TEST_F(GitVerdict, OfAnUnsignedCommitIsGitsOwn) {
  must({"commit", "-q", "--allow-empty", "-m", "unsigned"});
  EXPECT_EQ(log("%G?"), "N");
  EXPECT_EQ(verify("HEAD").status, 1);
}

TEST_F(GitVerdict, NeedsNoAgentAndNoService) {
  house().agent().send_signal(SIGTERM);
  ASSERT_TRUE(house().agent().wait(Deadline::after(std::chrono::minutes(1))));
  house().sandbox().stop(SIGTERM);
  EXPECT_EQ(verify("HEAD").status, 0);
  EXPECT_EQ(log("%G?"), "G");
}

// git writes the signature to a file there, whose name signet-git hands on.
TEST_F(GitVerdict, IsTheSameWhateverTheTemporaryFolderIsCalled) {
  const auto folder = house().folder() / "a folder\twith --status-fd=7";
  std::filesystem::create_directory(folder);
  const auto end = git({"verify-commit", "HEAD"}, {{"TMPDIR", folder.string()}});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_TRUE(std::filesystem::is_empty(folder)) << "git leaves nothing there, and neither do we";
}

TEST_F(GitVerdict, OfABadSideKeepsItFromBeingMergedAndPulled) {
  must({"branch", "-q", "side", changed()});
  must({"commit", "-q", "--allow-empty", "-m", "here"});
  const auto merged = git({"merge", "-q", "--verify-signatures", "side"});
  EXPECT_EQ(merged.status, 128);
  EXPECT_THAT(merged.errors, HasSubstr("bad GPG signature"));
  EXPECT_EQ(git({"-c", "merge.verifySignatures=true", "merge", "-q", "side"}).status, 128);
  EXPECT_EQ(git({"pull", "-q", "--no-rebase", "--verify-signatures", ".", "side"}).status, 128);
}

TEST_F(GitVerdict, OfAGoodSideLetsItBeMergedAndPulled) {
  must({"checkout", "-q", "-b", "side"});
  commit("side");
  must({"checkout", "-q", "main"});
  must({"commit", "-q", "--allow-empty", "-m", "here"});
  must({"pull", "-q", "--no-rebase", "--no-edit", "--verify-signatures", ".", "side"});
  EXPECT_THAT(log("%P"), HasSubstr(must({"rev-parse", "side"})));
}

}  // namespace
}  // namespace signet::test
