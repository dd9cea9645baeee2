// An attestation from the command line to the audit log and back: what was said of a file is what is signed, recorded
// and verified.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "protocol/agent_messages.h"
#include "sigstore/encoding/hash.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kType = "https://example.test/reviewed/v1";

class Attest : public ::testing::Test {
 protected:
  ProcessEnd attest(std::vector<std::string> files) {
    std::vector<std::string> line = {"signet", "attest", "--type", kType, "--predicate", "p.json"};
    line.insert(line.end(), files.begin(), files.end());
    return house_.run(std::move(line), house_.folder().path());
  }
  ProcessEnd verify(std::vector<std::string> rest) {
    rest.insert(rest.begin(), {"signet", "verify"});
    return house_.run(std::move(rest), house_.folder().path());
  }

  Household house_;
  std::string app_ = house_.folder().write("app", "an application\n").string();
  std::string other_ = house_.folder().write("other", "another\n").string();
  std::string predicate_ = house_.folder().write("p.json", "{\"by\": \"two\"}").string();
};

TEST_F(Attest, IsSignedRecordedAndVerified) {
  const auto made = attest({"app"});
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr("attested: app\n  type       " + std::string(kType) + "\n"));
  const auto good = verify({"--type", kType, "app"});
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("identity   " + std::string(Household::kSan)));
  const std::string digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of("an application\n")).hex();
  std::string lines;
  for (const std::string& line : audit_lines(house_)) lines += line + "\n";
  EXPECT_THAT(lines, HasSubstr("\"kind\":\"statement\""));
  EXPECT_THAT(lines, HasSubstr("\"summary\":\"statement " + std::string(kType) + " about 1 subject: sha256:" + digest +
                               " \\\"app\\\"\""));
}

TEST_F(Attest, IsNoSignatureAndOfNoOtherFileOrType) {
  ASSERT_EQ(attest({"app"}).status, 0);
  const std::string bundle = "app.intoto.sigstore.json";
  EXPECT_THAT(verify({"--bundle", bundle, "app"}).output, HasSubstr("PredicateTypeMismatch"));
  EXPECT_THAT(verify({"--type", "spdx", "app"}).output, HasSubstr("PredicateTypeMismatch"));
  const auto other = verify({"--type", kType, "--bundle", bundle, "other"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.output, HasSubstr("the artifact is no subject of the statement"));
  EXPECT_EQ(verify({"--type", kType, "--bundle", bundle, "app"}).status, 0);
}

TEST_F(Attest, HasAThousandSubjects) {
  std::vector<std::string> files = {"--bundle", "all.json"};
  for (int i = 0; i < 1000; ++i) {
    files.push_back("f" + std::to_string(i));
    house_.folder().write(files.back(), std::to_string(i));
  }
  const auto made = attest(files);
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto last = verify({"--type", kType, "--bundle", "all.json", "f999"});
  EXPECT_EQ(last.status, 0) << last.errors << last.output;
  EXPECT_THAT(last.output, HasSubstr(", one of 1000\n"));
  files.push_back("app");
  const auto many = attest(files);
  EXPECT_EQ(many.status, 2);
  EXPECT_THAT(many.errors, HasSubstr("1001 files; one statement has at most 1000 subjects"));
}

TEST(AttestWithoutUse, IsDeniedToAnIdentityThatSignsNoStatements) {
  Household house(Household::Setup{.use = R"(["git", "blob"])"});
  house.folder().write("app", "x");
  house.folder().write("p.json", "{}");
  const auto end =
      house.run({"signet", "attest", "--type", kType, "--predicate", "p.json", "app"}, house.folder().path());
  EXPECT_EQ(end.status, 1) << end.errors;
  EXPECT_THAT(end.errors, HasSubstr("NotAuthorized"));
  EXPECT_FALSE(std::filesystem::exists(house.folder() / "app.intoto.sigstore.json"));
}

// The token waits; what the person before it is told comes from the agent's own reading of the statement.
TEST(AttestPrompt, SaysWhatIsAttestedBeforeTheNameThatTheAskerChose) {
  const FaultModule module("hang_sign");
  const auto hang = module.beside("hang");
  Household house({.module = module.path().string(), .module_environment = {{"SIGNET_HANG_WHILE", hang.string()}}});
  house.folder().write("app", "x");
  house.folder().write("p.json", "{}");
  // With a certificate at hand the token is asked for one signature only.
  const std::vector<std::string> line = {"signet", "attest", "--type", kType, "--predicate", "p.json", "app"};
  ASSERT_EQ(house.run(line, house.folder().path()).status, 0);
  module.write("hang", "");
  const std::string digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of("x")).hex();
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a\" sha256:00","digest":)"
      R"({"sha256":")" +
      digest + R"("}}],"predicateType":")" + kType + R"(","predicate":{}})";
  auto channel = connect_to(house);
  send_call(channel, "Sign",
            R"({"items":[{"statement":")" + encode_base64(bytes_of(statement)) + R"("}],"output":"bundle"})");
  std::string prompt;
  while (prompt.empty()) {
    const auto message = channel.receive(Deadline::after(std::chrono::minutes(1)));
    ASSERT_TRUE(message && *message);
    const auto reply = protocol::parse_reply(**message);
    ASSERT_TRUE(reply && !reply->error) << **message;
    const auto news = protocol::parse_sign_reply(reply->parameters);
    ASSERT_TRUE(news) << **message;
    if (news->progress && news->progress->kind == protocol::ProgressKind::TouchNeeded) prompt = news->progress->text;
  }
  EXPECT_EQ(prompt, "touch token desk to sign statement " + std::string(kType) + " about 1 subject: sha256:" + digest +
                        " \"a\\\" sha256:00\" as " + std::string(Household::kSan));
}

}  // namespace
}  // namespace signet::test
