// Every rekor2-* case of sigstore-conformance gives its expected result, and is refused where a verifier may refuse it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/verifier.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::ConformanceCase;

// The manifest's stages.
std::string_view stage_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::BundleMalformed:
    case RefusalCode::SignatureMalformed:
      return "parse";
    case RefusalCode::BundleUnsupported:
      return "bundle";
    case RefusalCode::PolicyMissing:
    case RefusalCode::KeyMaterialMismatch:
      return "material";
    case RefusalCode::LogEntryMissing:
    case RefusalCode::LogUnknown:
    case RefusalCode::LogEntryUnsupported:
    case RefusalCode::InclusionPromiseMissing:
    case RefusalCode::InclusionPromiseInvalid:
    case RefusalCode::CheckpointInvalid:
    case RefusalCode::InclusionProofMissing:
    case RefusalCode::InclusionProofInvalid:
    case RefusalCode::LogEntryMismatch:
      return "log";
    case RefusalCode::LogNotValidThen:
    case RefusalCode::TimestampInvalid:
    case RefusalCode::NoTrustedTime:
    case RefusalCode::CertificateNotValidThen:
      return "time";
    case RefusalCode::CertificateInvalid:
    case RefusalCode::CaUntrusted:
    case RefusalCode::CertificateUnsuitable:
      return "chain";
    case RefusalCode::SctMissing:
    case RefusalCode::SctInvalid:
      return "sct";
    case RefusalCode::IdentityMismatch:
    case RefusalCode::IssuerMismatch:
    case RefusalCode::ClaimMismatch:
      return "identity";
    case RefusalCode::AlgorithmUnsuitable:
    case RefusalCode::SignatureInvalid:
      return "signature";
    case RefusalCode::ArtifactMismatch:
    case RefusalCode::StatementInvalid:
    case RefusalCode::PredicateTypeMismatch:
    case RefusalCode::GitObjectMismatch:
      return "digest";
  }
  return "";
}

void expect_result(const ConformanceCase& subject, const Artifact& artifact) {
  const auto policy = IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value();
  const auto verified = verify_bundle(subject.bundle, artifact, test::trusted_root_of(subject), policy);
  if (subject.passes) {
    EXPECT_TRUE(verified) << refusal_name(verified.error().code) << ": " << verified.error().what;
    return;
  }
  ASSERT_FALSE(verified);
  EXPECT_THAT(subject.refused_at, testing::Contains(stage_of(verified.error().code)))
      << refusal_name(verified.error().code) << ": " << verified.error().what;
}

// One test for each case that is there; none of them is a test by the name of the reason.
class Rekor2Case : public testing::TestWithParam<ConformanceCase> {};

TEST_P(Rekor2Case, GivesItsResultForTheArtifact) {
  expect_result(GetParam(), {.digests = {hash_file(HashAlgorithm::Sha256, GetParam().artifact).value()}});
}

TEST_P(Rekor2Case, GivesItsResultForTheDigestAlone) {
  expect_result(GetParam(), {.digests = {parse_digest("sha256:" + GetParam().artifact_sha256).value()}});
}

TEST_P(Rekor2Case, GivesItsResultFromTheProgram) {
  const ConformanceCase& subject = GetParam();
  const test::TemporaryFolder folder;
  const auto bundle = folder.write("bundle.json", subject.bundle);
  const auto root = folder.write("root.json", subject.trusted_root);
  std::vector<std::string> line = {std::string(SIGNET_BIN_DIR) + "/signet",
                                   "verify",
                                   "--bundle",
                                   bundle.string(),
                                   "--trusted-root",
                                   root.string(),
                                   "--identity",
                                   subject.san,
                                   "--issuer",
                                   subject.issuer,
                                   subject.artifact.string()};
  // The suite asks "is there a bundle of this file?"; ours are asked for a signature or for an attestation.
  if (subject.bundle.find("\"dsseEnvelope\"") != std::string::npos) line.insert(line.end(), {"--type", "any"});
  const auto end = test::run({.arguments = std::move(line)}, Deadline::after(std::chrono::minutes(1)));
  EXPECT_EQ(end.status, subject.passes ? 0 : 1) << end.output << end.errors;
  EXPECT_THAT(end.output, testing::StartsWith(subject.passes ? "verified: " : "refused: "));
}

std::string name_of(const testing::TestParamInfo<ConformanceCase>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Rekor2Case);
INSTANTIATE_TEST_SUITE_P(Suite, Rekor2Case, testing::ValuesIn(test::conformance_cases("rekor2-")), name_of);
INSTANTIATE_TEST_SUITE_P(Tsa, Rekor2Case,
                         testing::ValuesIn(test::conformance_cases("trust-root-tsa-validity-end-inclusive")), name_of);

TEST(Rekor2Cases, AreThere) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  EXPECT_GE(test::conformance_cases("rekor2-").size(), 18U);
}

}  // namespace
}  // namespace signet::sigstore
