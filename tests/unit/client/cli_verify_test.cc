// `signet verify` and `signet git-verify` as programs: policy, trust, streams and exit statuses. That the verifier
// itself is right is shown in unit/sigstore.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "client/cli/refusal_remedy.h"
#include "common/file.h"
#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using test::json_output;
using test::run_signet;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";
constexpr const char* kDigest = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf";

class CliVerify : public testing::Test {
 protected:
  void SetUp() override {
    assets_ = test::conformance_assets();
    if (assets_.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
    const std::filesystem::path source = assets_ / "cases/rekor2-timestamp-with-embedded-cert";
    std::filesystem::copy_file(assets_ / "artifacts/a.txt", folder_ / "a.txt");
    std::filesystem::copy_file(source / "bundle.sigstore.json", folder_ / "a.txt.sigstore.json");
    std::filesystem::copy_file(source / "trusted_root.json", folder_ / "root.json");
    std::filesystem::copy_file(assets_ / "roots/production/trusted_root.json", folder_ / "other_root.json");
  }

  // A configuration with both instances that expects `san` of `instance`.
  void configure(std::string_view san, std::string_view issuer, std::string_view instance) const {
    std::string text =
        "[instance.good]\ntrusted_root = \"root.json\"\n[instance.other]\ntrusted_root = \"other_root.json\"\n";
    if (!san.empty()) {
      text += "[verify]\nallowed = [ { san = \"" + std::string(san) + "\", issuer = \"" + std::string(issuer) +
              "\", instance = \"" + std::string(instance) + "\" } ]\n";
    }
    folder_.write("config.toml", text);
  }

  [[nodiscard]] test::ProcessEnd verify(std::vector<std::string> arguments,
                                        bool with_root_in_environment = false) const {
    arguments.insert(arguments.begin(), "verify");
    std::map<std::string, std::string> environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").native()}};
    if (!std::filesystem::exists(folder_ / "config.toml")) environment.clear();
    if (with_root_in_environment) environment["SIGNET_TRUSTED_ROOT"] = (folder_ / "root.json").native();
    return run_signet({.arguments = std::move(arguments), .environment = environment, .directory = folder_.path()});
  }

  test::TemporaryFolder folder_;
  std::filesystem::path assets_;
};

TEST_F(CliVerify, NamesSignerIssuerTimeLogAndRootOfAGoodBundle) {
  const auto end = verify({"--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "a.txt"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_THAT(end.output,
              HasSubstr("verified: a.txt\n  identity   " + std::string(kSan) + "\n  issuer     " + kIssuer));
  EXPECT_THAT(end.output, HasSubstr("\n  signed     20"));
  EXPECT_THAT(end.output, HasSubstr("\n  log        "));
  EXPECT_THAT(end.output, HasSubstr(", entry "));
  EXPECT_THAT(end.output, HasSubstr("\n  instance   trusted root root.json\n"));
  EXPECT_THAT(end.errors, IsEmpty());
}

TEST_F(CliVerify, TakesCosignsNamesADigestAndTheRootOfTheEnvironment) {
  const auto end = verify({"--certificate-identity", kSan, "--certificate-oidc-issuer", kIssuer, "--bundle",
                           "a.txt.sigstore.json", kDigest},
                          true);
  EXPECT_EQ(end.status, 0) << end.errors << end.output;
}

TEST_F(CliVerify, RefusesARelativeRootOrConfigurationOfTheEnvironment) {
  for (const char* name : {"SIGNET_TRUSTED_ROOT", "SIGNET_CONFIG"}) {
    const auto end = run_signet(
        {.arguments = {"verify", "a.txt"}, .environment = {{name, "root.json"}}, .directory = folder_.path()});
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.errors, HasSubstr(std::string(name) + " is the relative path root.json"));
    EXPECT_THAT(end.errors, HasSubstr("next: set " + std::string(name) + " to an absolute path"));
  }
}

TEST_F(CliVerify, RefusesAChangedFileWithCodeStepAndRemedy) {
  folder_.write("a.txt", "another content");
  const auto end = verify({"--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "a.txt"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("refused: a.txt\n  code       ArtifactMismatch (step 8)\n  check      artifact\n"));
  EXPECT_THAT(end.output, HasSubstr("\n  next       compare file and bundle"));
}

TEST_F(CliVerify, WritesOneObjectWithAResultForEachFile) {
  folder_.write("b.txt", "another content");
  std::filesystem::copy_file(folder_ / "a.txt.sigstore.json", folder_ / "b.txt.sigstore.json");
  const auto end = verify(
      {"--json", "--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "a.txt", "b.txt", "none.txt"});
  EXPECT_EQ(end.status, 1);
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  EXPECT_EQ(*object.as_object()->find("schema")->as_string(), "signet.verify/1");
  const json::Array& results = *object.as_object()->find("results")->as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(*results[0].as_object()->find("verified"), json::Value(true));
  EXPECT_EQ(*results[0].as_object()->find("identity"), json::Value(kSan));
  EXPECT_EQ(*results[1].as_object()->find("refusal"), json::Value("ArtifactMismatch"));
  EXPECT_EQ(*results[2].as_object()->find("verified"), json::Value(false));
  EXPECT_EQ(*results[2].as_object()->find("error")->as_object()->find("error"), json::Value("InvalidRequest"));
  EXPECT_THAT(end.errors, HasSubstr("verified: a.txt"));
}

TEST_F(CliVerify, RefusesWithoutAPolicyAndSaysHowToGiveOne) {
  const auto none = verify({"a.txt"}, true);
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.output, IsEmpty());
  EXPECT_THAT(none.errors, HasSubstr("PolicyMissing: nobody said whose signature is expected"));
  EXPECT_THAT(none.errors, HasSubstr("next: say it with --identity SAN --issuer URL"));
  configure("", "", "");
  EXPECT_THAT(verify({"a.txt"}).errors, HasSubstr("PolicyMissing"));
}

TEST_F(CliVerify, ExpectsTheAllowedSignersOfTheConfiguration) {
  configure(kSan, kIssuer, "good");
  const auto good = verify({"a.txt"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("\n  instance   good\n"));
  configure("somebody@example.org", kIssuer, "good");
  const auto san = verify({"a.txt"});
  EXPECT_EQ(san.status, 1);
  EXPECT_THAT(san.output, HasSubstr("IdentityMismatch"));
  configure(kSan, "https://issuer.example", "good");
  const auto issuer = verify({"a.txt"});
  EXPECT_EQ(issuer.status, 1);
  EXPECT_THAT(issuer.output, HasSubstr("IssuerMismatch"));
}

TEST_F(CliVerify, NeverTakesOneInstancesSignersUnderAnothersRoot) {
  configure(kSan, kIssuer, "other");
  const auto other = verify({"a.txt"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("\n  instance   other\n"));
  // A root in the environment narrows the choice; it lends itself to nobody's entries.
  const auto narrowed = verify({"a.txt"}, true);
  EXPECT_EQ(narrowed.status, 2);
  EXPECT_THAT(narrowed.errors, HasSubstr("PolicyMissing: no entry of [verify] allowed"));
  configure(kSan, kIssuer, "good");
  EXPECT_EQ(verify({"a.txt"}, true).status, 0);
  EXPECT_EQ(verify({"--instance", "good", "a.txt"}, true).status, 0);
  EXPECT_EQ(verify({"--instance", "other", "a.txt"}).status, 2);
  EXPECT_THAT(verify({"--instance", "none", "a.txt"}).errors, HasSubstr("there is no instance none"));
}

TEST_F(CliVerify, WantsToKnowTheInstanceWhereThereAreSeveral) {
  configure(kSan, kIssuer, "good");
  const auto end = verify({"--identity", kSan, "--issuer", kIssuer, "a.txt"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("name one with --instance: good, other"));
  EXPECT_EQ(verify({"--identity", kSan, "--issuer", kIssuer, "--instance", "good", "a.txt"}).status, 0);
}

// A script must not take a lost answer for a good one.
TEST_F(CliVerify, DoesNotSucceedWhereItsAnswerIsLost) {
  for (const std::string json : {"", " --json"}) {
    for (const std::string where : {" >/dev/full", " >&-", " <&- >&-"}) {
      const auto end =
          test::run({.arguments = {"sh", "-c",
                                   "exec " + std::string(SIGNET_BIN_DIR) + "/signet verify" + json +
                                       " --identity \"$1\" --issuer \"$2\" --trusted-root root.json a.txt" + where,
                                   "sh", kSan, kIssuer},
                     .directory = folder_.path()},
                    Deadline::after(std::chrono::seconds(60)));
      EXPECT_EQ(end.status, 3) << where;
      EXPECT_THAT(end.errors, HasSubstr("the result cannot be written to standard output")) << where;
    }
  }
}

// A pipe that nobody writes to and a device without end: both would hold a verifier for ever.
TEST_F(CliVerify, RefusesAPipeAndADeviceAtOnce) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", folder_ / "zero");
  for (const char* name : {"pipe", "zero"}) {
    const auto end = verify({"--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "--bundle",
                             "a.txt.sigstore.json", name});
    EXPECT_EQ(end.status, 2) << name;
    EXPECT_THAT(end.errors, HasSubstr("not a regular file")) << name;
    EXPECT_THAT(end.errors, HasSubstr("next: write its content to a file first")) << name;
  }
}

TEST_F(CliVerify, SaysThatABundleIsTooLargeToBeOne) {
  std::ofstream(folder_ / "large").seekp(std::int64_t{64} << 20) << "x";
  const auto end =
      verify({"--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "--bundle", "large", "a.txt"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("LimitExceeded"));
  EXPECT_THAT(end.errors, HasSubstr("next: no bundle is that large"));
}

TEST_F(CliVerify, KeepsANameThatJsonCannotHoldInBase64) {
  const auto end =
      verify({"--json", "--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json", "caf\xe9\xe2\x80\xae"});
  EXPECT_EQ(end.status, 2);
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  const json::Object& result = *object.as_object()->find("results")->as_array()->at(0).as_object();
  EXPECT_EQ(*result.find("name"), json::Value("caf\uFFFD\u202e"));
  EXPECT_EQ(*result.find("name_base64"), json::Value("Y2Fm6eKArg=="));
  EXPECT_THAT(end.output, HasSubstr("\\u202e"));
  EXPECT_THAT(end.output + end.errors, Not(HasSubstr("\xe2\x80\xae")));
}

TEST_F(CliVerify, SaysWhatATrustedRootIsWhereItIsGivenAnotherFile) {
  for (const char* name : {"none.json", "a.txt", "/dev/zero"}) {
    const auto end = verify({"--identity", kSan, "--issuer", kIssuer, "--trusted-root", name, "a.txt"});
    EXPECT_EQ(end.status, 2) << name;
    EXPECT_THAT(end.errors, HasSubstr("reading the trusted root")) << name;
    EXPECT_THAT(end.errors, HasSubstr("next: --trusted-root and SIGNET_TRUSTED_ROOT name the")) << name;
  }
}

TEST_F(CliVerify, SaysWhatToDoWhereABundleOrADigestIsNone) {
  const auto errors_of = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--identity", kSan, "--issuer", kIssuer, "--trusted-root", "root.json"});
    const auto end = verify(std::move(more));
    EXPECT_EQ(end.status, 2);
    return end.errors;
  };
  EXPECT_THAT(
      errors_of({"--type", "any", "a.txt"}),
      testing::AllOf(HasSubstr("a.txt.intoto.sigstore.json"),
                     HasSubstr("next: an attestation about a file lies beside it as FILE.intoto.sigstore.json")));
  EXPECT_THAT(errors_of({"--bundle", "a.txt.sigstore.json", "sha256:00"}),
              HasSubstr("next: a digest is sha256: and 64 hexadecimal digits"));
  EXPECT_THAT(errors_of({"--bundle", ".", "a.txt"}), HasSubstr("next: a bundle is read from a regular file alone"));
}

TEST_F(CliVerify, NamesAConfigurationThatIsNotThere) {
  const auto end = run_signet({.arguments = {"verify", "a.txt"},
                               .environment = {{"SIGNET_CONFIG", "/nonexistent/config.toml"}},
                               .directory = folder_.path()});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("/nonexistent/config.toml"));
}

TEST(SignetGitVerify, TellsGitThatNothingCanBeDecidedWhereTheRootCannotBeRead) {
  const test::TemporaryFolder folder;
  const auto end =
      run_signet({.arguments = {"git-verify", "--status-fd=1", "--", folder.write("signature", "x").native()},
                  .environment = {{"SIGNET_TRUSTED_ROOT", "/nonexistent/trusted_root.json"}},
                  .input = "tree\n"});
  EXPECT_NE(end.status, 0);
  EXPECT_EQ(end.output, "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0000000000000000 0 0 00 0 9\n");
  EXPECT_THAT(end.errors, HasSubstr("/nonexistent/trusted_root.json"));
}

TEST(SignetGitVerify, BelievesThePublicInstanceWhereNoneIsConfigured) {
  const test::TemporaryFolder folder;
  const auto end = run_signet(
      {.arguments = {"git-verify", "--status-fd=1", "--", folder.write("signature", "x").native()}, .input = "tree\n"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("SignatureMalformed"));
  EXPECT_THAT(end.errors, HasSubstr("instance   public-good"));
}

TEST_F(CliVerify, TellsGitThatADamagedSignatureCannotBeRead) {
  configure(kSan, kIssuer, "good");
  const auto end =
      run_signet({.arguments = {"git-verify", "--status-fd=1", "--", folder_.write("signature", "x").native()},
                  .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").native()}},
                  .input = "tree\n"});
  EXPECT_EQ(end.status, 1);
  EXPECT_EQ(end.output, "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0000000000000000 0 0 00 0 9\n");
  EXPECT_THAT(end.errors, HasSubstr("SignatureMalformed"));
  EXPECT_THAT(end.output, Not(HasSubstr("GOODSIG")));
}

TEST(SignetGit, HandsVerificationOverToItsSibling) {
  const test::TemporaryFolder folder;
  const auto end = test::run({.arguments = {std::string(SIGNET_BIN_DIR) + "/signet-git", "--status-fd=1", "--verify",
                                            folder.write("signature", "x").native(), "-"},
                              .inherit_environment = false,
                              .environment = {{"PATH", "/nonexistent"}, {"HOME", "/nonexistent"}},
                              .input = "tree\n"},
                             Deadline::after(std::chrono::seconds(60)));
  EXPECT_NE(end.status, 0);
  EXPECT_THAT(end.output, HasSubstr("[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG "));
  EXPECT_THAT(end.errors, HasSubstr("SignatureMalformed"));
}

TEST(SignetGit, TellsGitWhereItsSiblingIsMissing) {
  const test::TemporaryFolder folder;
  const std::filesystem::path alone = folder / "signet-git";
  std::filesystem::copy_file(std::string(SIGNET_BIN_DIR) + "/signet-git", alone);
  const auto end = test::run({.arguments = {alone.native(), "--status-fd=1", "--verify", "signature", "-"}},
                             Deadline::after(std::chrono::seconds(60)));
  EXPECT_EQ(end.status, 3);
  EXPECT_EQ(end.output, "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG 0000000000000000 0 0 00 0 9\n");
  EXPECT_THAT(end.errors, HasSubstr("install signet beside signet-git"));
}

TEST(Refusals, EachHaveARemedy) {
  for (std::size_t i = 0; i < sigstore::kRefusalCodeCount; ++i) {
    EXPECT_FALSE(cli::refusal_remedy(static_cast<sigstore::RefusalCode>(i)).empty()) << i;
  }
}

}  // namespace
}  // namespace signet
