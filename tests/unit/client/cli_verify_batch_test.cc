// `signet verify` of many files: every one is judged, and what is said of them stands in the order of the arguments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

using test::json_output;
using test::run_signet;
using testing::HasSubstr;

constexpr const char* kSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";
constexpr std::size_t kFiles = 200;

// Good files, but for every seventh, which was changed, and every eleventh, which has no bundle.
class CliVerifyBatch : public testing::Test {
 protected:
  void SetUp() override {
    const auto assets = test::conformance_assets();
    if (assets.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
    const std::filesystem::path source = assets / "cases/rekor2-timestamp-with-embedded-cert";
    std::filesystem::copy_file(source / "trusted_root.json", folder_ / "root.json");
    for (std::size_t i = 0; i < kFiles; ++i) {
      const std::string name = name_of(i);
      if (is_changed(i)) {
        folder_.write(name, "another content");
      } else {
        std::filesystem::copy_file(assets / "artifacts/a.txt", folder_ / name);
      }
      if (has_bundle(i))
        std::filesystem::copy_file(source / "bundle.sigstore.json", folder_ / (name + ".sigstore.json"));
    }
  }

  static std::string name_of(std::size_t number) { return "file" + std::to_string(number); }
  static bool is_changed(std::size_t number) { return number % 7 == 3; }
  static bool has_bundle(std::size_t number) { return number % 11 != 5; }

  static std::string expected_in_json(std::size_t number) {
    if (!has_bundle(number)) return "InvalidRequest";
    return is_changed(number) ? "ArtifactMismatch" : "verified";
  }

  [[nodiscard]] test::ProcessEnd verify(bool json) const {
    std::vector<std::string> arguments = {"verify", "--identity",     kSan,       "--issuer",
                                          kIssuer,  "--trusted-root", "root.json"};
    if (json) arguments.emplace_back("--json");
    for (std::size_t i = 0; i < kFiles; ++i) arguments.push_back(name_of(i));
    return run_signet({.arguments = std::move(arguments), .directory = folder_.path()});
  }

  test::TemporaryFolder folder_;
};

std::string said_of(const json::Object& result) {
  if (*result.find("verified") == json::Value(true)) return "verified";
  const json::Value* refusal = result.find("refusal");
  return *(refusal == nullptr ? result.find("error")->as_object()->find("error") : refusal)->as_string();
}

TEST_F(CliVerifyBatch, ListsAResultForEachInTheOrderOfTheArguments) {
  const auto end = verify(true);
  EXPECT_EQ(end.status, 1);
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  EXPECT_EQ(*object.as_object()->find("schema"), json::Value("signet.verify/1"));
  const json::Array& results = *object.as_object()->find("results")->as_array();
  ASSERT_EQ(results.size(), kFiles);
  for (std::size_t i = 0; i < kFiles; ++i) {
    const json::Object& result = *results[i].as_object();
    EXPECT_EQ(*result.find("name"), json::Value(name_of(i)));
    EXPECT_EQ(said_of(result), expected_in_json(i)) << i;
  }
}

TEST_F(CliVerifyBatch, TellsPeopleAboutEachInTheOrderOfTheArguments) {
  const auto end = verify(false);
  EXPECT_EQ(end.status, 1);
  std::string expected;
  std::string shown;
  for (std::size_t i = 0; i < kFiles; ++i) {
    const std::string said = expected_in_json(i);
    if (said != "InvalidRequest") expected += (said == "verified" ? "verified: " : "refused: ") + name_of(i) + "\n";
  }
  for (std::size_t at = 0; at < end.output.size();) {
    const std::size_t stop = end.output.find('\n', at);
    const std::string line = end.output.substr(at, stop - at);
    if (!line.starts_with(' ')) shown += line + "\n";
    at = stop + 1;
  }
  EXPECT_EQ(shown, expected);
  EXPECT_THAT(end.errors,
              HasSubstr("(verifying file5)\n  next: a file's signature lies beside it as FILE.sigstore.json"));
}

}  // namespace
}  // namespace signet
