// What makes a git object good, and what no evidence beside it heals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/git_evidence.h"
#include "common/git_armor.h"
#include "common/pem.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/commit_statement.h"
#include "sigstore/git/object_id.h"
#include "ssh/signature.h"
#include "ssh/sshsig.h"
#include "ssh/wire.h"
#include "tests/unit/client/git_verifier.h"

namespace signet::cli {
namespace {

using sigstore::RefusalCode;
using test::flip_last_byte;
using test::kCommit;

constexpr std::string_view kOwn = "its own signature";
constexpr std::string_view kBeside = "evidence in its note";

// The commit with a signature as its header, whose further lines begin with a blank.
std::string commit_with(std::string signature) {
  signature.pop_back();
  for (auto at = signature.find('\n'); at != std::string::npos; at = signature.find('\n', at + 2)) {
    signature.insert(at + 1, " ");
  }
  std::string text(kCommit);
  return text.insert(text.find("\n\n") + 1, "gpgsig " + signature + "\n");
}

std::string id_of(const std::string& commit) { return sigstore::git_object_name("commit", bytes_of(commit)); }

GitEvidence evidence_of(const std::string& commit, std::vector<std::string> bundles = {}) {
  auto parts = sigstore::split_signed_git_object(bytes_of(commit));
  const auto kind = sigstore::signature_kind(parts.value().signature);
  return {.object = {.id = id_of(commit), .type = "commit", .text = commit},
          .parts = std::move(parts),
          .kind = kind,
          .bundles = std::move(bundles)};
}

class GitJudgement : public testing::Test {
 protected:
  test::SandboxSigner& signer() { return services_.signer; }
  std::string by_x509(const test::Spoil& spoil = {}) {
    return commit_with(signer().sign_git(bytes_of(kCommit), spoil));
  }
  std::string without_entry() {
    const auto cms = sigstore::parse_git_cms(signer().sign_git(bytes_of(kCommit))).value();
    return commit_with(sigstore::encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash}, cms.signature,
                                                {.timestamp = cms.evidence.timestamp})
                           .value());
  }
  static std::string by_ssh(const sandbox::SoftwareKey& key, std::string_view over = kCommit,
                            const std::string& name_space = "git") {
    const Digest message = sigstore::hash(HashAlgorithm::Sha512, bytes_of(over));
    const auto algorithm = ssh::signature_algorithm_for(key.public_key().kind(), 0).value();
    const Bytes raw = key.sign_message(ssh::encode_sshsig_request({.name_space = name_space, .message = message}));
    return commit_with(ssh::encode_sshsig_file({.key = key.public_key(),
                                                .name_space = name_space,
                                                .hash = HashAlgorithm::Sha512,
                                                .signature = ssh::encode_signature(algorithm, raw).value()}));
  }
  // OpenSSH's PROTOCOL.sshsig, by a key that begins as one of that type does.
  static std::string by_ssh_key_of_type(std::string_view type) {
    const Bytes blob = ssh::Writer().string(type).string(Bytes(32)).string(std::string_view("ssh:")).take();
    const Bytes file = ssh::Writer()
                           .raw(ssh::kSshsigMagic)
                           .uint32(1)
                           .string(blob)
                           .string(ssh::kGitNamespace)
                           .string(std::string_view())
                           .string(std::string_view("sha512"))
                           .string(Bytes(64))
                           .take();
    return commit_with(encode_pem(kSshArmor, file));
  }
  // Neither good nor wrong: refused alone, and evidence may vouch for it.
  void expect_unread(const std::string& commit, const std::string& kind) {
    expect_refused(evidence_of(commit), RefusalCode::SignatureMissing,
                   "its signature is of a kind that signet does not read: " + kind);
    EXPECT_FALSE(contradiction_within(evidence_of(commit)));
    expect_good(evidence_of(commit, {bundle_of(commit)}), kBeside);
    EXPECT_THAT(evidence_of(commit).unread().value_or(""), testing::StartsWith(kind));
  }
  // The statement is about the bytes; which id it names is told.
  std::string bundle_of(const std::string& commit, const std::string& id) {
    return sigstore::encode_bundle(
        signer().sign_statement(bytes_of(sigstore::encode_commit_statement(id, bytes_of(commit)).value())));
  }
  std::string bundle_of(const std::string& commit) { return bundle_of(commit, id_of(commit)); }

