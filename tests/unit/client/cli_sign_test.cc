// `signet sign` against a scripted agent that answers with a real bundle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

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

  // The agent says which hash it wants before it is asked to sign.
  static std::vector<std::string> answer(const Call& call, std::vector<std::string> to_sign) {
    if (call.method != "org.signet.Agent.Identities") return to_sign;
    return {test::reply_text(R"("identities":[)" +
                             test::identity_text("work", R"("digest":"sha256","is_default":true)") + "," +
                             test::identity_text("archive", R"("digest":"sha384")") + "]")};
  }

  // The Sign calls that came.
  static std::vector<Call> sign_calls(ScriptedAgent& agent) {
    auto calls = agent.calls();
    std::erase_if(calls, [](const Call& call) { return call.method == "org.signet.Agent.Identities"; });
    return calls;
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
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  const auto end = sign(agent, {"a.txt"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(end.output,
            "signed: a.txt\n  bundle     a.txt.sigstore.json\n  identity   jane@example.org\n"
            "  issuer     https://issuer.example\n  key        sha256:0a1b\n  token      desk\n"
            "  log        log.example, entry 7\n");
  EXPECT_EQ(content("a.txt.sigstore.json"), bundle_.ends_with('\n') ? bundle_ : bundle_ + "\n");
  const auto request = protocol::parse_sign_request(sign_calls(agent).at(0).parameters);
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->items.at(0).name, "a.txt");
  EXPECT_EQ(request->output, protocol::Output::Bundle);
}

TEST_F(CliSign, AsksOnceForAllFilesAndReplacesAnOldBundle) {
  folder_.write("a.txt.sigstore.json", "old");
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0, true), good(1)}); });
  const auto end = sign(agent, {"--identity", "work", "--log", "require", "a.txt", "b.txt", "--json"});
  EXPECT_EQ(end.status, 0) << end.errors;
  ASSERT_EQ(sign_calls(agent).size(), 1U);
  EXPECT_THAT(content("a.txt.sigstore.json"), testing::StartsWith(bundle_));
  EXPECT_THAT(content("b.txt.sigstore.json"), testing::StartsWith(bundle_));
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  EXPECT_EQ(*object.as_object()->find("schema")->as_string(), "signet.sign/1");
  EXPECT_EQ(object.as_object()->find("results")->as_array()->size(), 2U);
  EXPECT_THAT(end.errors, HasSubstr("signed: b.txt"));
}

TEST_F(CliSign, RefusesABundleOfAnotherFileAndWritesNothing) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  const auto end = sign(agent, {"other.txt"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("WorkerFailed: the agent's answer is no bundle of this file (signing other.txt)"));
  EXPECT_EQ(content("other.txt.sigstore.json"), "(no file)");
}

TEST_F(CliSign, GoesOnAfterAFailureWhereAskedToAndReportsIt) {
  ScriptedAgent agent([this](const Call& call) {
    return answer(
        call,
        {result_text(0, R"("failure":{"error":"NotAuthorized","what":"not this one","remedy":"ask"})", true), good(1)});
  });
  const auto end = sign(agent, {"--continue-on-error", "a.txt", "b.txt"});
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("NotAuthorized: not this one (signing a.txt)\n  next: ask\n"));
  EXPECT_EQ(content("a.txt.sigstore.json"), "(no file)");
  EXPECT_THAT(content("b.txt.sigstore.json"), testing::StartsWith(bundle_));
}

TEST_F(CliSign, KeepsAndReportsWhatItGotBeforeTheAgentWasGone) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0, true), std::string(test::kHangUp)}); });
  const auto end = sign(agent, {"--json", "a.txt", "b.txt"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("AgentUnavailable: the agent closed the connection"));
  EXPECT_THAT(content("a.txt.sigstore.json"), testing::StartsWith(bundle_));
  EXPECT_EQ(content("b.txt.sigstore.json"), "(no file)");
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  const json::Array& results = *object.as_object()->find("results")->as_array();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_NE(results[0].as_object()->find("bundle"), nullptr);
  EXPECT_EQ(*results[1].as_object()->find("file")->as_string(), "b.txt");
  EXPECT_EQ(*results[1].as_object()->find("error")->as_object()->find("error")->as_string(), "AgentUnavailable");
}

// D3: the kind of the key decides by which hash a file is signed, and only the agent knows the key.
TEST_F(CliSign, HashesByTheHashThatTheIdentitysKeyWants) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  (void)sign(agent, {"--identity", "archive", "a.txt"});
  (void)sign(agent, {"--identity", "work", "a.txt"});
  (void)sign(agent, {"--identity", "unknown", "a.txt"});
  (void)sign(agent, {"a.txt"});
  std::vector<std::string_view> hashes;
  for (const Call& call : sign_calls(agent)) {
    const auto request = protocol::parse_sign_request(call.parameters);
    ASSERT_TRUE(request) << request.error().what;
    hashes.push_back(hash_name(std::get<protocol::DigestContent>(request->items.at(0).object).digest.algorithm()));
  }
  EXPECT_THAT(hashes, testing::ElementsAre("sha384", "sha256", "sha256", "sha256"));
}

