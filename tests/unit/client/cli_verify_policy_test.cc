// What `signet verify` can be told to expect, by real bundles of Rekor v1: each wish that fits, its twin that does not,
// and each misuse with what to do about it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "sigstore/verify/claims.h"
#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using test::run_signet;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

constexpr const char* kSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";

// Of nobody: made for this test, its private half thrown away.
constexpr const char* kOtherKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/bLad7sHXb0CKckmagkzMe/cHqDc\n"
    "gdNLE208mqmJQyIM+7E0j+zhMkh8pX9ze04A0ml4n031h1O5eo/oRA1QZA==\n"
    "-----END PUBLIC KEY-----\n";

class CliVerifyPolicy : public testing::Test {
 protected:
  void SetUp() override {
    const auto assets = test::conformance_assets();
    if (assets.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
    std::filesystem::copy_file(assets / "artifacts/a.txt", folder_ / "a.txt");
    std::filesystem::copy_file(assets / "roots/production/trusted_root.json", folder_ / "root.json");
    std::filesystem::copy_file(assets / "cases/happy-path-v0.3-new-mediaType/bundle.sigstore.json",
                               folder_ / "a.txt.sigstore.json");
    std::filesystem::copy_file(assets / "cases/managed-key-happy-path/bundle.sigstore.json", folder_ / "bare.json");
    std::filesystem::copy_file(assets / "cases/managed-key-happy-path/key.pub", folder_ / "key.pub");
    folder_.write("other.pub", kOtherKey);
  }

  [[nodiscard]] test::ProcessEnd verify(Words arguments) const {
    Words all = {"verify", "--trusted-root", "root.json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.emplace_back("a.txt");
    return run_signet({.arguments = std::move(all), .directory = folder_.path()});
  }

  // With the signer's identity.
  [[nodiscard]] test::ProcessEnd verify_known(Words arguments) const {
    arguments.insert(arguments.end(), {"--identity", kSan, "--issuer", kIssuer});
    return verify(std::move(arguments));
  }

  test::TemporaryFolder folder_;
};

TEST_F(CliVerifyPolicy, TakesExpressionsThatTheWholeTextMatches) {
  const auto good = verify({"--identity-regexp", "https://github\\.com/sigstore-conformance/.*", "--issuer-regexp",
                            "https://(token\\.actions|other)\\.githubusercontent\\.com"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  const auto part = verify({"--identity-regexp", "sigstore-conformance", "--issuer", kIssuer});
  EXPECT_EQ(part.status, 1);
  EXPECT_THAT(part.output, AllOf(HasSubstr("\n  code       IdentityMismatch (step 7)\n"),
                                 HasSubstr("\n  expected   matching sigstore-conformance\n"),
                                 HasSubstr("\n  found      https://github.com/")));
  const auto issuer = verify({"--identity", kSan, "--issuer-regexp", "githubusercontent"});
  EXPECT_EQ(issuer.status, 1);
  EXPECT_THAT(issuer.output, HasSubstr("\n  code       IssuerMismatch (step 7)\n"));
}

TEST_F(CliVerifyPolicy, KnowsExpressionsByCosignsNames) {
  const auto end = verify({"--certificate-identity-regexp", ".*beacon.*", "--certificate-oidc-issuer-regexp", ".*"});
  EXPECT_EQ(end.status, 0) << end.errors << end.output;
}

TEST_F(CliVerifyPolicy, TakesOneOfSeveralIdentities) {
  const auto good = verify({"--identity", "jane@example.org", "--identity", kSan, "--issuer", kIssuer});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  const auto mixed = verify({"--identity", "jane@example.org", "--identity-regexp", ".*beacon.*", "--issuer", kIssuer});
  EXPECT_EQ(mixed.status, 0) << mixed.errors << mixed.output;
  const auto none = verify({"--identity", "jane@example.org", "--identity", "joe@example.org", "--issuer", kIssuer});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.output, HasSubstr("\n  expected   jane@example.org or joe@example.org\n"));
}

TEST_F(CliVerifyPolicy, DemandsAKindOfSan) {
  EXPECT_EQ(verify_known({"--san-kind", "uri"}).status, 0);
  for (const char* kind : {"email", "user"}) {
    const auto end = verify_known({"--san-kind", kind});
    EXPECT_EQ(end.status, 1) << kind;
    EXPECT_THAT(end.output, AllOf(HasSubstr("IdentityMismatch"), HasSubstr("\n  found      URI https://"))) << kind;
  }
}

TEST_F(CliVerifyPolicy, DemandsWhatTheCaSaysAboutTheBuild) {
  const Words good = {"--claim", "source-repository-ref=refs/heads/main", "--claim",
                      "runner-environment=github-hosted"};
  EXPECT_EQ(verify_known(good).status, 0);
  const auto other =
      verify_known({"--claim", "source-repository-ref=refs/heads/main", "--claim", "build-trigger=push"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, AllOf(HasSubstr("\n  code       ClaimMismatch (step 7)\n"), HasSubstr("build-trigger"),
                                  HasSubstr("\n  expected   push\n"), HasSubstr("\n  found      workflow_dispatch\n"),
                                  HasSubstr("\n  next       another build signed it than you expect")));
  const auto missing = verify_known({"--claim", "deployment-environment=production"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.output, HasSubstr("\n  found      nothing\n"));
}

TEST_F(CliVerifyPolicy, TakesTheHolderOfAKey) {
  const auto good = verify({"--key", "key.pub", "--bundle", "bare.json"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, AllOf(HasSubstr("verified: a.txt\n  key        p256, sha256:"), Not(HasSubstr("identity"))));
  const auto other = verify({"--key", "other.pub", "--bundle", "bare.json"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("\n  code       LogEntryMismatch (step 2)\n"));
}

TEST_F(CliVerifyPolicy, KeepsKeysAndCertificatesApart) {
  const auto certificate = verify({"--key", "key.pub"});
  EXPECT_EQ(certificate.status, 1);
  EXPECT_THAT(certificate.output, AllOf(HasSubstr("\n  code       KeyMaterialMismatch (step 1)\n"),
                                        HasSubstr("a key is expected, and the bundle has a certificate"),
                                        HasSubstr("\n  next       expect what the bundle has: --key PEM")));
  const auto bare = verify_known({"--bundle", "bare.json"});
  EXPECT_EQ(bare.status, 1);
  EXPECT_THAT(bare.output, AllOf(HasSubstr("\n  code       KeyMaterialMismatch (step 1)\n"),
                                 HasSubstr("an identity is expected, and the bundle has a bare key")));
}

TEST_F(CliVerifyPolicy, DemandsAsManyLogsTimesAndSctsAsItIsTold) {
  EXPECT_EQ(verify_known({"--logs", "1", "--timestamps", "1", "--scts", "1"}).status, 0);
  for (const auto& [flag, code] :
       std::initializer_list<std::pair<const char*, const char*>>{{"--logs", "LogEntryMissing (step 2)"},
                                                                  {"--timestamps", "NoTrustedTime (step 3)"},
                                                                  {"--scts", "SctInvalid (step 5)"}}) {
    const auto end = verify_known({flag, "2"});
    EXPECT_EQ(end.status, 1) << flag;
    EXPECT_THAT(end.output, AllOf(HasSubstr(code), HasSubstr("too few"), HasSubstr("\n  found      1\n"))) << flag;
  }
}

TEST_F(CliVerifyPolicy, DemandsThemOfThoseWhomTheConfigurationAllows) {
  folder_.write("config.toml", "[instance.public]\ntrusted_root = \"root.json\"\n[verify]\nallowed = [ { san = \"" +
                                   std::string(kSan) + "\", issuer = \"" + kIssuer + "\", instance = \"public\" } ]\n");
  const auto run = [&](Words words) {
    words.insert(words.begin(), "verify");
    words.emplace_back("a.txt");
    return run_signet({.arguments = std::move(words),
                       .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").native()}},
                       .directory = folder_.path()});
  };
  EXPECT_EQ(run({"--logs", "1"}).status, 0);
  const auto end = run({"--logs", "2"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("LogEntryMissing"));
  const auto key = run({"--key", "key.pub", "--bundle", "bare.json"});
  EXPECT_EQ(key.status, 0) << key.errors << key.output;
  EXPECT_THAT(key.output, HasSubstr("\n  instance   public\n"));
}

struct Misuse {
  Words arguments;
  const char* what;
  const char* next;
};

TEST_F(CliVerifyPolicy, SaysOfEachMisuseWhatIsWrongAndWhatToDo) {
  folder_.write("no.pub", "no key");
  const std::vector<Misuse> all = {
      {{"--identity", "a@example.org"}, "--identity without --issuer", "an identity is both"},
      {{"--identity-regexp", ".*"}, "--identity without --issuer", "an identity is both"},
      {{"--issuer", kIssuer}, "--issuer without --identity", "an identity is both"},
      {{"--issuer-regexp", ".*"}, "--issuer without --identity", "an identity is both"},
      {{"--identity", "", "--issuer", kIssuer}, "--identity is empty", "an identity is both"},
      {{"--identity", kSan, "--issuer", kIssuer, "--issuer", kIssuer}, "--issuer is given twice", "see: signet verify"},
      {{"--identity", kSan, "--issuer", kIssuer, "--issuer-regexp", ".*"},
       "several issuers are expected",
       "verify once for each"},
      {{"--identity-regexp", "(a", "--issuer", kIssuer}, "missing )", "RE2's syntax"},
      {{"--identity-regexp", "", "--issuer", kIssuer}, "is empty", "RE2's syntax"},
      {{"--san-kind", "email"}, "--san-kind without --identity", "it narrows an --identity"},
      {{"--claim", "build-trigger=push"}, "--claim without --identity", "it narrows an --identity"},
      {{"--identity", kSan, "--issuer", kIssuer, "--san-kind", "dns"}, "--san-kind dns is none", "email, uri, user"},
      {{"--identity", kSan, "--issuer", kIssuer, "--claim", "build-trigger"},
       "--claim build-trigger says of no value",
       "for example: --claim source-repository-uri="},
      {{"--identity", kSan, "--issuer", kIssuer, "--claim", "build-triger=push"},
       "there is no claim build-triger",
       "did you mean build-trigger? all of them: signet verify --help"},
      {{"--identity", kSan, "--issuer", kIssuer, "--claim", "build-trigger=push", "--claim", "build-trigger=x"},
       "--claim names build-trigger twice",
       "one value for each claim"},
      {{"--key", "key.pub", "--identity", kSan}, "--key and --identity at once", "name one of them"},
      {{"--key", "key.pub", "--claim", "a=b"}, "--key and --claim at once", "name one of them"},
      {{"--key", "none.pub"},
       "none.pub: No such file or directory (reading the key none.pub)",
       "--key takes the signer's"},
      {{"--key", "no.pub"}, "reading the key no.pub", "PEM that begins with BEGIN PUBLIC KEY"},
      {{"--logs", "many"}, "--logs many is no number", "from 0 to 32"},
      {{"--scts", "-1"}, "--scts -1 is no number", "from 0 to 32"},
      {{"--timestamps", "33"}, "--timestamps 33 is no number", "from 0 to 32"},
      {{"--identity", kSan, "--issuer", kIssuer, "--timestamps", "0"}, "needs a source of time", "at least one"},
  };
  for (const Misuse& misuse : all) {
    const auto end = verify(misuse.arguments);
    const std::string call = testing::PrintToString(misuse.arguments);
    EXPECT_EQ(end.status, 2) << call;
    EXPECT_THAT(end.errors, AllOf(HasSubstr("signet: InvalidRequest: "), HasSubstr(misuse.what), HasSubstr("next: "),
                                  HasSubstr(misuse.next)))
        << call;
    EXPECT_EQ(end.output, "") << call;
  }
}

TEST_F(CliVerifyPolicy, ExplainsEachClaimAndFlagInItsHelp) {
  const auto end = run_signet({.arguments = {"verify", "--help"}});
  EXPECT_EQ(end.status, 0);
  for (std::size_t i = 0; i < sigstore::kClaimCount; ++i) {
    EXPECT_THAT(end.output, HasSubstr(claim_text(static_cast<sigstore::ClaimName>(i))));
  }
  EXPECT_THAT(end.output, AllOf(HasSubstr("  -v, --verbose"), HasSubstr("--identity SAN"),
                                HasSubstr("; may be given several times (also --certificate-identity-regexp)"),
                                HasSubstr("--key FILE"), HasSubstr("--logs N")));
}

}  // namespace
}  // namespace signet
