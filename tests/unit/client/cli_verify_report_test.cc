// `signet verify --verbose` and --json: every check of the verification, in its order, on success and on refusal alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/verify/report.h"
#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using test::json_output;
using test::run_signet;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";

class CliVerifyReport : public testing::Test {
 protected:
  void SetUp() override {
    assets_ = test::conformance_assets();
    if (assets_.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
    std::filesystem::copy_file(assets_ / "artifacts/a.txt", folder_ / "a.txt");
    std::filesystem::copy_file(assets_ / "roots/production/trusted_root.json", folder_ / "root.json");
    take_bundle("happy-path-v0.3-new-mediaType", "a.txt.sigstore.json");
  }

  void take_bundle(const std::string& name, const std::string& as) const {
    std::filesystem::copy_file(assets_ / ("cases/" + name) / "bundle.sigstore.json", folder_ / as,
                               std::filesystem::copy_options::overwrite_existing);
  }

  [[nodiscard]] std::string content_of(const std::string& name) const {
    return test::run({.arguments = {"cat", (folder_ / name).native()}}, Deadline::after(std::chrono::seconds(60)))
        .output;
  }

  [[nodiscard]] test::ProcessEnd verify(std::vector<std::string> arguments = {}) const {
    std::vector<std::string> all = {"verify", "--trusted-root", "root.json", "--identity", kSan, "--issuer", kIssuer};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.emplace_back("a.txt");
    return run_signet({.arguments = std::move(all), .directory = folder_.path()});
  }

  // "name: result" of each check of the one result.
  [[nodiscard]] std::vector<std::string> checks_in_json() const {
    const json::Value object = json_output(verify({"--json"}));
    if (object.as_object() == nullptr) return {};
    const json::Object& result = *object.as_object()->find("results")->as_array()->at(0).as_object();
    std::vector<std::string> checks;
    for (const json::Value& check : *result.find("checks")->as_array()) {
      const json::Object& members = *check.as_object();
      checks.push_back(*members.find("name")->as_string() + ": " + *members.find("result")->as_string());
      EXPECT_NE(members.find("step")->as_integer(), nullptr);
      EXPECT_NE(members.find("detail")->as_string(), nullptr);
    }
    return checks;
  }

  test::TemporaryFolder folder_;
  std::filesystem::path assets_;
};

TEST_F(CliVerifyReport, ListsWhatEachCheckFound) {
  for (const char* flag : {"-v", "--verbose"}) {
    const auto end = verify({flag});
    EXPECT_EQ(end.status, 0) << end.errors;
    EXPECT_THAT(
        end.output,
        AllOf(HasSubstr("verified: a.txt\n"), HasSubstr("\n  checks, by the step of the verification\n"),
              HasSubstr("\n    2  log                       passed         rekor.sigstore.dev, entry 79571823\n"),
              HasSubstr("\n    4  certificate chain         passed         issued under "),
              HasSubstr("\n    build-trigger                       workflow_dispatch\n")));
    EXPECT_THAT(end.output, Not(HasSubstr("not reached")));
  }
  EXPECT_THAT(verify().output, Not(HasSubstr("checks")));
}

TEST_F(CliVerifyReport, SaysOnARefusalWhatWasReached) {
  folder_.write("a.txt", "another content");
  const auto end = verify({"-v"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output,
              AllOf(HasSubstr("refused: a.txt\n  code       ArtifactMismatch (step 8)\n  check      artifact\n"),
                    HasSubstr("\n    7  identity                  passed "),
                    HasSubstr("\n    8  artifact                  refused ")));
  take_bundle("invalid-checkpoint-signature_fail", "a.txt.sigstore.json");
  EXPECT_THAT(verify({"-v"}).output,
              AllOf(HasSubstr("\n  check      checkpoint\n"), HasSubstr("\n    2  checkpoint                refused "),
                    HasSubstr("\n    4  certificate chain         not reached\n")));
}

TEST_F(CliVerifyReport, NamesEveryCheckToPrograms) {
  const auto good = checks_in_json();
  EXPECT_GE(good.size(), sigstore::kCheckCount);
  for (std::size_t i = 0; i < sigstore::kCheckCount; ++i) {
    const std::string name(check_text(static_cast<sigstore::CheckName>(i)));
    EXPECT_THAT(good, Contains(testing::StartsWith(name + ": "))) << name;
  }
  EXPECT_THAT(good, Contains("identity: passed"));
  EXPECT_THAT(good, Contains("timestamp: not asked for"));
  folder_.write("a.txt", "another content");
  const auto refused = checks_in_json();
  EXPECT_THAT(refused, Contains("identity: passed"));
  EXPECT_THAT(refused, Contains("artifact: refused"));
}

TEST_F(CliVerifyReport, SaysWhichCheckFailedWhereABundleIsOfTheWrongKind) {
  take_bundle("happy-path-intoto-in-dsse-v3", "a.txt.sigstore.json");
  const auto end = verify({"-v"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, AllOf(HasSubstr("PredicateTypeMismatch (step 8)\n  check      artifact\n"),
                                HasSubstr("\n    8  artifact                  refused        the bundle is an "
                                          "attestation, no signature")));
}

TEST_F(CliVerifyReport, FindsABundleByItsOldNameAndPrefersTheNewOne) {
  std::filesystem::rename(folder_ / "a.txt.sigstore.json", folder_ / "a.txt.sigstore");
  EXPECT_EQ(verify().status, 0);
  take_bundle("invalid-checkpoint-signature_fail", "a.txt.sigstore.json");
  EXPECT_EQ(verify().status, 1);
}

TEST_F(CliVerifyReport, SaysThatABundleIsNoFileOfItsOwn) {
  const auto end = run_signet({.arguments = {"verify", "--trusted-root", "root.json", "--identity", kSan, "--issuer",
                                             kIssuer, "a.txt.sigstore.json"},
                               .directory = folder_.path()});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("next: that is a bundle itself: name the file that it is of"));
}

// An attacker who may name a file must not choose what is verified in its place.
TEST_F(CliVerifyReport, TakesAFileForAFileThatIsNamedLikeADigest) {
  const std::string digest = "sha256:a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf";
  const auto verify_it = [&] {
    return run_signet({.arguments = {"verify", "--trusted-root", "root.json", "--identity", kSan, "--issuer", kIssuer,
                                     "--bundle", "a.txt.sigstore.json", digest},
                       .directory = folder_.path()});
  };
  EXPECT_EQ(verify_it().status, 0) << "there is no such file: it is the digest of a.txt";
  folder_.write(digest, "another content");
  const auto end = verify_it();
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.output, HasSubstr("ArtifactMismatch"));
}

// Signed by nobody, the index in all shards is not shown as if it were.
TEST_F(CliVerifyReport, SaysOfAnIndexThatNobodyPromisedThatItIsOfItsShard) {
  const auto verify_as = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"verify", "--trusted-root", "root.json", "--key",
                               (assets_ / "cases/managed-key-happy-path/key.pub").native()});
    more.emplace_back("a.txt");
    return run_signet({.arguments = std::move(more), .directory = folder_.path()});
  };
  const auto place_of = [](const json::Object& result) {
    return *result.find("logs")->as_array()->front().as_object();
  };
  const auto result_of = [](const test::ProcessEnd& end) {
    return *json_output(end).as_object()->find("results")->as_array()->front().as_object();
  };
  take_bundle("managed-key-happy-path", "a.txt.sigstore.json");
  EXPECT_THAT(verify_as({}).output, HasSubstr("  log        rekor.sigstore.dev, entry 771488337\n"));
  const json::Object promised = result_of(verify_as({"--json"}));
  EXPECT_EQ(*promised.find("log_index"), json::Value(771488337));
  EXPECT_EQ(*place_of(promised).find("index_within_shard"), json::Value(false));

  json::Value bundle = json::parse(content_of("a.txt.sigstore.json")).value();
  json::Value* material = bundle.as_object()->find("verificationMaterial");
  json::Object& entry = *material->as_object()->find("tlogEntries")->as_array()->front().as_object();
  entry.set("inclusionPromise", nullptr);
  entry.set("logIndex", "7");
  folder_.write("a.txt.sigstore.json", json::write(bundle));
  const auto text = verify_as({"-v"});
  EXPECT_EQ(text.status, 0) << text.output << text.errors;
  EXPECT_THAT(text.output, AllOf(HasSubstr("  log        rekor.sigstore.dev, entry 649584075 of its shard\n"),
                                 HasSubstr("passed         rekor.sigstore.dev, entry 649584075 of its shard\n")));
  const json::Object bare = result_of(verify_as({"--json"}));
  EXPECT_EQ(*bare.find("log_index"), json::Value());
  EXPECT_EQ(*place_of(bare).find("index"), json::Value(649584075));
  EXPECT_EQ(*place_of(bare).find("index_within_shard"), json::Value(true));
}

