// Evidence beside commits: made by the agent, kept in a notes ref, verified by whoever has the repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "common/file.h"
#include "sigstore/bundle/bundle.h"
#include "tests/integration/evidence_maker.h"
#include "tests/integration/git_house.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class GitEvidence : public ::testing::Test {
 protected:
  ProcessEnd run(std::vector<std::string> arguments) { return house_.run(std::move(arguments), repository_); }
  void must(std::vector<std::string> arguments) {
    const auto end = run(std::move(arguments));
    ASSERT_EQ(end.status, 0) << end.errors << end.output;
  }
  std::string output_of(std::vector<std::string> arguments) {
    const auto end = run(std::move(arguments));
    EXPECT_EQ(end.status, 0) << end.errors;
    return end.output;
  }
  void commit(const std::string& message) { must({"git", "commit", "-q", "--allow-empty", "-m", message}); }

  Household house_;
  std::filesystem::path repository_ = house_.make_repository("repo");
};

TEST_F(GitEvidence, OfAnUnsignedCommitIsMadeKeptAndVerified) {
  commit("one");
  const auto before = run({"signet", "git", "verify"});
  EXPECT_EQ(before.status, 1);
  EXPECT_THAT(before.output, HasSubstr("SignatureMissing"));
  const auto made = run({"signet", "git", "attest"});
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr("attested: commit "));
  const auto good = run({"signet", "git", "verify"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("identity   " + std::string(Household::kSan)));
  EXPECT_THAT(good.output, HasSubstr("by         evidence in its note\n"));
}

TEST_F(GitEvidence, IsMadeOncePerSignerAndAgainWhereThatIsWished) {
  commit("one");
  must({"signet", "git", "attest"});
  const std::string note = output_of({"git", "notes", "--ref=signet", "show"});
  const auto again = run({"signet", "git", "attest"});
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_THAT(again.output, HasSubstr("attested already: commit "));
  EXPECT_EQ(output_of({"git", "notes", "--ref=signet", "show"}), note);
  must({"signet", "git", "attest", "--again"});
  EXPECT_THAT(lines_of(output_of({"git", "notes", "--ref=signet", "show"})), SizeIs(2));
}

TEST_F(GitEvidence, OfARangeIsOneBatchAndOneCommitOfNotes) {
  for (int i = 0; i < 5; ++i) commit("commit " + std::to_string(i));
  const auto certificates = house_.sandbox().counter("certificates");
  const auto made = run({"signet", "git", "attest", "--json", "HEAD~4..HEAD"});
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr(R"({"schema":"signet.git-attest/1","results":[{"commit":")"));
  EXPECT_LE(house_.sandbox().counter("certificates"), certificates + 1);
  EXPECT_EQ(output_of({"git", "rev-list", "--count", "refs/notes/signet"}), "1\n");
  EXPECT_EQ(run({"signet", "git", "verify", "HEAD~4..HEAD"}).status, 0);
  const auto whole = run({"signet", "git", "verify", "HEAD~4", "HEAD~3..HEAD"});
  EXPECT_EQ(whole.status, 1);
  EXPECT_THAT(whole.output, HasSubstr("refused: commit " + output_of({"git", "rev-parse", "HEAD~4"}).substr(0, 12)));
}

TEST_F(GitEvidence, IsOfItsOwnCommitAlone) {
  commit("one");
  must({"signet", "git", "attest"});
  commit("two");
  must({"sh", "-c", "git notes --ref=signet show HEAD~1 | git notes --ref=signet add -F - HEAD"});
  const auto moved = run({"signet", "git", "verify"});
  EXPECT_EQ(moved.status, 1);
  EXPECT_THAT(moved.output, HasSubstr("StatementInvalid"));
  EXPECT_EQ(run({"signet", "git", "verify", "HEAD~1"}).status, 0);
}

TEST_F(GitEvidence, IsAnAttestationOfTheFileThatGitPrints) {
  commit("one");
  must({"signet", "git", "attest"});
  must({"sh", "-c", "git cat-file commit HEAD > c && git notes --ref=signet show > c.json"});
  const std::string type = "https://gitsign.sigstore.dev/predicate/git/v0.1";
  EXPECT_THAT(output_of({"signet", "verify", "--type", type, "--bundle", "c.json", "c"}), HasSubstr("verified: c\n"));
}

TEST_F(GitEvidence, IsByWhomIsExpected) {
  commit("one");
  must({"signet", "git", "attest"});
  const auto other = run({"signet", "git", "verify", "--identity", "eve@example.test", "--issuer", house_.issuer()});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("IdentityMismatch"));
  const std::string san(Household::kSan);
  EXPECT_EQ(run({"signet", "git", "verify", "--identity", san, "--issuer", house_.issuer()}).status, 0);
}

