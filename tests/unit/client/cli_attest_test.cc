// `signet attest`, and `signet verify` of what it wrote. The agent is scripted; its answers are whole bundles over the
// statement that was asked for, by a sandbox's services.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <memory>

#include "common/file.h"
#include "json/reader.h"
#include "json/writer.h"
#include "protocol/agent_messages.h"
#include "sandbox/sandbox.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/sandbox_signer.h"
#include "tests/unit/client/cli_program.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet {
namespace {

using protocol::Call;
using test::json_output;
using test::SandboxSigner;
using test::ScriptedAgent;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kType = "https://slsa.dev/provenance/v1";

class CliAttest : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("app", "an application\n");
    folder_.write("lib", "a library\n");
    folder_.write("other", "nobody says anything about it\n");
    folder_.write("p.json", " {\"builder\": {\"id\": 1.50}}\n");
  }

  [[nodiscard]] test::ProcessEnd signet(std::vector<std::string> arguments) {
    return test::run_signet({.arguments = std::move(arguments),
                             .environment = {{"SIGNET_SOCK", agent_.socket().native()}},
                             .directory = folder_.path()});
  }

  [[nodiscard]] test::ProcessEnd attest(std::vector<std::string> more) {
    std::vector<std::string> line = {"attest", "--predicate", "p.json", "--type", "slsaprovenance1"};
    line.insert(line.end(), more.begin(), more.end());
    return signet(std::move(line));
  }

  [[nodiscard]] test::ProcessEnd verify(std::vector<std::string> more) {
    std::vector<std::string> line = {
        "verify",   "--trusted-root", "root.json", "--identity", std::string(SandboxSigner::kSan),
        "--issuer", signer_.issuer()};
    line.insert(line.end(), more.begin(), more.end());
    return signet(std::move(line));
  }

  [[nodiscard]] std::string content(std::string_view name) const {
    return read_file(folder_ / name, std::size_t{16} << 20U).value_or("(no file)");
  }

  [[nodiscard]] std::string digest_of(std::string_view name) const {
    return sigstore::hash(HashAlgorithm::Sha256, bytes_of(content(name))).hex();
  }

  // The statement of the only call.
  [[nodiscard]] std::string asked() {
    const auto request = protocol::parse_sign_request(agent_.calls().at(0).parameters);
    const auto* item = std::get_if<protocol::StatementContent>(&request.value().items.at(0).object);
    return item == nullptr ? "(no statement)" : std::string(text_of(item->statement));
  }

  std::vector<std::string> answer(const Call& call) {
    const auto request = protocol::parse_sign_request(call.parameters);
    const auto* item = request ? std::get_if<protocol::StatementContent>(&request->items.at(0).object) : nullptr;
    if (item == nullptr) return {R"({"error":"org.signet.Agent.Bug","parameters":{"what":"no statement"}})"};
    const sigstore::Bundle bundle = signer_.sign_statement(lies_ ? bytes_of(kAnother) : ByteView(item->statement));
    return {test::result_text(0, "\"bundle\":" + json::quote(sigstore::encode_bundle(bundle)))};
  }

  static constexpr std::string_view kAnother =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":)"
      R"("9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa"}}],"predicateType":"urn:x","predicate":{}})";

  FixedClock clock_{parse_rfc3339("2026-01-31T12:00:00Z").value()};
  test::TemporaryFolder folder_;
  std::unique_ptr<sandbox::Sandbox> sandbox_ = sandbox::Sandbox::open(folder_ / "sandbox", clock_).value();
  SandboxSigner signer_{*sandbox_};
  std::filesystem::path root_ = folder_.write("root.json", sandbox_->trusted_root());
  std::atomic<bool> lies_ = false;  // the agent's thread reads it
  ScriptedAgent agent_{[this](const Call& call) { return answer(call); }};
};

TEST_F(CliAttest, SignsOneStatementThatHoldsThePredicateAsItWasWritten) {
  const auto end = attest({"app"});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(asked(), R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":")" +
                         digest_of("app") + R"("}}],"predicateType":")" + kType +
                         R"(","predicate":{"builder": {"id": 1.50}}})");
  EXPECT_THAT(end.output, HasSubstr("attested: app\n  type       " + std::string(kType) +
                                    "\n  bundle     app.intoto.sigstore.json\n  identity   jane@example.org\n"));
  const auto request = protocol::parse_sign_request(agent_.calls().at(0).parameters);
  EXPECT_EQ(request->output, protocol::Output::Bundle);
}

