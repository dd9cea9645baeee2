// An identity whose signatures have a key of their own each: made on the token, certified, used once, destroyed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <set>
#include <sstream>
#include <thread>

#include "common/file.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class EphemeralKeys : public ::testing::Test {
 protected:
  EphemeralKeys() {
    const auto before = read_file(house_.configuration(), 1U << 20U).value();
    const std::string identity =
        "[identity.fleeting]\ninstance = \"sandbox\"\nkey = \"pkcs11:token=desk\"\n"
        "ephemeral = \"p256\"\nsan = \"" +
        std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
        "\"\nuse = [\"git\", \"statement\", \"blob\"]\ntoken = { file = \"id-token\" }\n";
    house_.folder().write("config.toml", "default_identity = \"fleeting\"\n" + before + identity);
    house_.restart_agent();
  }

  Household::Setup setup() const {
    return {.module = module_.path().string(),
            .module_environment = {{"SIGNET_OBJECT_COUNT", module_.beside("count").string()}}};
  }
  std::vector<int> counts() const {
    std::istringstream text(read_file(module_.beside("count"), 1U << 20U).value_or(""));
    return {std::istream_iterator<int>(text), std::istream_iterator<int>()};
  }
  template <typename Condition>
  [[nodiscard]] static bool becomes(const Condition& condition) {
    for (const Deadline deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed();) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }
  // The token shows what it showed before: the two halves of the maintainer's key.
  [[nodiscard]] bool is_clean() const {
    const auto all = counts();
    return !all.empty() && all.back() == 2;
  }
  // Asks for a signature, and waits until its key has been made and the CA is asked for a certificate.
  void ask_until_the_key_is_made(protocol::Channel& channel) {
    house_.sandbox().set_fault("ca", "hang");
    const auto asked = house_.sandbox().requests("ca");
    send_call(channel, "Sign", sign_digest("bundle"));
    ASSERT_TRUE(becomes([&] { return house_.sandbox().requests("ca") > asked; }));
    ASSERT_EQ(counts().back(), 4);
  }
  std::vector<pid_t> modules() {
    const auto workers = children_of(house_.agent().pid());
    return workers.size() == 1 ? children_of(workers[0]) : std::vector<pid_t>();
  }

  FaultModule module_{"count_objects"};
  Household house_{setup()};
};

TEST_F(EphemeralKeys, SignWhatStrangersVerifyAndLeaveNothingBehind) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto made = house_.run({"signet", "sign", app.string()});
  ASSERT_EQ(made.status, 0) << made.errors;
  EXPECT_EQ(house_.run({"signet", "verify", app.string()}).status, 0);
  const auto repository = house_.make_repository("repository");
  ASSERT_EQ(house_.run({"git", "commit", "-q", "--allow-empty", "-Ssignet:fleeting", "-m", "first"}, repository).status,
            0);
  EXPECT_EQ(house_.run({"git", "verify-commit", "HEAD"}, repository).status, 0);
  EXPECT_TRUE(becomes([this] { return is_clean(); }));
  EXPECT_THAT(house_.run({"signet", "key", "list", "--json"}).output,
              AllOf(HasSubstr("maintainer"), Not(HasSubstr("session"))));
}

TEST_F(EphemeralKeys, AreOneForEachItemOfABatchEachWithItsCertificate) {
  const auto certificates = house_.sandbox().counter("certificates");
  const std::string item = R"({"digest":")" + std::string(kDigest) + "\"}";
  const auto answer = ask(house_, "Sign", R"({"output":"bundle","items":[)" + item + "," + item + "," + item + "]}");
  ASSERT_FALSE(answer.last.error) << answer.bytes;
  std::set<std::string> keys;
  constexpr std::string_view kMember = R"("key":"sha256:)";
  for (auto at = answer.bytes.find(kMember); at != std::string::npos; at = answer.bytes.find(kMember, at + 1)) {
    keys.insert(answer.bytes.substr(at + kMember.size(), 64));
  }
  EXPECT_EQ(keys.size(), 3U) << answer.bytes;
  EXPECT_EQ(house_.sandbox().counter("certificates"), certificates + 3);
  EXPECT_TRUE(becomes([this] { return is_clean(); }));
}

TEST_F(EphemeralKeys, AreNamedInTheAuditLog) {
  const auto answer = ask(house_, "Sign", sign_digest("bundle"));
  ASSERT_FALSE(answer.last.error) << answer.bytes;
  std::string all;
  for (const std::string& line : audit_lines(house_)) all += line + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr("; for session key sha256:"), HasSubstr("by session key sha256:")));
  EXPECT_THAT(all, HasSubstr("which was destroyed"));
}

TEST_F(EphemeralKeys, AreDestroyedWhenTheAskerGoes) {
  protocol::Channel channel = connect_to(house_);
  ask_until_the_key_is_made(channel);
  channel = protocol::Channel(UniqueFd());
  EXPECT_TRUE(becomes([this] { return is_clean(); }));
  house_.sandbox().set_fault("ca", "none");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
}

TEST_F(EphemeralKeys, AreDestroyedWhenTheCaRefuses) {
  house_.sandbox().set_fault("ca", "500");
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("CaUnavailable"));
  EXPECT_TRUE(becomes([this] { return is_clean(); }));
}

TEST_F(EphemeralKeys, GoWithTheProcessThatHoldsThem) {
  protocol::Channel channel = connect_to(house_);
  ask_until_the_key_is_made(channel);
  const auto holding = modules();
  ASSERT_EQ(holding.size(), 1U);
  ASSERT_EQ(::kill(holding[0], SIGKILL), 0);
  house_.sandbox().set_fault("ca", "none");
  const auto answer = receive_answer(channel);
  EXPECT_THAT(answer.bytes,
              AllOf(AnyOf(HasSubstr("WorkerFailed"), HasSubstr("CaUnavailable")), Not(HasSubstr("messageSignature"))))
      << "whichever of the two is missed first";
  ASSERT_TRUE(becomes(
      [&] { return ask(house_, "Sign", sign_digest("bundle")).bytes.find("messageSignature") != std::string::npos; }));
  EXPECT_TRUE(becomes([this] { return is_clean(); }));
}

TEST_F(EphemeralKeys, AreShownAsWhatTheyAre) {
  EXPECT_THAT(house_.run({"signet", "status"}).output,
              AllOf(HasSubstr("identity fleeting (default)"), HasSubstr("ephemeral  a new key for each signature")));
}

}  // namespace
}  // namespace signet::test
