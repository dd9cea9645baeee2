// Every case of sigstore-conformance that is here gives its expected result by path and by digest, and is refused where
// a verifier may refuse it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/verifier.h"
#include "tests/support/conformance_assets.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

using test::ConformanceCase;

// How a program is run with no network at all; nothing where this system does not allow it.
std::vector<std::string> without_network() {
  static const bool kAllowed =
      test::run({.arguments = {"/usr/bin/unshare", "-rn", "/bin/true"}}, Deadline::after(std::chrono::minutes(1)))
          .status == 0;
  return kAllowed ? std::vector<std::string>{"/usr/bin/unshare", "-rn"} : std::vector<std::string>();
}

// The manifest's stages. Its "parse" and "bundle" are one to a reader that checks the structure as it reads.
std::vector<std::string> stages_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::BundleMalformed:
      return {"parse", "bundle"};
    case RefusalCode::SignatureMalformed:
    case RefusalCode::SignatureMissing:
      return {"parse"};
    case RefusalCode::BundleUnsupported:
      return {"bundle"};
    case RefusalCode::PolicyMissing:
    case RefusalCode::KeyMaterialMismatch:
      return {"material"};
    case RefusalCode::LogEntryMissing:
    case RefusalCode::LogUnknown:
    case RefusalCode::LogEntryUnsupported:
    case RefusalCode::InclusionPromiseMissing:
    case RefusalCode::InclusionPromiseInvalid:
    case RefusalCode::CheckpointInvalid:
    case RefusalCode::InclusionProofMissing:
    case RefusalCode::InclusionProofInvalid:
    case RefusalCode::LogEntryMismatch:
      return {"log"};
    case RefusalCode::LogNotValidThen:
    case RefusalCode::TimestampInvalid:
    case RefusalCode::NoTrustedTime:
    case RefusalCode::CertificateNotValidThen:
      return {"time"};
    case RefusalCode::CertificateInvalid:
    case RefusalCode::CaUntrusted:
    case RefusalCode::CertificateUnsuitable:
      return {"chain"};
    case RefusalCode::SctMissing:
    case RefusalCode::SctInvalid:
      return {"sct"};
    case RefusalCode::IdentityMismatch:
    case RefusalCode::IssuerMismatch:
    case RefusalCode::ClaimMismatch:
      return {"identity"};
    case RefusalCode::AlgorithmUnsuitable:
    case RefusalCode::SignatureInvalid:
      return {"signature"};
    case RefusalCode::ArtifactMismatch:
    case RefusalCode::StatementInvalid:
    case RefusalCode::PredicateTypeMismatch:
    case RefusalCode::GitObjectMismatch:
    case RefusalCode::SshKeyMismatch:
      return {"digest"};
  }
  return {};
}

IdentityPolicy policy_of(const ConformanceCase& subject) {
  if (subject.key.empty()) return IdentityPolicy::any_of({{.san = subject.san, .issuer = subject.issuer}}).value();
  return IdentityPolicy::holder_of(PublicKey::from_pem(test::read_conformance_file(subject.key)).value());
}

// What is no DER, JSON or note of its kind has nothing to compare: its sentence says where it is malformed.
bool is_malformed(const Refusal& refusal) {
  return refusal.code == RefusalCode::BundleMalformed || refusal.code == RefusalCode::SignatureMalformed ||
         refusal.code == RefusalCode::CertificateInvalid;
}

// What was expected, or what was found in its place.
void expect_reason(const Refusal& refusal) {
  EXPECT_FALSE(refusal.what.empty());
  if (is_malformed(refusal)) return;
  EXPECT_FALSE(refusal.expected.empty() && refusal.found.empty()) << refusal_name(refusal.code) << ": " << refusal.what;
}

void expect_result(const ConformanceCase& subject, const Artifact& artifact) {
  const auto root = parse_trusted_root(subject.trusted_root);
  if (!root) {
    EXPECT_FALSE(subject.passes) << root.error().what;
    EXPECT_THAT(subject.refused_at, testing::Contains("trust-root")) << root.error().what;
    return;
  }
  const auto examined = examine_bundle(std::string_view(subject.bundle), artifact, *root, policy_of(subject));
  if (subject.passes) {
    ASSERT_TRUE(examined.verdict) << refusal_name(examined.verdict.error().code) << ": "
                                  << examined.verdict.error().what;
    for (const Check& check : examined.checks) {
      EXPECT_THAT(check.outcome, testing::AnyOf(Outcome::Passed, Outcome::NotAskedFor)) << check_text(check.name);
    }
    return;
  }
  ASSERT_FALSE(examined.verdict);
  EXPECT_THAT(subject.refused_at, testing::Contains(testing::AnyOfArray(stages_of(examined.verdict.error().code))))
      << refusal_name(examined.verdict.error().code) << ": " << examined.verdict.error().what;
  EXPECT_EQ(std::ranges::count(examined.checks, Outcome::Refused, &Check::outcome), 1);
  expect_reason(examined.verdict.error());
}