TEST_F(CliAttest, IsVerifiedWithTheTypeAndWithoutIsNoSignature) {
  ASSERT_EQ(attest({"app"}).status, 0);
  for (const char* type : {kType, "slsaprovenance1", "any"}) {
    const auto good = verify({"--type", type, "app"});
    EXPECT_EQ(good.status, 0) << good.errors << good.output;
    EXPECT_THAT(good.output, HasSubstr("\n  statement  " + std::string(kType) +
                                       "\n  subject    \"app\" sha256:" + digest_of("app") + "\n"));
  }
  const auto other_type = verify({"--type", "cyclonedx", "app"});
  EXPECT_EQ(other_type.status, 1);
  EXPECT_THAT(other_type.output, HasSubstr("code       PredicateTypeMismatch (step 8)\n"));
  EXPECT_THAT(other_type.output, HasSubstr("expected   https://cyclonedx.org/bom\n  found      " + std::string(kType)));
  const auto as_signature = verify({"--bundle", "app.intoto.sigstore.json", "app"});
  EXPECT_EQ(as_signature.status, 1);
  EXPECT_THAT(as_signature.output, HasSubstr("the bundle is an attestation, no signature"));
  const auto by_default = verify({"app"});
  EXPECT_EQ(by_default.status, 2);
  EXPECT_THAT(by_default.errors, HasSubstr("next: there is an attestation about it: verify that with --type TYPE"));
}

TEST_F(CliAttest, IsRefusedWhereASignatureIsGivenForAnAttestation) {
  folder_.write("app.sigstore.json", sigstore::encode_bundle(signer_.sign_blob(bytes_of(content("app")))));
  EXPECT_EQ(verify({"app"}).status, 0);
  for (const char* type : {kType, "any"}) {
    const auto end = verify({"--type", type, "--bundle", "app.sigstore.json", "app"});
    EXPECT_EQ(end.status, 1) << type;
    EXPECT_THAT(end.output, HasSubstr("code       PredicateTypeMismatch (step 8)\n")) << type;
  }
}

TEST_F(CliAttest, SpeaksOfEveryFileAndOfNoOther) {
  const auto unnamed = attest({"app", "lib"});
  EXPECT_EQ(unnamed.status, 2);
  EXPECT_THAT(unnamed.errors, HasSubstr("next: say where it goes: --bundle FILE"));
  const auto made = attest({"--json", "--bundle", "both.json", "app", "lib"});
  ASSERT_EQ(made.status, 0) << made.errors;
  const json::Value object = json_output(made);
  ASSERT_NE(object.as_object(), nullptr) << made.output;
  EXPECT_EQ(*object.as_object()->find("schema"), json::Value("signet.attest/1"));
  EXPECT_EQ(*object.as_object()->find("predicate_type"), json::Value(kType));
  EXPECT_EQ(object.as_object()->find("subjects")->as_array()->size(), 2U);
  EXPECT_THAT(made.errors, HasSubstr("attested: app and 1 more\n"));
  const auto good = verify({"--type", "any", "--bundle", "both.json", "app", "lib"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("subject    \"lib\" sha256:" + digest_of("lib") + ", one of 2\n"));
  const auto by_digest = verify({"--type", "any", "--bundle", "both.json", "sha256:" + digest_of("lib")});
  EXPECT_EQ(by_digest.status, 0) << by_digest.errors << by_digest.output;
  const auto other = verify({"--type", "any", "--bundle", "both.json", "other"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("code       StatementInvalid (step 8)\n"));
  EXPECT_THAT(other.output, HasSubstr("the artifact is no subject of the statement"));
}

TEST_F(CliAttest, GivesProgramsTypeSubjectsAndPredicate) {
  ASSERT_EQ(attest({"--bundle", "both.json", "app", "lib"}).status, 0);
  const auto end = verify({"--json", "--type", kType, "--bundle", "both.json", "lib"});
  ASSERT_EQ(end.status, 0) << end.errors;
  const json::Value object = json_output(end);
  ASSERT_NE(object.as_object(), nullptr) << end.output;
  const json::Object& result = *object.as_object()->find("results")->as_array()->at(0).as_object();
  EXPECT_EQ(*result.find("predicate_type"), json::Value(kType));
  EXPECT_EQ(json::write(*result.find("subject")), R"({"name":"lib","digest":{"sha256":")" + digest_of("lib") + "\"}}");
  EXPECT_EQ(result.find("subjects")->as_array()->size(), 2U);
  EXPECT_EQ(json::write(*result.find("predicate")), R"({"builder":{"id":1.5}})");
}

TEST_F(CliAttest, RefusesAnAnswerAboutAnotherStatementAndWritesNothing) {
  lies_ = true;
  const auto end = attest({"app"});
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("the agent's answer is no bundle of this statement"));
  EXPECT_EQ(content("app.intoto.sigstore.json"), "(no file)");
}