TEST_F(GitEvidence, IsNotNeededWhereTheSignatureIsGoodAndDoesNotHealOneThatIsWrong) {
  must({"git", "commit", "-q", "--allow-empty", "-S", "-m", "one"});
  must({"git", "tag", "-s", "v1", "-m", "one"});
  const auto good = run({"signet", "git", "verify", "HEAD", "v1"});
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("by         its own signature\n"));
  EXPECT_THAT(good.output, HasSubstr("verified: tag "));
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed 's/^one$/two/' | git hash-object -w -t commit --stdin) && git branch "
        "forged $id"});
  const auto made = run({"signet", "git", "attest", "forged"});
  EXPECT_EQ(made.status, 1);
  EXPECT_THAT(made.errors, HasSubstr("is signed wrongly, and no evidence makes that good: the signature is of another "
                                     "git object\n  next: see: signet git show "));
  put_evidence_beside(house_, repository_, "forged");
  const auto forged = run({"signet", "git", "verify", "forged"});
  EXPECT_EQ(forged.status, 1);
  EXPECT_THAT(forged.output, HasSubstr("GitObjectMismatch"));
}

TEST_F(GitEvidence, HealsASignatureBySomebodyUnexpectedUnlessItIsOverAnotherCommit) {
  const auto configuration = read_file(house_.configuration(), 1U << 20U).value();
  house_.folder().write("eve", house_.sandbox().mint("eve@example.test", "24h"));
  house_.folder().write("config.toml", configuration +
                                           "[identity.eve]\ninstance = \"sandbox\"\nkey = \"pkcs11:token=desk\"\n"
                                           "ephemeral = \"p256\"\nsan = \"eve@example.test\"\nissuer = \"" +
                                           house_.issuer() + "\"\nuse = [\"git\"]\ntoken = { file = \"eve\" }\n");
  house_.restart_agent();
  must({"git", "commit", "-q", "--allow-empty", "-Ssignet:eve", "-m", "one"});
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed 's/^one$/two/' | git hash-object -w -t commit --stdin) && git branch "
        "forged $id"});
  EXPECT_THAT(run({"signet", "git", "verify"}).output, HasSubstr("IdentityMismatch"));
  for (const char* revision : {"HEAD", "forged"}) put_evidence_beside(house_, repository_, revision);
  EXPECT_THAT(output_of({"signet", "git", "verify"}), HasSubstr("by         evidence in its note\n"));
  const auto forged = run({"signet", "git", "verify", "forged"});
  EXPECT_EQ(forged.status, 1) << forged.output;
  EXPECT_THAT(forged.output, HasSubstr("GitObjectMismatch"));
}

TEST_F(GitEvidence, ThatDoesNotVerifyIsNotThereAlready) {
  commit("one");
  must({"signet", "git", "attest"});
  auto bundle = sigstore::parse_bundle(output_of({"git", "notes", "--ref=signet", "show"}));
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  bundle->entries.clear();
  const auto file = house_.folder().write("stripped", sigstore::encode_bundle(*bundle) + "\n");
  must({"git", "notes", "--ref=signet", "add", "-f", "-F", file.string(), "HEAD"});
  EXPECT_THAT(run({"signet", "git", "verify"}).output, HasSubstr("LogEntryMissing"));
  EXPECT_THAT(output_of({"signet", "git", "attest"}), HasSubstr("attested: commit "));
  EXPECT_EQ(run({"signet", "git", "verify"}).status, 0);
  EXPECT_THAT(output_of({"signet", "git", "attest"}), HasSubstr("attested already: commit "));
}

TEST_F(GitEvidence, ByAnEphemeralKeyIsThereAlreadyWhereOurOwnCaSaysSo) {
  const auto configuration = read_file(house_.configuration(), 1U << 20U).value();
  house_.folder().write("config.toml", configuration +
                                           "[identity.fleeting]\ninstance = \"sandbox\"\nkey = "
                                           "\"pkcs11:token=desk\"\nephemeral = \"p256\"\nsan = \"" +
                                           std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                           "\"\nuse = [\"statement\"]\ntoken = { file = \"id-token\" }\n");
  house_.restart_agent();
  commit("one");
  const Household stranger;
  put_evidence_beside(stranger, repository_, "HEAD");
  const std::vector<std::string> attest = {"signet", "git", "attest", "--identity", "fleeting"};
  EXPECT_THAT(output_of(attest), HasSubstr("attested: commit ")) << "a stranger's CA gave the name that ours gives";
  EXPECT_EQ(run({"signet", "git", "verify"}).status, 0);
  EXPECT_THAT(output_of(attest), HasSubstr("attested already: commit "));
}

