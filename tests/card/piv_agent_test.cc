// A PIV card behind the whole of signet, through its own door: a key made in a slot, a commit signed with it, the card
// listed while a finger is awaited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "common/file.h"
#include "json/reader.h"
#include "tests/card/virtual_card.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PivAgent : public ::testing::Test {
 protected:
  PivAgent() {
    const auto made = house_.run({"signet", "key", "generate", "--token", "card", "--slot", "9c", "--pin", "once",
                                  "--touch", "always", "--json"});
    EXPECT_EQ(made.status, 0) << made.errors;
    EXPECT_THAT(made.errors, HasSubstr("factory's management key"));
    const auto reply = json::parse(made.output);
    if (!reply) std::abort();
    const json::Object& key = *reply->as_object()->find("key")->as_object();
    const auto text = read_file(house_.configuration(), 1U << 20U);
    if (!text) std::abort();
    house_.folder().write("config.toml", *text + "[identity.card]\ninstance = \"sandbox\"\nkey = \"" +
                                             *key.find("uri")->as_string() + "\"\npublic_key = \"" +
                                             *key.find("fingerprint")->as_string() + "\"\nsan = \"" +
                                             std::string(Household::kSan) + "\"\nissuer = \"" + house_.issuer() +
                                             "\"\nuse = [\"git\", \"blob\"]\ntoken = { file = \"id-token\" }\n");
    house_.folder().write("home/.gitconfig", "[user]\nsigningKey = signet:card\n");
    house_.restart_agent();
    card_.forget_apdus();
  }

  static CardSetup empty_card() {
    CardSetup setup;
    setup.keys.clear();
    return setup;
  }
  [[nodiscard]] std::string configuration() const {
    return "[token.card]\nserial = \"12345678\"\npcscd = \"" + card_.environment().at("PCSCLITE_CSOCK_NAME") +
           "\"\npin = { source = \"file\", path = \"" + pin_file_.string() + "\" }\n";
  }

  TemporaryFolder folder_;
  std::filesystem::path pin_file_ = folder_.write("pin", "123456\n");
  VirtualCard card_{empty_card()};
  Household house_{{.extra_configuration = configuration()}};
};

TEST_F(PivAgent, SignsACommitThatVerifies) {
  const auto repository = house_.make_repository("repo");
  const auto git = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    return house_.run(std::move(arguments), repository);
  };
  const auto committed = git({"commit", "-q", "--allow-empty", "-S", "-m", "by a card"});
  ASSERT_EQ(committed.status, 0) << committed.errors;
  EXPECT_EQ(git({"log", "--format=%G? %GS"}).output, "G maintainer@example.test\n");
  EXPECT_EQ(card_.count_signatures(), 2) << "the certificate's proof of possession, and the commit";
  EXPECT_EQ(card_.count_pins(), 1) << "the policy is once";
  EXPECT_EQ(card_.count_wrong_pins(), 0);
}

TEST_F(PivAgent, ListsItsKeysAndLetsAnotherTokenSignWhileAFingerIsAwaited) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto other = house_.folder().write("other", "another\n");
  ASSERT_EQ(house_.run({"signet", "sign", "--identity", "card", app.string()}).status, 0);
  card_.set_touch(std::chrono::seconds(8));
  const std::string text = "second\n";
  const auto second = house_.folder().write("second", text);
  Process waiting(ProcessOptions{.arguments = {program("signet"), "sign", "--identity", "card", second.string()},
                                 .environment = house_.environment()});
  const auto asked = card_.count_signatures();
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
       card_.count_signatures() == asked && !deadline.passed();) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const auto listed = house_.run({"signet", "key", "list"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(HasSubstr("digital signature (slot 9c)"), HasSubstr("maintainer")));
  EXPECT_EQ(house_.run({"signet", "sign", "--identity", "maintainer", other.string()}).status, 0);
  EXPECT_TRUE(waiting.running()) << "and the finger is still awaited";
  card_.press();
  const auto end = waiting.wait(Deadline::after(std::chrono::minutes(1)));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
}

TEST_F(PivAgent, NamesASlotThatIsMissing) {
  const auto refused = house_.run({"signet", "key", "generate", "--token", "card", "--label", "x"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.errors, AllOf(HasSubstr("a key on a PIV card needs its slot"), HasSubstr("--slot 9c")));
}

}  // namespace
}  // namespace signet::test
