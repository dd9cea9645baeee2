// The signing tests of sigstore-conformance against the sandbox: what sign-bundle writes is verified, and holds what
// the suite demands of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/verifier.h"
#include "tests/support/process.h"
#include "tests/support/sandbox_process.h"

namespace signet::test {
namespace {

using sigstore::Bundle;
using testing::HasSubstr;

constexpr std::string_view kSan = "ada@example.test";
constexpr std::size_t kMaxFile = std::size_t{1} << 20U;
// Odd on purpose: what is signed are these bytes, and not what a writer of JSON would make of them.
constexpr std::string_view kStatement =
    "{ \"_type\": \"https://in-toto.io/Statement/v1\",\n  \"subject\": [ { \"name\": \"a.txt\", \"digest\": { "
    "\"sha256\":"
    "\"a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf\" } } ],\n"
    "  \"predicateType\": \"https://example.test/p/v1\", \"predicate\": { \"n\": 1.50 } }\n";

class SignBundle : public ::testing::TestWithParam<const char*> {
 protected:
  SignBundle() : sandbox_({"--rekor", GetParam()}) {
    folder_.write("a.txt", "an artifact\n");
    folder_.write("statement.json", kStatement);
  }

  [[nodiscard]] ProcessEnd sign(const std::string& file, std::vector<std::string> flags = {},
                                const std::string& token = {}) const {
    std::vector<std::string> arguments{SIGNET_BIN_DIR "/conformance-sigstore", "sign-bundle"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    for (const std::string& word :
         {std::string("--identity-token"), token.empty() ? sandbox_.mint(kSan) : token, std::string("--bundle"),
          file + ".sigstore.json", std::string("--trusted-root"), sandbox_.trusted_root().string(),
          std::string("--signing-config"), sandbox_.signing_config().string(), file}) {
      arguments.push_back(word);
    }
    return run({.arguments = std::move(arguments), .directory = folder_.path()},
               Deadline::after(std::chrono::minutes(1)));
  }
  [[nodiscard]] std::string bundle_text(const std::string& file) const {
    return read_file(folder_ / (file + ".sigstore.json"), kMaxFile).value();
  }
  [[nodiscard]] sigstore::TrustedRoot root() const {
    return sigstore::parse_trusted_root(read_file(sandbox_.trusted_root(), kMaxFile).value()).value();
  }
  [[nodiscard]] sigstore::IdentityPolicy policy() const {
    return sigstore::IdentityPolicy::any_of({{.san = std::string(kSan), .issuer = sandbox_.urls().issuer}}).value();
  }

  SandboxProcess sandbox_;
  TemporaryFolder folder_;
};

TEST_P(SignBundle, OfAFileVerifiesAndHasTheLeafAlone) {
  const auto end = sign("a.txt");
  ASSERT_EQ(end.status, 0) << end.errors;
  const std::string text = bundle_text("a.txt");
  const auto verified = sigstore::verify_bundle(
      text, {.digests = {sigstore::hash(HashAlgorithm::Sha256, bytes_of("an artifact\n"))}}, root(), policy());
  ASSERT_TRUE(verified.has_value()) << verified.error().what;
  EXPECT_EQ(verified->log_name(), std::string_view(GetParam()) == "1" ? "rekor.sandbox.test" : "log.sandbox.test");
  EXPECT_THAT(text, HasSubstr(R"("mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json")"));
  EXPECT_THAT(text, testing::Not(HasSubstr("x509CertificateChain")));
  const auto bundle = sigstore::parse_bundle(text);
  const auto leaf = sigstore::Certificate::from_der(bundle->certificate);
  EXPECT_FALSE(leaf->is_ca());
}

TEST_P(SignBundle, OfAStatementHasItsBytesUnchanged) {
  const auto end = sign("statement.json", {"--in-toto"});
  ASSERT_EQ(end.status, 0) << end.errors;
  const auto bundle = sigstore::parse_bundle(bundle_text("statement.json"));
  ASSERT_TRUE(bundle.has_value()) << bundle.error().sentence();
  const auto* envelope = std::get_if<sigstore::DsseEnvelope>(&bundle->content);
  ASSERT_NE(envelope, nullptr);
  EXPECT_EQ(text_of(envelope->payload), kStatement);
  EXPECT_EQ(envelope->payload_type, "application/vnd.in-toto+json");
  const auto verified = sigstore::verify_statement_bundle(*bundle, bytes_of(kStatement), root(), policy());
  EXPECT_TRUE(verified.has_value()) << verified.error().what;
  EXPECT_EQ(bundle->entries.at(0).kind, std::string_view(GetParam()) == "1" ? "dsse" : "hashedrekord");
}

TEST_P(SignBundle, IsNotMadeWithABadToken) {
  const auto end = sign("a.txt", {}, "not.a.token");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("conformance-sigstore: "));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.txt.sigstore.json"));
  EXPECT_EQ(sign("a.txt").status, 0);
}

INSTANTIATE_TEST_SUITE_P(Rekor, SignBundle, ::testing::Values("1", "2"),
                         [](const auto& info) { return "V" + std::string(info.param); });

}  // namespace
}  // namespace signet::test