struct BadPredicate {
  const char* text;
  const char* why;
};

TEST_F(CliAttest, RefusesAPredicateThatOtherReadersWouldReadOtherwise) {
  for (const auto& [text, why] :
       {BadPredicate{"{\"a\":1,\n\"a\":2}", "repeated member name at byte "},
        BadPredicate{"{\"a\":1,\n\"a\":2}", ", line 2"}, BadPredicate{"[1]", "is not a JSON object but of kind array"},
        BadPredicate{"", "not JSON"}, BadPredicate{"{} {}", "data after the JSON document"},
        BadPredicate{"{\"a\":1e400}", "JSON number"}, BadPredicate{"\xff", "UTF-8"}}) {
    folder_.write("p.json", text);
    const auto end = attest({"app"});
    EXPECT_EQ(end.status, 2) << text;
    EXPECT_THAT(end.errors, HasSubstr(why)) << text;
    EXPECT_THAT(end.errors, HasSubstr("p.json")) << text;
  }
  folder_.write("p.json", std::string(31, '[') + std::string(31, ']'));
  folder_.write("p.json", "{\"a\":" + std::string(31, '[') + std::string(31, ']') + "}");
  EXPECT_THAT(attest({"app"}).errors, HasSubstr("JSON nested too deeply")) << "one level more than it had alone";
  EXPECT_TRUE(agent_.calls().empty());
}

TEST_F(CliAttest, RefusesAPredicateThatNoRequestCanHold) {
  folder_.write("p.json", "{\"a\":\"" + std::string(std::size_t{3} << 20U, 'x') + "\"}");
  const auto end = attest({"app"});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, HasSubstr("LimitExceeded"));
  EXPECT_THAT(end.errors, HasSubstr("next: attest a shorter predicate"));
  EXPECT_TRUE(agent_.calls().empty());
}

TEST_F(CliAttest, NamesWhatIsMissingBeforeItAsksAnybody) {
  const auto end = [this](std::vector<std::string> line) {
    line.insert(line.begin(), "attest");
    auto ended = signet(std::move(line));
    EXPECT_EQ(ended.status, 2);
    EXPECT_THAT(ended.output, IsEmpty());
    return ended.errors;
  };
  EXPECT_THAT(end({}), HasSubstr("no file to attest something about"));
  EXPECT_THAT(end({"app"}), HasSubstr("needs --predicate and --type"));
  EXPECT_THAT(end({"--predicate", "none", "--type", "spdx", "app"}), HasSubstr("none: No such file"));
  EXPECT_THAT(end({"--predicate", "p.json", "--type", "provenance", "app"}),
              HasSubstr("next: give the URI of the predicate's type, or one of: slsaprovenance, "));
  EXPECT_THAT(end({"--predicate", "p.json", "--type", "spdx", "none"}), HasSubstr("cannot open none: No such file"));
  std::filesystem::create_directories(folder_ / "x");
  folder_.write("x/app", "another");
  EXPECT_THAT(end({"--predicate", "p.json", "--type", "spdx", "--bundle", "b", "app", "x/app"}),
              HasSubstr("two files are called app"));
  std::ofstream(folder_ / "caf\xe9") << "x";
  EXPECT_THAT(end({"--predicate", "p.json", "--type", "spdx", "caf\xe9"}), HasSubstr("is not UTF-8"));
  EXPECT_TRUE(agent_.calls().empty());
}

// Subjects come from whoever signed; they must not write on the terminal of whoever verifies.
TEST_F(CliAttest, ShowsAHostileSubjectsNameSafely) {
  const std::string name = "app\\u001b[2J\\u202e\\\" sha256:00";
  const std::string statement = R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":")" + name +
                                R"(","digest":{"sha256":")" + digest_of("app") +
                                R"("}}],"predicateType":"urn:x","predicate":{"a":"\u009b"}})";
  folder_.write("b.json", sigstore::encode_bundle(signer_.sign_statement(bytes_of(statement))));
  const auto text = verify({"--type", "any", "--bundle", "b.json", "app"});
  EXPECT_EQ(text.status, 0) << text.errors << text.output;
  EXPECT_THAT(text.output, HasSubstr("subject    \"app\uFFFD[2J\uFFFD\\\" sha256:00\" sha256:" + digest_of("app")));
  const auto json = verify({"--json", "--type", "any", "--bundle", "b.json", "app"});
  EXPECT_THAT(json.output, HasSubstr(name)) << "escaped again, and so unchanged";
  EXPECT_THAT(json.output, HasSubstr(R"("predicate":{"a":"\u009b"})"));
  EXPECT_THAT(json.output, Not(HasSubstr("\xe2\x80\xae")));
}

}  // namespace
}  // namespace signet
