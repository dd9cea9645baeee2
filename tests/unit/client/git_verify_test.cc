// What git is told about a signature, line by line (doc/DETAILS of GnuPG; git's gpg-interface.c reads no others), for
// signatures by a sandbox's services. That git then prints G, U, B or E is shown in integration/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/git/cms.h"
#include "tests/unit/client/git_verifier.h"

namespace signet {
namespace {

using test::kCommit;
using test::SandboxSigner;
using testing::HasSubstr;

constexpr const char* kUnread = "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0000000000000000 0 0 00 0 9\n";

class GitVerify : public testing::Test, protected test::GitVerifier {
 protected:
  static std::string key_of(const std::string& armored) {
    return encode_hex(sigstore::parse_git_cms(armored).value().leaf.public_key().fingerprint());
  }
  static std::string undecided(const std::string& armored) {
    const auto time = unix_seconds(sigstore::parse_git_cms(armored).value().signing_time);
    return "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG " + key_of(armored) + " 19 8 00 " + std::to_string(time) + " 9\n";
  }
  static std::string good_lines(const std::string& armored, const std::string& trust) {
    const std::string key = key_of(armored);
    return "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG " + key + " ada@example.test\n[GNUPG:] VALIDSIG " + key +
           " 2026-01-31 1769860800 0 3 0 19 8 00 " + key + "\n[GNUPG:] " + trust + " 0 shell\n";
  }
  void expect_bad(const std::string& armored, const std::string& code, std::string_view object = kCommit) {
    const auto end = verify(armored, object);
    EXPECT_EQ(end.status, 1);
    EXPECT_EQ(end.output, "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG " + key_of(armored) + " " + code + "\n");
    EXPECT_THAT(end.errors, HasSubstr("refused: git object\n  code       " + code));
  }
};

TEST_F(GitVerify, OfAnExpectedSignerIsGoodAndFullyTrusted) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  const auto end = verify(signature_);
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, good_lines(signature_, "TRUST_FULLY"));
  EXPECT_THAT(end.errors, HasSubstr("signet: good signature from ada@example.test (" + one_.signer.issuer() + ")\n"));
  EXPECT_THAT(end.errors, HasSubstr("\n  instance   one\n"));
}

TEST_F(GitVerify, OfAGoodSignatureThatNobodySpokeOfIsUndefined) {
  configure("");
  const auto end = verify(signature_);
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, good_lines(signature_, "TRUST_UNDEFINED"));
  EXPECT_THAT(end.errors, HasSubstr("nobody said whether this signer is expected"));
}

TEST_F(GitVerify, OfAnotherSignerIsBad) {
  expect_signer("bob@example.test", one_.signer.issuer());
  expect_bad(signature_, "IdentityMismatch");
  expect_signer(SandboxSigner::kSan, "https://issuer.example.test");
  expect_bad(signature_, "IssuerMismatch");
}

TEST_F(GitVerify, OfAnotherInstanceCannotBeDecided) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer(), "other");
  const auto end = verify(signature_);
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.output, undecided(signature_));
  EXPECT_THAT(end.errors, HasSubstr("LogUnknown"));
}

TEST_F(GitVerify, OfAnotherObjectIsBad) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  expect_bad(signature_, "GitObjectMismatch", std::string(kCommit) + "\n");
  expect_bad(one_.signer.sign_git(bytes_of(kCommit), {.signature = test::flip_last_byte}), "SignatureInvalid");
}

// Nothing that cannot be decided makes another object's signature undecided.
TEST_F(GitVerify, OfAnotherObjectIsBadWhereNothingElseCanBeDecided) {
  const std::string changed = std::string(kCommit) + "\n";
  expect_signer(SandboxSigner::kSan, one_.signer.issuer(), "other");
  expect_bad(signature_, "GitObjectMismatch", changed);
  EXPECT_EQ(verify(signature_).output, undecided(signature_));
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  const auto cms = sigstore::parse_git_cms(signature_).value();
  const std::string lacking = sigstore::encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash},
                                                       cms.signature, {.timestamp = cms.evidence.timestamp})
                                  .value();
  expect_bad(lacking, "GitObjectMismatch", changed);
  EXPECT_EQ(verify(lacking).output, undecided(lacking));
}

// gitsign's online mode: the log has an entry of the commit's name, and the commit cannot hold it.
TEST_F(GitVerify, WithoutALogEntryCannotBeDecided) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  const auto cms = sigstore::parse_git_cms(signature_).value();
  const auto with = [&cms](const sigstore::CmsEvidence& evidence) {
    return sigstore::encode_git_cms(cms.leaf, {.der = cms.attributes, .hash = cms.hash}, cms.signature, evidence)
        .value();
  };
  const std::string lacking = with({.timestamp = cms.evidence.timestamp});
  const auto end = verify(lacking);
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.output, undecided(lacking));
  EXPECT_THAT(end.errors, HasSubstr("LogEntryMissing"));
  EXPECT_THAT(end.errors,
              HasSubstr("expected   a log entry in the signature\n  found      none; gitsign's online mode keeps "
                        "its log entry out of the commit\n"));
  EXPECT_EQ(verify(with(cms.evidence)).status, 0);
}

TEST_F(GitVerify, OfAnotherFormatCannotBeDecided) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  const auto end = verify(signature_ + signature_);
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.output, kUnread);
  EXPECT_THAT(end.errors, HasSubstr("SignatureMalformed"));
}

// A configuration that cannot be read is no configuration that expects nobody.
TEST_F(GitVerify, WithABrokenConfigurationCannotBeDecided) {
  configure("[verify]\nalowed = []\n");
  const auto end = verify(signature_);
  EXPECT_EQ(end.status, 2);
  EXPECT_EQ(end.output, undecided(signature_));
  EXPECT_THAT(end.errors, HasSubstr("alowed"));
}

TEST_F(GitVerify, IsWhatSignetGitDoesWithTheLineThatGitWrites) {
  expect_signer(SandboxSigner::kSan, one_.signer.issuer());
  const auto end =
      test::run({.arguments = {std::string(SIGNET_BIN_DIR) + "/signet-git", "--keyid-format=long", "--status-fd=1",
                               "--verify", folder_.write("signature", signature_).string(), "-"},
                 .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").string()}},
                 .input = std::string(kCommit)},
                Deadline::after(std::chrono::minutes(1)));
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output, good_lines(signature_, "TRUST_FULLY"));
}

}  // namespace
}  // namespace signet