TEST_F(GitEvidence, VouchesForASignatureThatIsNotReadAndSaysThatItWasNot) {
  commit("one");
  must({"sh", "-c",
        "id=$(git cat-file commit HEAD | sed '/^committer /a gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n iHUE\\n "
        "-----END PGP SIGNATURE-----' | git hash-object -w -t commit --stdin) && git reset -q --hard $id"});
  const auto alone = run({"signet", "git", "verify"});
  EXPECT_EQ(alone.status, 1);
  EXPECT_THAT(alone.output, HasSubstr("its signature is of a kind that signet does not read: an OpenPGP signature, and "
                                      "no evidence lies beside it\n"));
  const auto made = run({"signet", "git", "attest"});
  EXPECT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.errors, HasSubstr("signet: warning: the signature of commit "));
  EXPECT_THAT(made.errors,
              HasSubstr(" is of a kind that signet does not read, and is not checked: an OpenPGP signature\n"));
  EXPECT_THAT(
      output_of({"signet", "git", "verify"}),
      HasSubstr("  by         evidence in its note\n  signature  its own was not read: an OpenPGP signature\n"));
  EXPECT_THAT(output_of({"signet", "git", "verify", "--json"}), HasSubstr(R"("unread":"an OpenPGP signature")"));
  EXPECT_THAT(output_of({"signet", "git", "show"}),
              HasSubstr("  signature  openpgp, not read: an OpenPGP signature\n"));
  EXPECT_THAT(output_of({"signet", "git", "show", "--json"}), HasSubstr(R"("unread":"an OpenPGP signature")"));
}

TEST_F(GitEvidence, ThatCannotBeReadIsAWarningBesideAGoodSignatureAndStopsAttest) {
  must({"git", "commit", "-q", "--allow-empty", "-S", "-m", "one"});
  must({"sh", "-c", "git update-ref refs/notes/signet $(echo x | git hash-object -w --stdin)"});
  for (const char* verb : {"verify", "show"}) {
    const auto end = run({"signet", "git", verb});
    EXPECT_EQ(end.status, 0) << verb << end.errors;
    EXPECT_THAT(end.errors, HasSubstr("signet: warning: refs/notes/signet is not read: ")) << verb;
    EXPECT_THAT(end.output, HasSubstr("verified: ")) << verb;
  }
  const auto entries = house_.sandbox().counter("entries");
  EXPECT_EQ(run({"signet", "git", "attest"}).status, 2);
  EXPECT_EQ(house_.sandbox().counter("entries"), entries);
}

