// Signatures whose log entry is still to come, or was taken out: git is told that nobody can decide, whatever else is
// in order. The twin, the same signature with its entry, is good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bytes.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/object.h"
#include "tests/integration/evidence_maker.h"
#include "tests/integration/git_house.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Key, algorithms and time are what the signature says itself.
constexpr const char* kCannotTell = "\\[GNUPG:\\] NEWSIG\n\\[GNUPG:\\] ERRSIG [0-9a-f]{64} 19 8 00 [0-9]{10} 9\n";

// The same signature by the same key over the same attributes, with less evidence.
std::string encode_again(const std::string& armored, bool with_entry) {
  const auto cms = sigstore::parse_git_cms(armored);
  if (!cms) return cms.error().sentence();
  sigstore::CmsEvidence evidence = cms->evidence;
  if (!with_entry) evidence.entry.reset();
  return sigstore::encode_git_cms(cms->leaf, {.der = cms->attributes, .hash = cms->hash}, cms->signature, evidence)
      .value_or("");
}

// As a header of a commit: each line behind the first begins with a blank.
std::string as_header(std::string signature) {
  signature.pop_back();
  for (auto at = signature.find('\n'); at != std::string::npos; at = signature.find('\n', at + 2)) {
    signature.insert(at + 1, " ");
  }
  return "gpgsig " + signature + "\n";
}

class GitPending : public ::testing::Test, protected GitHouse {
 protected:
  GitPending() { commit(); }

  // HEAD with its signature encoded anew, and another message where one is given; the object's id.
  [[nodiscard]] std::string commit_again(bool with_entry, const std::string& message = "one\n") const {
    const auto parts = sigstore::split_signed_git_object(bytes_of(object()));
    std::string text(text_of(parts.value().payload));
    text.replace(text.find("\n\n") + 2, std::string::npos, message);
    text.insert(text.find("\n\n") + 1, as_header(encode_again(parts->signature, with_entry)));
    return store(text);
  }
  [[nodiscard]] std::string tag_again(const std::string& name, bool with_entry) const {
    const auto parts = sigstore::split_signed_git_object(bytes_of(object(name)));
    return store(std::string(text_of(parts.value().payload)) + encode_again(parts->signature, with_entry), "tag");
  }
  [[nodiscard]] ProcessEnd signet(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"signet", "git"});
    return house().run(std::move(arguments), repository());
  }
};

TEST_F(GitPending, CommitIsThatItCannotBeCheckedAndSaysWhatIsMissing) {
  const std::string pending = commit_again(false);
  EXPECT_THAT(log("%G?|%GS|%GK", pending), MatchesRegex("E[|][|][0-9a-f]{64}"));
  const auto told = git({"verify-commit", pending});
  EXPECT_EQ(told.status, 1);
  EXPECT_THAT(told.errors, AllOf(HasSubstr("code       LogEntryMissing (step 2)"),
                                 HasSubstr("expected   a log entry in the signature"),
                                 HasSubstr("next       ask the signer for a complete signature: evidence is missing")));
  EXPECT_THAT(git({"verify-commit", "--raw", pending}).errors, MatchesRegex(kCannotTell));

  const std::string complete = commit_again(true);
  EXPECT_EQ(complete, must({"rev-parse", "HEAD"})) << "encoded anew it is the very commit";
  EXPECT_EQ(log("%G?", complete), "G");
}

TEST_F(GitPending, TagIsThatItCannotBeChecked) {
  must({"tag", "-s", "v1", "-m", "one"});
  const auto end = git({"verify-tag", "--raw", tag_again("v1", false)});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, MatchesRegex(kCannotTell));
  EXPECT_EQ(git({"verify-tag", tag_again("v1", true)}).status, 0);
}

TEST_F(GitPending, CommitIsNotMerged) {
  const std::string pending = commit_again(false);
  must({"checkout", "-q", "-b", "here"});
  commit("two");
  const std::string complete = must({"rev-parse", "HEAD"});
  must({"reset", "-q", "--hard", "HEAD~1"});
  must({"branch", "-q", "side", pending});
  must({"commit", "-q", "--allow-empty", "-m", "here"});
  const auto merged = git({"merge", "-q", "--verify-signatures", "side"});
  EXPECT_EQ(merged.status, 128);
  EXPECT_THAT(merged.errors, HasSubstr("does not have a GPG signature")) << "git's words for what it calls E";
  must({"branch", "-q", "-f", "side", complete});
  must({"merge", "-q", "--no-edit", "--verify-signatures", "side"});
}

// Nobody is expected: that a signature is as good as nobody's word is less than that it lacks evidence.
TEST_F(GitPending, CommitIsNoBetterWhereNobodyIsExpected) {
  const std::string pending = commit_again(false);
  const std::string complete = commit_again(true);
  expect_nobody();
  EXPECT_EQ(log("%G?", pending), "E");
  EXPECT_EQ(log("%G?", complete), "U");
}

TEST_F(GitPending, CommitThatWasChangedIsBadForGitAndNotHealedByEvidence) {
  const std::string changed = commit_again(false, "two\n");
  EXPECT_EQ(log("%G?", changed), "B");
  put_evidence_beside(house(), repository(), changed);
  const auto judged = signet({"verify", changed});
  EXPECT_EQ(judged.status, 1) << judged.output;
  EXPECT_THAT(judged.output, HasSubstr("GitObjectMismatch (step 8)"));
  EXPECT_THAT(signet({"show", changed}).output,
              AllOf(HasSubstr("refused: its own signature\n"), HasSubstr("verified: evidence 1 of 1\n")));
}

TEST_F(GitPending, CommitIsMadeGoodByEvidenceBesideItForSignetAlone) {
  const std::string pending = commit_again(false);
  const auto alone = signet({"verify", pending});
  EXPECT_EQ(alone.status, 1);
  EXPECT_THAT(alone.output, HasSubstr("LogEntryMissing"));
  ASSERT_EQ(signet({"attest", pending}).status, 0);
  const auto healed = signet({"verify", pending});
  EXPECT_EQ(healed.status, 0) << healed.output;
  EXPECT_THAT(healed.output, HasSubstr("by         evidence in its note\n"));
  EXPECT_EQ(log("%G?", pending), "E") << "git sees the commit alone";
}

}  // namespace
}  // namespace signet::test
