// Kinds of cases that the suite has and this tree has not, made of good bundles by one change each.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/trust/shipped.h"
#include "sigstore/verify/verifier.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/expect_verdict.h"

namespace signet::sigstore {
namespace {

using test::ConformanceCase;
using test::expect_refused;
using test::expect_taken;

constexpr std::string_view kRekorV1 = "happy-path-v0.3-new-mediaType";
constexpr std::string_view kRekorV2 = "rekor2-timestamp-with-embedded-cert";

Verdict<VerifiedBundle> verify(const ConformanceCase& subject, std::string_view bundle) {
  const auto policy = IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value();
  return verify_bundle(bundle, {.digests = {parse_digest("sha256:" + subject.artifact_sha256).value()}},
                       test::trusted_root_of(subject), policy);
}

// The member at a path of names; "[]" is the first of an array.
json::Value& member(json::Value& root, std::initializer_list<std::string_view> path) {
  json::Value* at = &root;
  for (const std::string_view name : path) at = name == "[]" ? at->as_array()->data() : at->as_object()->find(name);
  return *at;
}
json::Value& entry_of(json::Value& root) { return member(root, {"verificationMaterial", "tlogEntries", "[]"}); }

class MadeCase : public testing::Test {
 protected:
  // The case as it is passes; changed so it is refused.
  static void expect_refusal(std::string_view name, const std::function<void(json::Value&)>& change, RefusalCode code,
                             std::string_view reason = {}) {
    const ConformanceCase subject = test::conformance_case(name);
    json::Value root = json::parse(subject.bundle).value();
    expect_taken(verify(subject, json::write(root)));
    change(root);
    expect_refused(verify(subject, json::write(root)), code, reason);
  }
  static void expect_checkpoint_refusal(std::string_view name, std::string_view from, std::string_view to) {
    const auto change = [&](json::Value& root) {
      std::string& note = *member(entry_of(root), {"inclusionProof", "checkpoint", "envelope"}).as_string();
      ASSERT_NE(note.find(from), std::string::npos);
      note.replace(note.find(from), from.size(), to);
    };
    expect_refusal(name, change, RefusalCode::CheckpointInvalid);
  }
};

TEST_F(MadeCase, WithASignatureThatIsNotBase64) {
  const auto change = [](json::Value& root) { member(root, {"messageSignature", "signature"}) = "not base64"; };
  expect_refusal(kRekorV1, change, RefusalCode::BundleMalformed, "signature");
}

TEST_F(MadeCase, WithANegativeIndex) {
  const auto change = [](json::Value& root) { member(entry_of(root), {"logIndex"}) = "-1"; };
  expect_refusal(kRekorV1, change, RefusalCode::BundleMalformed, "logIndex");
}

TEST_F(MadeCase, WithoutAnInclusionProof) {
  const auto change = [](json::Value& root) { member(entry_of(root), {"inclusionProof"}) = nullptr; };
  expect_refusal("happy-path-v0.2", change, RefusalCode::InclusionProofMissing);
  expect_refusal("intoto-with-custom-trust-root", change, RefusalCode::InclusionProofMissing);
}

TEST_F(MadeCase, WithACorruptedHash) {
  const auto change = [](json::Value& root) {
    std::string& hash = *member(entry_of(root), {"inclusionProof", "hashes", "[]"}).as_string();
    hash.front() = hash.front() == 'A' ? 'B' : 'A';
  };
  expect_refusal(kRekorV1, change, RefusalCode::InclusionProofInvalid);
  expect_refusal(kRekorV2, change, RefusalCode::InclusionProofInvalid);
}

TEST_F(MadeCase, WithAnotherKeyIdInTheCheckpoint) {
  expect_checkpoint_refusal(kRekorV1, "\u2014 rekor.sigstore.dev wNI9", "\u2014 rekor.sigstore.dev xNI9");
}

TEST_F(MadeCase, WithoutTheLogsLineInTheCheckpoint) {
  expect_checkpoint_refusal(kRekorV2, "\u2014 log2025-alpha1.rekor.sigstage.dev 8w1a", "\u2014 witness.example 8w1a");
}

TEST_F(MadeCase, WithoutATimestamp) {
  const auto change = [](json::Value& root) {
    member(root, {"verificationMaterial", "timestampVerificationData"}) = nullptr;
  };
  expect_refusal(kRekorV2, change, RefusalCode::NoTrustedTime, "there is no timestamp");
}

TEST_F(MadeCase, OfAnotherInstance) {
  ConformanceCase subject = test::conformance_case(kRekorV2);
  expect_taken(verify(subject, subject.bundle));
  subject.trusted_root = shipped_trusted_root("public-good").value();
  expect_refused(verify(subject, subject.bundle), RefusalCode::LogUnknown);
}

TEST_F(MadeCase, OfAnotherArtifact) {
  ConformanceCase subject = test::conformance_case(kRekorV1);
  subject.artifact_sha256 = std::string(64, 'a');
  expect_refused(verify(subject, subject.bundle), RefusalCode::ArtifactMismatch);
  subject = test::conformance_case("happy-path-intoto-in-dsse-v3");
  subject.artifact_sha256 = std::string(64, 'a');
  expect_refused(verify(subject, subject.bundle), RefusalCode::StatementInvalid, "no subject");
}

// A whole entry of another signing, which is in the log.
TEST_F(MadeCase, WithTheEntryOfAnotherSigning) {
  for (const auto& [name, other] : {std::pair(kRekorV1, std::string_view("happy-path-v0.2")),
                                    std::pair(std::string_view("happy-path-intoto-in-dsse-v3"), kRekorV1)}) {
    json::Value foreign = json::parse(test::conformance_case(other).bundle).value();
    expect_refusal(name, [&](json::Value& root) { entry_of(root) = entry_of(foreign); }, RefusalCode::LogEntryMismatch);
  }
}

TEST_F(MadeCase, UnderALogThatDoesNotSaySinceWhenItIs) {
  json::Value root = json::parse(test::conformance_case(kRekorV1).trusted_root).value();
  EXPECT_TRUE(parse_trusted_root(json::write(root)));
  member(root, {"tlogs", "[]", "publicKey", "validFor"}) = json::Object();
  const auto read = parse_trusted_root(json::write(root));
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find("start"), std::string::npos) << read.error().what;
}

// Both ends of a log's time are inside.
TEST_F(MadeCase, AtTheVeryEndOfItsLog) {
  ConformanceCase subject = test::conformance_case(kRekorV1);
  json::Value root = json::parse(subject.trusted_root).value();
  json::Value& valid_for = member(root, {"tlogs", "[]", "publicKey", "validFor"});
  for (const auto& [end, passes] :
       {std::pair("2024-03-19T17:26:26Z", true), std::pair("2024-03-19T17:26:25Z", false)}) {
    valid_for.as_object()->set("end", end);
    subject.trusted_root = json::write(root);
    const auto verified = verify(subject, subject.bundle);
    if (passes) {
      expect_taken(verified);
    } else {
      expect_refused(verified, RefusalCode::LogNotValidThen, "when it took the entry");
    }
  }
}

}  // namespace
}  // namespace signet::sigstore
