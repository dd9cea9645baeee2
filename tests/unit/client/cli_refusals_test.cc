// `signet verify` as a program: status 1 and a code of its own for each thing that can be wrong with a signature. Each
// mutant is completed by the sandbox's own services, so that one check alone can refuse it; the untouched twin passes
// in the same test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>

#include "json/value.h"
#include "sandbox/sandbox.h"
#include "tests/support/sandbox_signer.h"
#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using sigstore::Bundle;
using test::flip_last_byte;
using test::SandboxSigner;
using test::Spoil;

constexpr std::string_view kArtifact = "the release\n";

struct Mutant {
  const char* name;
  const char* code;
  std::function<Bundle(SandboxSigner&)> make;
  std::string artifact = std::string(kArtifact);
};

std::ostream& operator<<(std::ostream& out, const Mutant& mutant) { return out << mutant.name; }

Mutant spoilt(const char* name, const char* code, Spoil spoil) {
  return {.name = name, .code = code, .make = [spoil = std::move(spoil)](SandboxSigner& signer) {
            return signer.sign_blob(bytes_of(kArtifact), spoil);
          }};
}

Mutant changed(const char* name, const char* code, std::function<void(Bundle&, SandboxSigner&)> change) {
  return {.name = name, .code = code, .make = [change = std::move(change)](SandboxSigner& signer) {
            Bundle bundle = signer.sign_blob(bytes_of(kArtifact));
            change(bundle, signer);
            return bundle;
          }};
}

Mutant in_another_artifact() {
  Mutant mutant = spoilt("artifact", "ArtifactMismatch", {});
  mutant.artifact.front() ^= 1;
  return mutant;
}

// The last whole character of base64 in the log's signature.
void change_checkpoint(sigstore::LogEntry& entry) {
  char& digit = entry.proof->checkpoint[entry.proof->checkpoint.size() - 8];
  digit = digit == 'A' ? 'B' : 'A';
}

class SignetVerifies : public testing::TestWithParam<Mutant> {
 protected:
  // The refusal that it names, or "verified".
  std::string verify(const Bundle& bundle, std::string_view artifact, int expected_status) {
    folder_.write("artifact", artifact);
    folder_.write("artifact.sigstore.json", sigstore::encode_bundle(bundle));
    const auto end =
        test::run_signet({.arguments = {"verify", "--json", "--trusted-root", root_.string(), "--identity",
                                        std::string(SandboxSigner::kSan), "--issuer", signer_.issuer(), "artifact"},
                          .directory = folder_.path()});
    EXPECT_EQ(end.status, expected_status) << end.errors;
    const json::Value object = test::json_output(end);
    const json::Value* results = object.as_object() == nullptr ? nullptr : object.as_object()->find("results");
    if (results == nullptr || results->as_array()->size() != 1) return "no result: " + end.output;
    const json::Object& result = *results->as_array()->front().as_object();
    if (*result.find("verified") == json::Value(true)) return "verified";
    const json::Value* refusal = result.find("refusal");
    return refusal == nullptr ? "no refusal: " + end.output : *refusal->as_string();
  }

  FixedClock clock_{parse_rfc3339("2026-01-31T12:00:00Z").value()};
  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::open(folder_ / "sandbox", clock_).value();
  SandboxSigner signer_{*sandbox_};
  std::filesystem::path root_ = folder_.write("root.json", sandbox_->trusted_root());
};

TEST_P(SignetVerifies, TheUntouchedTwinAndNamesWhatIsWrongWithTheMutant) {
  EXPECT_EQ(verify(signer_.sign_blob(bytes_of(kArtifact)), kArtifact, 0), "verified");
  EXPECT_EQ(verify(GetParam().make(signer_), GetParam().artifact, 1), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Mutants, SignetVerifies,
    testing::Values(
        in_another_artifact(), spoilt("signature", "SignatureInvalid", {.signature = flip_last_byte}),
        spoilt("certificate", "CertificateInvalid", {.certificate = flip_last_byte}),
        spoilt("inclusion_proof", "InclusionProofInvalid",
               {.entry = [](sigstore::LogEntry& entry) { entry.proof->hashes.front().front() ^= 1U; }}),
        spoilt("checkpoint", "CheckpointInvalid", {.entry = change_checkpoint}),
        spoilt("timestamp", "TimestampInvalid", {.timestamp = flip_last_byte}),
        spoilt("identity", "IdentityMismatch", {.leaf = [](auto& leaf) { leaf.san.value = "eve@example.test"; }}),
        spoilt("issuer", "IssuerMismatch", {.leaf = [](auto& leaf) { leaf.issuer = "https://other.test"; }}),
        spoilt("ca", "CaUntrusted", {.leaf = [](auto& leaf) { leaf.by_untrusted_ca = true; }}),
        changed("entry_of_another_artifact", "LogEntryMismatch",
                [](Bundle& bundle, SandboxSigner& signer) {
                  bundle.entries = signer.sign_blob(bytes_of("another release\n")).entries;
                }),
        changed("no_time", "NoTrustedTime", [](Bundle& bundle, SandboxSigner&) { bundle.timestamps.clear(); })),
    [](const auto& mutant) { return std::string(mutant.param.name); });

}  // namespace
}  // namespace signet
