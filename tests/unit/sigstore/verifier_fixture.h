// A verifier, and the services that it trusts: what they sign, log and stamp may be spoiled before they do.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sandbox/sandbox.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/verifier.h"
#include "tests/support/expect_verdict.h"
#include "tests/support/sandbox_signer.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {

inline constexpr std::string_view kArtifact = "the release\n";
inline constexpr std::string_view kCommit =
    "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n"
    "author Ada <ada@example.test> 1769860800 +0000\n"
    "committer Ada <ada@example.test> 1769860800 +0000\n"
    "\n"
    "first\n";

inline std::string statement_about(std::string_view artifact) {
  return R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"sha256":")" +
         hash(HashAlgorithm::Sha256, bytes_of(artifact)).hex() +
         R"("}}],"predicateType":"https://example.test/p","predicate":{}})";
}

// Every mutant is signed, logged and stamped by the services that a verifier trusts: one check alone can refuse it.
class VerifierTest : public testing::Test {
 protected:
  void SetUp() override {
    clock.set(clock.now() + std::chrono::hours(1));
    test::expect_taken(verify(signer->sign_blob(bytes_of(kArtifact))));
  }

  Verdict<VerifiedBundle> verify(const Bundle& bundle) const {
    return verify_bundle(encode_bundle(bundle), test::artifact_of(bytes_of(kArtifact)), root, policy);
  }
  Verdict<VerifiedBundle> verify_git(std::string_view armored, std::string_view object = kCommit) const {
    return verify_git_signature(bytes_of(object), armored, root, policy);
  }
  // As a file's signature and as a commit's.
  void expect_refusal_of(const test::Spoil& spoil, RefusalCode code, std::string_view reason = {}) const {
    test::expect_refused(verify(signer->sign_blob(bytes_of(kArtifact), spoil)), code, reason);
    test::expect_refused(verify_git(signer->sign_git(bytes_of(kCommit), spoil)), code, reason);
  }
  static test::Spoil leaf(std::function<void(sandbox::LeafOptions&)> change) { return {.leaf = std::move(change)}; }

  FixedClock clock{parse_rfc3339("2026-01-31T11:00:00Z").value()};  // when all authorities begin
  test::TemporaryFolder folder;
  std::unique_ptr<sandbox::Sandbox> services = sandbox::Sandbox::open(folder / "sandbox", clock).value();
  std::unique_ptr<test::SandboxSigner> signer = std::make_unique<test::SandboxSigner>(*services);
  TrustedRoot root = signer->trusted_root();
  IdentityPolicy policy = signer->policy();
};

}  // namespace signet::sigstore
