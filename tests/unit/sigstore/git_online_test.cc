// gitsign's online mode: the CMS signature in the object, and the log's entry of a second one over the object's name.
#include "sigstore/verify/git_online.h"

#include <memory>

#include "common/hex.h"
#include "sandbox/sandbox.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/object_id.h"
#include "sigstore/tlog/log_body.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/sandbox_signer.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

constexpr std::string_view kHead =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n";
constexpr std::string_view kMessage = "\nfirst\n";

std::string as_header(const std::string& armored) {
  std::string header = "gpgsig ";
  for (const char c : armored.substr(0, armored.size() - 1))
    header += c == '\n' ? std::string("\n ") : std::string(1, c);
  return header + "\n";
}

class GitOnline : public testing::Test {
 protected:
  /// A commit as it is stored, signed by the key of the certificate.
  std::string commit(const sandbox::SoftwareKey& key) const {
    const std::string payload = std::string(kHead) + std::string(kMessage);
    const CmsAttributes attributes = make_cms_attributes(hash(HashAlgorithm::Sha256, bytes_of(payload)), clock_.now());
    const Bytes signature = key.sign_digest(hash(attributes.hash, attributes.der));
    const auto leaf = Certificate::from_der(certificate_).value();
    return std::string(kHead) + as_header(encode_git_cms(leaf, attributes, signature, {}).value()) +
           std::string(kMessage);
  }
  LogEntry logged(std::string_view name, const sandbox::SoftwareKey& key) {
    const Digest digest = hash(HashAlgorithm::Sha256, bytes_of(name));
    return sandbox_->rekor_v1_log()
        .append(to_bytes(
            encode_hashedrekord_v1({.digest = digest,
                                    .signature = key.sign_digest(digest),
                                    .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = certificate_}})))
        .value();
  }
  Verdict<VerifiedBundle> verify(const std::string& stored, std::string_view name, const LogEntry& entry,
                                 const IdentityPolicy& policy) {
    const auto parts = split_signed_git_object(bytes_of(stored)).value();
    return examine_git_signature_online(name, parts, entry, signer_.trusted_root(), policy).verdict;
  }
  Verdict<VerifiedBundle> verify(const std::string& stored, std::string_view name, const LogEntry& entry) {
    return verify(stored, name, entry, signer_.policy());
  }

  FixedClock clock_{parse_rfc3339("2026-01-31T12:00:00Z").value()};
  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::open(folder_ / "sandbox", clock_).value();
  test::SandboxSigner signer_{*sandbox_};
  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  Bytes certificate_ = sandbox_->certificate_authority()
                           .issue({.key = key_.public_key(),
                                   .san = {.kind = SanKind::Email, .value = std::string(test::SandboxSigner::kSan)},
                                   .issuer = signer_.issuer()})
                           .value()
                           .leaf;
  std::string commit_ = commit(key_);
  std::string name_ = git_object_name("commit", bytes_of(commit_));
};

TEST_F(GitOnline, IsGoodWithTheEntryOfItsName) {
  const auto verdict = verify(commit_, name_, logged(name_, key_));
  expect_taken(verdict);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->san(), test::SandboxSigner::kSan);
  ASSERT_EQ(verdict->logs().size(), 1U);
  EXPECT_EQ(verdict->logs().front().log, "rekor.sandbox.test");
  EXPECT_EQ(verdict->times().size(), 1U);
}

TEST_F(GitOnline, RefusesTheEntryOfAnotherName) {
  const std::string other = git_object_name("tag", bytes_of(commit_));
  expect_refused(verify(commit_, name_, logged(other, key_)), RefusalCode::ArtifactMismatch);
}

TEST_F(GitOnline, RefusesAnEntryThatAnotherKeySigned) {
  expect_refused(verify(commit_, name_, logged(name_, sandbox::SoftwareKey::generate())),
                 RefusalCode::SignatureInvalid);
}

// Whoever changes a commit has its name logged by his own key at the most.
TEST_F(GitOnline, RefusesASignatureInTheObjectByAnotherKey) {
  const std::string forged = commit(sandbox::SoftwareKey::generate());
  const std::string name = git_object_name("commit", bytes_of(forged));
  expect_refused(verify(forged, name, logged(name, key_)), RefusalCode::SignatureInvalid,
                 "the signature in the git object is not by its certificate");
}

TEST_F(GitOnline, RefusesAnotherObjectUnderTheSameSignature) {
  const std::string changed = commit_.substr(0, commit_.size() - 1) + "!\n";
  const std::string name = git_object_name("commit", bytes_of(changed));
  expect_refused(verify(changed, name, logged(name, key_)), RefusalCode::GitObjectMismatch);
}

TEST_F(GitOnline, RefusesAnotherSigner) {
  IdentityPolicy policy = signer_.policy();
  const LogEntry entry = logged(name_, key_);
  expect_taken(verify(commit_, name_, entry, policy));
  policy = IdentityPolicy::any_of({{.san = "bob@example.test", .issuer = signer_.issuer()}}).value();
  expect_refused(verify(commit_, name_, entry, policy), RefusalCode::IdentityMismatch);
}

TEST_F(GitOnline, RefusesAnEntryWhoseProofOrPromiseIsBroken) {
  LogEntry entry = logged(name_, key_);
  entry.inclusion_promise.back() ^= 1U;
  expect_refused(verify(commit_, name_, entry), RefusalCode::InclusionPromiseInvalid);
  entry.inclusion_promise.back() ^= 1U;
  entry.proof->root.value.front() ^= 1U;
  expect_refused(verify(commit_, name_, entry), RefusalCode::InclusionProofInvalid);
}

TEST_F(GitOnline, RefusesWhatIsNoEntryOfAHashedrekord) {
  LogEntry entry = logged(name_, key_);
  entry.canonicalized_body = to_bytes("{}");
  expect_refused(verify(commit_, name_, entry), RefusalCode::LogEntryUnsupported);
}

TEST(GitObjectName, IsTheOneThatGitGives) {
  // git hash-object -t tree /dev/null
  EXPECT_EQ(git_object_name("tree", {}), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

}  // namespace
}  // namespace signet::sigstore