  [[nodiscard]] GitVerdict judge_it(const GitEvidence& evidence) const { return judge_git_object(evidence, choices_); }
  void expect_good(const GitEvidence& evidence, std::string_view by) const {
    const auto verdict = judge_it(evidence);
    ASSERT_TRUE(verdict.judged.verdict) << verdict.judged.verdict.error().what;
    EXPECT_EQ(verdict.by, by);
  }
  void expect_refused(const GitEvidence& evidence, RefusalCode code, const std::string& what) const {
    const auto verdict = judge_it(evidence);
    ASSERT_FALSE(verdict.judged.verdict) << verdict.by;
    EXPECT_EQ(verdict.judged.verdict.error().code, code);
    EXPECT_THAT(verdict.judged.verdict.error().what, testing::HasSubstr(what));
    EXPECT_EQ(verdict.by, "");
  }

  test::FixedServices services_;
  std::vector<TrustChoice> choices_ = {
      {.instance = "one", .root = services_.signer.trusted_root(), .policy = services_.signer.policy()}};
  const sandbox::SoftwareKey other_key_ = sandbox::SoftwareKey::generate();
};

TEST_F(GitJudgement, TakesItsOwnSignatureAlone) { expect_good(evidence_of(by_x509()), kOwn); }

TEST_F(GitJudgement, TakesNoBytesThatAreAnotherObjects) {
  auto evidence = evidence_of(by_x509());
  expect_good(evidence, kOwn);
  evidence.object.id = std::string(40, 'a');
  expect_refused(evidence, RefusalCode::GitObjectMismatch,
                 "the repository holds other bytes than those of this commit");
}

TEST_F(GitJudgement, TakesEvidenceOfTheUnsigned) {
  const std::string commit(kCommit);
  expect_refused(evidence_of(commit), RefusalCode::SignatureMissing, "commit has no signature");
  expect_good(evidence_of(commit, {bundle_of(commit)}), kBeside);
}

TEST_F(GitJudgement, HealsALogEntryThatIsMissing) {
  const std::string commit = without_entry();
  expect_refused(evidence_of(commit), RefusalCode::LogEntryMissing, "in no log");
  expect_good(evidence_of(commit, {bundle_of(commit)}), kBeside);
}

TEST_F(GitJudgement, HealsNoSignatureThatIsWrong) {
  const std::string commit = by_x509({.signature = flip_last_byte});
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SignatureInvalid, "");
  const std::string good = by_x509();
  expect_good(evidence_of(good, {bundle_of(good)}), kOwn);
}

TEST_F(GitJudgement, HealsNoSignatureOfAnotherObject) {
  const std::string commit = commit_with(signer().sign_git(bytes_of(std::string(kCommit) + "and more\n")));
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::GitObjectMismatch, "of another git object");
}

TEST_F(GitJudgement, HealsNoSignatureThatCannotBeRead) {
  const std::string commit = commit_with("-----BEGIN SIGNED MESSAGE-----\nMIIH\n-----END SIGNED MESSAGE-----\n");
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SignatureMalformed, "");
}

TEST_F(GitJudgement, ReadsNoSignatureOfOpenPgpAndCallsItNeitherGoodNorWrong) {
  expect_unread(commit_with("-----BEGIN PGP SIGNATURE-----\n\niHUE\n-----END PGP SIGNATURE-----\n"),
                "an OpenPGP signature");
}