TEST_F(CliSign, NamesAFileThatIsNotThereBeforeItAsksAnybody) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  const auto end = sign(agent, {"a.txt", "none.txt"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("none.txt"));
  EXPECT_THAT(end.output, IsEmpty());
  EXPECT_TRUE(agent.calls().empty());
}

TEST_F(CliSign, RefusesAFileThatIsNamedLikeASignatureUnlessItIsMeant) {
  folder_.write("a.txt.sigstore.json", "old");
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0, true), good(1)}); });
  const auto refused = sign(agent, {"a.txt", "a.txt.sigstore.json"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, HasSubstr("a.txt.sigstore.json is named like a signature"));
  EXPECT_THAT(refused.errors, HasSubstr("add --sign-bundles"));
  EXPECT_TRUE(agent.calls().empty());
  std::filesystem::rename(folder_ / "b.txt", folder_ / "b.sigstore.json");
  const auto meant = sign(agent, {"--sign-bundles", "a.txt", "b.sigstore.json"});
  EXPECT_EQ(meant.status, 0) << meant.errors;
}

TEST_F(CliSign, LooksWhereTheBundleGoesBeforeItAsksAnybody) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  const auto nowhere = sign(agent, {"--bundle", "none/b.json", "a.txt"});
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_THAT(nowhere.errors, HasSubstr("the bundle none/b.json cannot be written: none: No such file or directory"));
  EXPECT_THAT(nowhere.errors, HasSubstr("next: name another place with --bundle FILE"));
  std::filesystem::create_directory(folder_ / "a.txt.sigstore.json");
  EXPECT_THAT(sign(agent, {"a.txt"}).errors, HasSubstr("something else than a regular file has that name"));
  EXPECT_TRUE(agent.calls().empty());
}

TEST_F(CliSign, RefusesWhatIsNoRegularFile) {
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  for (const char* name : {"pipe", "/dev/null"}) {
    const auto end = sign(agent, {"--bundle", "b.json", name});
    EXPECT_EQ(end.status, 2) << name;
    EXPECT_THAT(end.errors, HasSubstr("not a regular file")) << name;
    EXPECT_THAT(end.errors, HasSubstr("next: write its content to a file first")) << name;
  }
  EXPECT_TRUE(agent.calls().empty());
}

TEST_F(CliSign, KeepsANameThatJsonCannotHoldInBase64) {
  std::filesystem::copy_file(folder_ / "a.txt", folder_ / "caf\xe9\x1b");
  ScriptedAgent agent([this](const Call& call) { return answer(call, {good(0)}); });
  const auto end = sign(agent, {"--json", "caf\xe9\x1b"});
  ASSERT_EQ(end.status, 0) << end.errors;
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  const json::Object& result = *object.as_object()->find("results")->as_array()->at(0).as_object();
  EXPECT_EQ(*result.find("file"), json::Value("caf\uFFFD\x1b"));
  EXPECT_EQ(*result.find("file_base64"), json::Value("Y2Fm6Rs="));
  EXPECT_THAT(end.output + end.errors, testing::Not(HasSubstr("\x1b")));
}

std::string news(std::string_view kind, std::string_view text) {
  return test::reply_text(
      R"("progress":{"kind":")" + std::string(kind) + R"(","index":0,"text":")" + std::string(text) + "\"}", true);
}

TEST_F(CliSign, TellsALogOnlyWhatAPersonMustDo) {
  ScriptedAgent agent([this](const Call& call) {
    return answer(call, {news("timestamp", "asking the clock"), news("touch_needed", "touch token desk"), good(0)});
  });
  const auto end = sign(agent, {"a.txt"});
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.errors, "signet: touch token desk\n");
}

TEST_F(CliSign, ShowsATerminalOneLineThatGoesAgain) {
  ScriptedAgent agent(
      [this](const Call& call) { return answer(call, {news("timestamp", "asking the clock"), good(0)}); });
  const auto end =
      test::run({.arguments = {"script", "-qec", std::string(SIGNET_BIN_DIR) + "/signet sign a.txt", "/dev/null"},
                 .environment = {{"SIGNET_SOCK", agent.socket().native()}},
                 .directory = folder_.path()},
                Deadline::after(std::chrono::seconds(60)));
  EXPECT_EQ(end.status, 0) << end.output << end.errors;
  EXPECT_THAT(end.output, HasSubstr("\r\x1b[Ksignet: a.txt: asking the clock\r\x1b[Ksigned: a.txt"));
}

}  // namespace
}  // namespace signet
