// `signet sign` against a scripted agent that answers with a real bundle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "json/writer.h"
#include "protocol/agent_messages.h"
#include "tests/unit/client/cli_program.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet {
namespace {

using protocol::Call;
using test::json_output;
using test::result_text;
using test::run_signet;
using test::ScriptedAgent;
using testing::HasSubstr;
using testing::IsEmpty;

class CliSign : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path assets = test::conformance_assets();
    if (assets.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
    bundle_ = read_file(assets / "cases/rekor2-timestamp-with-embedded-cert/bundle.sigstore.json", 1 << 20).value();
    std::filesystem::copy_file(assets / "artifacts/a.txt", folder_ / "a.txt");
    std::filesystem::copy_file(assets / "artifacts/a.txt", folder_ / "b.txt");
    folder_.write("other.txt", "another content");
  }

  [[nodiscard]] std::string good(int index, bool continues = false) const {
    return result_text(index, "\"bundle\":" + json::quote(bundle_), continues);
  }

  [[nodiscard]] test::ProcessEnd sign(const ScriptedAgent& agent, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "sign");
    return run_signet({.arguments = std::move(arguments),
                       .environment = {{"SIGNET_SOCK", agent.socket().native()}},
                       .directory = folder_.path()});
  }

  [[nodiscard]] std::string content(std::string_view name) const {
    return read_file(folder_ / name, 1 << 20).value_or("(no file)");
  }

  test::TemporaryFolder folder_;
  std::string bundle_;
};

TEST_F(CliSign, WritesTheBundleBesideTheFileAndSaysWhoSigned) {
  ScriptedAgent agent([this](const Call&) { return std::vector{good(0)}; });
  const auto end = sign(agent, {"a.txt"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output,
            "signed: a.txt\n  bundle     a.txt.sigstore.json\n  identity   jane@example.org\n"
            "  issuer     https://issuer.example\n  key        sha256:0a1b\n  token      desk\n"
            "  log        log.example, entry 7\n");
  EXPECT_EQ(content("a.txt.sigstore.json"), bundle_.ends_with('\n') ? bundle_ : bundle_ + "\n");
  const auto request = protocol::parse_sign_request(agent.calls().at(0).parameters);
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->items.at(0).name, "a.txt");
  EXPECT_EQ(request->output, protocol::Output::Bundle);
}

TEST_F(CliSign, AsksOnceForAllFilesAndReplacesAnOldBundle) {
  folder_.write("a.txt.sigstore.json", "old");
  ScriptedAgent agent([this](const Call&) { return std::vector{good(0, true), good(1)}; });
  const auto end = sign(agent, {"--identity", "work", "--log", "require", "a.txt", "b.txt", "--json"});
  EXPECT_EQ(end.status, 0) << end.errors;
  ASSERT_EQ(agent.calls().size(), 1U);
  EXPECT_THAT(content("a.txt.sigstore.json"), testing::StartsWith(bundle_));
  EXPECT_THAT(content("b.txt.sigstore.json"), testing::StartsWith(bundle_));
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  EXPECT_EQ(*object.as_object()->find("schema")->as_string(), "signet.sign/1");
  EXPECT_EQ(object.as_object()->find("results")->as_array()->size(), 2U);
  EXPECT_THAT(end.errors, HasSubstr("signed: b.txt"));
}

TEST_F(CliSign, RefusesABundleOfAnotherFileAndWritesNothing) {
  ScriptedAgent agent([this](const Call&) { return std::vector{good(0)}; });
  const auto end = sign(agent, {"other.txt"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("WorkerFailed: the agent's answer is no bundle of this file (signing other.txt)"));
  EXPECT_EQ(content("other.txt.sigstore.json"), "(no file)");
}

TEST_F(CliSign, GoesOnAfterAFailureWhereAskedToAndReportsIt) {
  ScriptedAgent agent([this](const Call&) {
    return std::vector{
        result_text(0, R"("failure":{"error":"NotAuthorized","what":"not this one","remedy":"ask"})", true), good(1)};
  });
  const auto end = sign(agent, {"--continue-on-error", "a.txt", "b.txt"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("NotAuthorized: not this one (signing a.txt)\n  next: ask\n"));
  EXPECT_EQ(content("a.txt.sigstore.json"), "(no file)");
  EXPECT_THAT(content("b.txt.sigstore.json"), testing::StartsWith(bundle_));
}

TEST_F(CliSign, NamesAFileThatIsNotThereBeforeItAsksAnybody) {
  ScriptedAgent agent([this](const Call&) { return std::vector{good(0)}; });
  const auto end = sign(agent, {"a.txt", "none.txt"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("none.txt"));
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_TRUE(agent.calls().empty());
}

}  // namespace
}  // namespace signet