TEST_F(GitEvidence, OfATagThatWasAskedForByARefOfAnotherNameIsRefused) {
  must({"git", "commit", "-q", "--allow-empty", "-S", "-m", "one"});
  must({"git", "tag", "-s", "v1.0", "-m", "one"});
  must({"git", "update-ref", "refs/tags/v2.0", "refs/tags/v1.0"});
  must({"git", "symbolic-ref", "refs/tags/latest", "refs/tags/v1.0"});
  for (const char* name : {"v2.0", "tags/v2.0", "refs/tags/v2.0", "v2.0^{tag}", "latest"}) {
    const auto end = run({"signet", "git", "verify", name});
    EXPECT_EQ(end.status, 1) << name;
    EXPECT_THAT(end.output, HasSubstr("GitObjectMismatch")) << name;
    EXPECT_THAT(end.output, HasSubstr(" holds a tag that calls itself otherwise\n")) << name;
    EXPECT_THAT(end.output, HasSubstr("  found      v1.0\n")) << name;
  }
  const std::string id = output_of({"git", "rev-parse", "v2.0"}).substr(0, 40);
  for (const std::string& name :
       {std::string("v1.0"), std::string("refs/tags/v1.0"), id, std::string("v2.0^{commit}")}) {
    EXPECT_EQ(run({"signet", "git", "verify", name}).status, 0) << name;
  }
  EXPECT_THAT(output_of({"signet", "git", "show", "v2.0"}),
              HasSubstr("  name       the ref refs/tags/v2.0 holds a tag that calls itself otherwise\n"));
  EXPECT_THAT(output_of({"signet", "git", "show", "--json", "v2.0"}), HasSubstr(R"("misnamed":"the ref )"));
  EXPECT_EQ(run({"git", "verify-tag", "v2.0"}).status, 0) << "git looks at the tag alone";
}

TEST_F(GitEvidence, SurvivesSixWritersAtOnce) {
  for (int i = 0; i < 6; ++i) commit("commit " + std::to_string(i));
  must({"sh", "-c",
        "for i in 0 1 2 3 4 5; do signet git attest HEAD~$i & pids=\"$pids $!\"; done; for p in $pids; do wait $p || "
        "exit 1; "
        "done"});
  EXPECT_EQ(run({"signet", "git", "verify", "HEAD~5", "HEAD~5..HEAD"}).status, 0);
}

TEST_F(GitEvidence, RunsNoHooksAndSignsNoCommitOfNotes) {
  commit("one");
  must({"sh", "-c",
        "printf '#!/bin/sh\\necho ran >> %s/ran\\n' \"$PWD\" > .git/hooks/reference-transaction && "
        "chmod +x .git/hooks/reference-transaction && git config commit.gpgSign true"});
  must({"signet", "git", "attest"});
  EXPECT_FALSE(std::filesystem::exists(repository_ / "ran"));
  EXPECT_THAT(output_of({"git", "cat-file", "commit", "refs/notes/signet"}), Not(HasSubstr("gpgsig")));
}

TEST_F(GitEvidence, SaysWhatItDoesNotFind) {
  commit("one");
  const auto expect = [this](std::vector<std::string> arguments, std::string_view reason) {
    for (const char* verb : {"verify", "attest"}) {
      std::vector<std::string> line = {"signet", "git", verb};
      line.insert(line.end(), arguments.begin(), arguments.end());
      const auto end = run(line);
      EXPECT_EQ(end.status, 2) << verb;
      EXPECT_THAT(end.errors, HasSubstr(reason)) << verb;
    }
  };
  expect({"nowhere"}, "there is no revision nowhere here");
  expect({""}, "there is no revision  here");
  expect({"HEAD\nHEAD"}, "there is no revision");
  expect({"--", "-x"}, "there is no revision -x here");
  expect({"HEAD..HEAD"}, "no commit is in the range HEAD..HEAD");
  expect({"a..b"}, "git: fatal: ");
  const auto tree = run({"signet", "git", "verify", "HEAD^{tree}"});
  EXPECT_EQ(tree.status, 2);
  EXPECT_THAT(tree.errors, HasSubstr("is neither a commit nor a tag"));
  const auto elsewhere = house_.run({"signet", "git", "verify"}, house_.folder().path());
  EXPECT_EQ(elsewhere.status, 2);
  EXPECT_THAT(elsewhere.errors, HasSubstr("not a git repository"));
}

TEST_F(GitEvidence, IsOfAThousandCommitsAtOnceAndOfNoMore) {
  must({"sh", "-c",
        "for i in $(seq 1002); do printf 'commit refs/heads/many\\ncommitter A <a@b.c> %d +0000\\ndata 1\\nx\\n' $i; "
        "done | "
        "git fast-import --quiet"});
  const auto all = run({"signet", "git", "verify", "many~1000..many"});
  EXPECT_EQ(all.status, 1) << all.errors;
  EXPECT_THAT(all.output, HasSubstr("SignatureMissing"));
  const auto many = run({"signet", "git", "attest", "many~1001..many"});
  EXPECT_EQ(many.status, 2);
  EXPECT_THAT(many.errors, HasSubstr("more than 1000 commits at once"));
}

TEST(GitEvidenceSha256, IsMadeAndVerifiedLikeAnyOther) {
  const GitHouse house({}, "sha256");
  house.must({"commit", "-q", "--allow-empty", "-m", "one"});
  const auto made = house.house().run({"signet", "git", "attest"}, house.repository());
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto good = house.house().run({"signet", "git", "verify"}, house.repository());
  EXPECT_EQ(good.status, 0) << good.output;
  EXPECT_EQ(house.must({"notes", "--ref=signet", "list"}).size(), 64U + 1U + 64U);
}

TEST_F(GitEvidence, InANoteThatSomebodySpoiledIsToldApart) {
  commit("one");
  must({"signet", "git", "attest"});
  must({"git", "notes", "--ref=signet", "append", "-m", "hello\x1b[2J"});
  const auto mixed = run({"signet", "git", "verify"});
  EXPECT_EQ(mixed.status, 0) << mixed.output;
  EXPECT_THAT(mixed.errors, HasSubstr("has 1 lines that are no bundles"));
  must({"sh", "-c", "yes | head -n 65 | git notes --ref=signet add -f -F - HEAD"});
  const auto many = run({"signet", "git", "verify"});
  EXPECT_EQ(many.status, 1);
  EXPECT_THAT(many.errors, HasSubstr("a note with more than 64 lines is not read"));
  must({"sh", "-c", "head -c 4194305 /dev/zero | tr '\\0' a | git notes --ref=signet add -f -F - HEAD"});
  EXPECT_THAT(run({"signet", "git", "verify"}).errors, HasSubstr("a note with more than 4194304 bytes is not read"));
  const auto full = run({"signet", "git", "attest"});
  EXPECT_EQ(full.status, 2);
  EXPECT_THAT(full.errors, HasSubstr("somebody filled it"));
}

}  // namespace
}  // namespace signet::test