TEST_F(GitJudgement, ReadsNoSshSignatureByAFidoTokensKeyOrACertificate) {
  expect_unread(by_ssh_key_of_type("sk-ssh-ed25519@openssh.com"),
                "an SSH key of a FIDO token (\"sk-ssh-ed25519@openssh.com\")");
  expect_unread(by_ssh_key_of_type("ssh-ed25519-cert-v01@openssh.com"),
                "an SSH certificate (\"ssh-ed25519-cert-v01@openssh.com\")");
}

TEST_F(GitJudgement, ReadsASignatureOfSshThatIsDamagedAsWrong) {
  const std::string commit = by_ssh_key_of_type("ssh-ed25519");
  EXPECT_FALSE(evidence_of(commit).unread());
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SignatureMalformed, "");
}

TEST_F(GitJudgement, TakesEvidenceOfThisVeryCommitAlone) {
  const std::string commit(kCommit);
  expect_refused(evidence_of(commit, {bundle_of(commit, std::string(40, 'b'))}), RefusalCode::GitObjectMismatch,
                 "the evidence names another commit");
  const std::string another = commit + "and more\n";
  expect_refused(evidence_of(commit, {bundle_of(another, id_of(commit))}), RefusalCode::StatementInvalid, "");
}

// The agent shows the message that a statement gives, and cannot see the commit.
TEST_F(GitJudgement, TakesNoEvidenceThatSaysOtherWordsThanTheCommit) {
  const std::string commit = std::string(kCommit) + "and more\n";
  const std::string statement = sigstore::encode_commit_statement(id_of(commit), bytes_of(commit)).value();
  const auto with = [&](std::string_view word, std::string_view other) {
    std::string text = statement;
    text.replace(text.find(word), word.size(), other);
    return std::vector{sigstore::encode_bundle(signer().sign_statement(bytes_of(text)))};
  };
  expect_good(evidence_of(commit, with("and more", "and more")), kBeside);
  expect_good(evidence_of(commit, with("\"message\":", "\"remark\":")), kBeside);
  const auto refuse = [&](std::string_view word, std::string_view other, const std::string& what) {
    expect_refused(evidence_of(commit, with(word, other)), RefusalCode::StatementInvalid,
                   "the statement says another " + what + " than the commit has");
  };
  refuse("and more", "and less", "message");
  refuse("\"tree\":\"4b", "\"tree\":\"4c", "tree");
  refuse("\"parents\":[]", "\"parents\":[\"" + std::string(40, 'a') + "\"]", "parents");
  refuse("\"author\":{\"name\":\"Ada\"", "\"author\":{\"name\":\"Eve\"", "author");
  refuse("\"committer\":{\"name\":\"Ada\"", "\"committer\":{\"name\":\"Eve\"", "committer");
}

TEST_F(GitJudgement, TakesASignatureOfSshTogetherWithEvidenceByTheSameKey) {
  const std::string commit = by_ssh(signer().key());
  expect_refused(evidence_of(commit), RefusalCode::SignatureMissing, "says by which key, and not who holds it");
  expect_good(evidence_of(commit, {bundle_of(commit)}), kBeside);
}

TEST_F(GitJudgement, RefusesEvidenceByAnotherKeyThanTheSignatureOfSsh) {
  const std::string commit = by_ssh(other_key_);
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SshKeyMismatch,
                 "by another key than the SSH signature");
}

TEST_F(GitJudgement, RefusesASignatureOfSshOverSomethingElseWhateverLiesBeside) {
  const std::string commit = by_ssh(signer().key(), "something else");
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SignatureInvalid, "");
}

TEST_F(GitJudgement, RefusesASignatureOfSshForAnotherNamespaceWhateverLiesBeside) {
  const std::string commit = by_ssh(signer().key(), kCommit, "file");
  expect_refused(evidence_of(commit, {bundle_of(commit)}), RefusalCode::SignatureInvalid,
                 "is for namespace \"file\", expected \"git\"");
}

}  // namespace
}  // namespace signet::cli