TEST_F(CliVerifyReport, TakesOneGoodBundleOfSeveralLines) {
  const std::string good = content_of("a.txt.sigstore.json");
  take_bundle("invalid-checkpoint-signature_fail", "bad.json");
  const std::string bad = content_of("bad.json");
  std::filesystem::remove(folder_ / "a.txt.sigstore.json");
  const auto one_line = [](std::string json) {
    std::erase(json, '\n');
    return json + "\n";
  };
  folder_.write("a.txt.sigstore.jsonl", "no bundle\n\n" + one_line(bad) + one_line(good));
  const auto both = verify();
  EXPECT_EQ(both.status, 0) << both.output << both.errors;
  folder_.write("a.txt.sigstore.jsonl", "no bundle\n" + one_line(bad));
  const auto none = verify();
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.output, HasSubstr("CheckpointInvalid"));
}

TEST_F(CliVerifyReport, RefusesLinesWithoutEndAndAFileWithout) {
  std::filesystem::remove(folder_ / "a.txt.sigstore.json");
  folder_.write("a.txt.sigstore.jsonl", "\n");
  const auto empty = verify();
  EXPECT_EQ(empty.status, 2);
  EXPECT_THAT(empty.errors, AllOf(HasSubstr("a.txt.sigstore.jsonl holds no bundle"),
                                  HasSubstr("next: a .jsonl file has a bundle on each line")));
  std::string lines;
  for (int i = 0; i <= 100; ++i) lines += "{}\n";
  folder_.write("a.txt.sigstore.jsonl", lines);
  const auto many = verify();
  EXPECT_EQ(many.status, 2);
  EXPECT_THAT(many.errors, AllOf(HasSubstr("a.txt.sigstore.jsonl has more than 100 bundles"),
                                 HasSubstr("next: name the one that you mean with --bundle FILE")));
}

}  // namespace
}  // namespace signet