// A program that is asked about the case, with its name for whom to expect.
struct Question {
  std::vector<std::string> command;  ///< program and verb
  std::string identity;
  std::string issuer;
};

std::vector<std::string> line_of(const Question& question, const ConformanceCase& subject,
                                 const test::TemporaryFolder& folder) {
  std::vector<std::string> line = without_network();
  line.insert(line.end(), question.command.begin(), question.command.end());
  line.insert(line.end(), {"--bundle", folder.write("bundle.json", subject.bundle).string()});
  if (subject.key.empty()) {
    line.insert(line.end(), {question.identity, subject.san, question.issuer, subject.issuer});
  } else {
    line.insert(line.end(), {"--key", folder.write("key.pub", test::read_conformance_file(subject.key)).string()});
  }
  return line;
}

test::ProcessEnd run(std::vector<std::string> line, const std::string& operand) {
  line.push_back(operand);
  return test::run({.arguments = std::move(line)}, Deadline::after(std::chrono::minutes(1)));
}

// Without a trusted root of its own where the case is of the public-good instance.
void expect_result_of_suite_program(const ConformanceCase& subject, const std::string& operand) {
  const test::TemporaryFolder folder;
  auto line = line_of({.command = {std::string(SIGNET_BIN_DIR) + "/conformance-sigstore", "verify-bundle"},
                       .identity = "--certificate-identity",
                       .issuer = "--certificate-oidc-issuer"},
                      subject, folder);
  if (!subject.of_public_good) {
    line.insert(line.end(), {"--trusted-root", folder.write("root.json", subject.trusted_root).string()});
  }
  const auto end = run(std::move(line), operand);
  EXPECT_EQ(end.status, subject.passes ? 0 : 1) << end.errors;
  EXPECT_EQ(end.errors.empty(), subject.passes) << end.errors;
}

void expect_result_of_signet(const ConformanceCase& subject, const std::string& operand) {
  const test::TemporaryFolder folder;
  auto line = line_of(
      {.command = {std::string(SIGNET_BIN_DIR) + "/signet", "verify"}, .identity = "--identity", .issuer = "--issuer"},
      subject, folder);
  line.insert(line.end(), {"--trusted-root", folder.write("root.json", subject.trusted_root).string()});
  // The suite asks "is there a bundle of this file?"; ours are asked for a signature or for an attestation.
  if (subject.bundle.find("\"dsseEnvelope\"") != std::string::npos) line.insert(line.end(), {"--type", "any"});
  const auto end = run(std::move(line), operand);
  EXPECT_EQ(end.status, subject.passes ? 0 : 1) << end.output << end.errors;
  EXPECT_THAT(end.output, testing::StartsWith(subject.passes ? "verified: " : "refused: "));
}

// One test for each case that is there; none of them is a test by the name of the reason.
class SuiteCase : public testing::TestWithParam<ConformanceCase> {
 protected:
  static std::string digest() { return "sha256:" + GetParam().artifact_sha256; }
};

TEST_P(SuiteCase, GivesItsResultForTheArtifact) {
  expect_result(GetParam(), {.digests = {hash_file(HashAlgorithm::Sha256, GetParam().artifact).value()}});
}

TEST_P(SuiteCase, GivesItsResultForTheDigestAlone) {
  expect_result(GetParam(), {.digests = {parse_digest(digest()).value()}});
}

TEST_P(SuiteCase, GivesItsResultFromTheSuitesProgram) {
  expect_result_of_suite_program(GetParam(), GetParam().artifact.string());
  expect_result_of_suite_program(GetParam(), digest());
}

TEST_P(SuiteCase, GivesItsResultFromSignet) {
  expect_result_of_signet(GetParam(), GetParam().artifact.string());
  expect_result_of_signet(GetParam(), digest());
}

std::string name_of(const testing::TestParamInfo<ConformanceCase>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == '-' || c == '.') c = '_';
  }
  return name;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SuiteCase);
INSTANTIATE_TEST_SUITE_P(Suite, SuiteCase, testing::ValuesIn(test::conformance_cases("")), name_of);

TEST(SuiteCases, AreThere) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  EXPECT_GE(test::conformance_cases("").size(), 47U);
}

TEST(SuiteProgram, IsRunWithoutANetwork) {
  if (without_network().empty()) GTEST_SKIP() << "this system allows no network namespaces";
}

TEST(SuiteProgram, SaysWhatIsWrongUse) {
  const auto status = [](std::vector<std::string> line) {
    line.insert(line.begin(), std::string(SIGNET_BIN_DIR) + "/conformance-sigstore");
    return test::run({.arguments = std::move(line)}, Deadline::after(std::chrono::minutes(1))).status;
  };
  EXPECT_EQ(status({}), 2);
  EXPECT_EQ(status({"verify"}), 2);
  EXPECT_EQ(status({"verify-bundle", "--bundle", "b"}), 2);
  EXPECT_EQ(status({"verify-bundle", "--bundel", "b", "f"}), 2);
}

}  // namespace
}  // namespace signet::sigstore
