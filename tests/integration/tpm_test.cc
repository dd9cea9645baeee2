// A key in a TPM, beside a SoftHSM token of the same agent: git and files, a wrong PIN, and a TPM that goes and comes
// back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include <chrono>

#include "common/file.h"
#include "json/reader.h"
#include "tests/integration/wire.h"
#include "tests/support/household.h"
#include "tests/support/length.h"
#include "tests/support/software_tpm.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Tpm : public ::testing::Test {
 protected:
  Tpm() {
    const auto made = house_.run({"signet", "key", "generate", "--token", "tpm", "--label", "in the TPM", "--json"});
    EXPECT_EQ(made.status, 0) << made.errors;
    const auto reply = json::parse(made.output);
    if (!reply) std::abort();
    const json::Object& key = *reply->as_object()->find("key")->as_object();
    const auto text = read_file(house_.configuration(), 1U << 20U);
    if (!text) std::abort();
    house_.folder().write("config.toml", *text + "[identity.chip]\ninstance = \"sandbox\"\nkey = \"" +
                                             *key.find("uri")->as_string() + "\"\npublic_key = \"" +
                                             *key.find("fingerprint")->as_string() + "\"\nsan = \"" +
                                             std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                             "\"\nuse = [\"git\", \"blob\"]\ntoken = { file = \"id-token\" }\n");
    house_.folder().write("home/.gitconfig", "[user]\nsigningKey = signet:chip\n");
    house_.restart_agent();
  }

  // One request for a bundle; what was answered.
  std::string sign(std::string_view identity = "chip", milliseconds deadline = std::chrono::minutes(1)) {
    return ask(house_, "Sign",
               R"({"output":"bundle","items":[{"digest":")" + std::string(kDigest) + R"("}],"identity":")" +
                   std::string(identity) + R"(","deadline_ms":)" + std::to_string(deadline.count()) + "}")
        .bytes;
  }
  // Asks until the TPM signs, up to a minute.
  bool signs_soon() {
    for (const Deadline deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed(); ::usleep(50'000)) {
      if (sign().find("messageSignature") != std::string::npos) return true;
    }
    return false;
  }
  void expect_it_signs_beside_the_other_token() {
    EXPECT_THAT(sign(Household::kIdentity), AllOf(HasSubstr("messageSignature"), HasSubstr(R"("token":"desk")")));
  }

  SoftwareTpm tpm_;
  Household house_{{.extra_configuration = tpm_.configuration()}};
};

TEST_F(Tpm, ACommitSignedByItsKeyVerifies) {
  const auto repository = house_.make_repository("repo");
  const auto git = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    return house_.run(std::move(arguments), repository);
  };
  const auto committed = git({"commit", "-q", "--allow-empty", "-S", "-m", "by a TPM"});
  ASSERT_EQ(committed.status, 0) << committed.errors;
  const auto verified = git({"verify-commit", "HEAD"});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_THAT(verified.errors, HasSubstr("good signature from maintainer@example.test"));
  EXPECT_EQ(git({"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
  const auto lines = audit_lines(house_);
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(), AllOf(HasSubstr(R"("identity":"chip")"), HasSubstr(R"("answer":"done")")));
}

TEST_F(Tpm, AFileSignedByItsKeyVerifiesWithoutAgentAndTpm) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto made = house_.run({"signet", "sign", "--identity", "chip", app.string()});
  ASSERT_EQ(made.status, 0) << made.errors;
  tpm_.kill();
  house_.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house_.agent().wait(Deadline::after(std::chrono::minutes(1))));
  const auto verified = house_.run({"signet", "verify", app.string()});
  EXPECT_EQ(verified.status, 0) << verified.errors;
}

TEST_F(Tpm, IsListedBesideTheOtherToken) {
  const auto listed = house_.run({"signet", "key", "list"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(HasSubstr("in the TPM"), HasSubstr("maintainer"), HasSubstr("chip"),
                                   HasSubstr("pkcs11:token=tpm;serial=0000000000000000")));
  const auto status = house_.run({"signet", "status"});
  EXPECT_THAT(status.output, AllOf(HasSubstr("desk"), HasSubstr("tpm")));
  EXPECT_THAT(status.output, Not(HasSubstr("failed")));
}

// It has room for three sessions, and nothing but their owner empties it.
TEST_F(Tpm, KeepsNothingOfAgentsThatHaveEnded) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(sign(), HasSubstr("messageSignature")) << i;
    house_.restart_agent();
  }
  EXPECT_THAT(sign(), HasSubstr("messageSignature"));
  EXPECT_EQ(tpm_.refused_pins(), 0);
}

TEST_F(Tpm, AWrongPinIsNamedAndSentOnce) {
  ASSERT_EQ(tpm_.refused_pins(), 0);
  ASSERT_TRUE(write_file_atomic(tpm_.pin_file(), "000000\n", 0600));
  house_.restart_agent();
  EXPECT_THAT(sign(), AllOf(HasSubstr("PinIncorrect"), Not(HasSubstr("messageSignature"))));
  EXPECT_THAT(sign(), Not(HasSubstr("messageSignature")));
  (void)house_.run({"signet", "status"});
  house_.restart_agent();
  EXPECT_THAT(sign(), AllOf(HasSubstr("PinRequired"), HasSubstr("gets its PIN no more")));
  EXPECT_EQ(tpm_.refused_pins(), 1);
  expect_it_signs_beside_the_other_token();
}

TEST_F(Tpm, ThatIsGoneIsNamedAndSignsAgainWhenItIsBack) {
  ASSERT_THAT(sign(), HasSubstr("messageSignature"));
  const int rounds = length(1, 2);
  for (int round = 0; round < rounds; ++round) {
    tpm_.kill();
    const auto begin = steady_clock::now();
    const std::string answer = sign("chip", std::chrono::seconds(20));
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(20));
    EXPECT_THAT(answer, AllOf(HasSubstr("token tpm"), HasSubstr("\"remedy\""), HasSubstr("WorkerFailed")));
    expect_it_signs_beside_the_other_token();
    tpm_.start();
    EXPECT_TRUE(signs_soon());
  }
  // A TPM that ends without TPM2_Shutdown counts that as a PIN (TPM 2.0 Library, part 1, "Non-orderly Shutdown").
  EXPECT_EQ(tpm_.refused_pins(), rounds);
}

TEST_F(Tpm, ThatDoesNotAnswerCostsTheClientItsDeadlineAndNobodyElseAnything) {
  ASSERT_THAT(sign(), HasSubstr("messageSignature"));
  tpm_.process().send_signal(SIGSTOP);
  const auto begin = steady_clock::now();
  const std::string answer = sign("chip", std::chrono::seconds(2));
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_THAT(answer, AllOf(HasSubstr("Deadline"), HasSubstr("token tpm"), HasSubstr("\"remedy\"")));
  expect_it_signs_beside_the_other_token();
  tpm_.process().send_signal(SIGCONT);
  EXPECT_TRUE(signs_soon());
}

}  // namespace
}  // namespace signet::test
