// A PIV card behind the whole of signet, through its own door: a key made in a slot, a commit signed with it, the card
// listed while a finger is awaited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "json/reader.h"
#include "tests/card/card_house.h"

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
    house_.folder().write("home/.gitconfig", "[user]\nsigningKey = signet:card\n");
    card_house_.use_key(*reply->as_object()->find("key")->as_object(), R"(["git", "blob"])");
  }

  static CardSetup empty_card() {
    CardSetup setup;
    setup.keys.clear();
    return setup;
  }

  CardHouse card_house_{empty_card()};
  VirtualCard& card_ = card_house_.card();
  Household& house_ = card_house_.house();
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
  card_.set_touch(std::chrono::seconds(14));
  const std::string text = "second\n";
  const auto second = house_.folder().write("second", text);
  Process waiting(ProcessOptions{.arguments = {program("signet"), "sign", "--identity", "card", second.string()},
                                 .environment = house_.environment()});
  const auto asked = card_.count_signatures();
  for (const Deadline deadline = Deadline::after(std::chrono::minutes(1));
       card_.count_signatures() == asked && !deadline.passed();) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::vector<std::chrono::microseconds> times;
  for (int i = 0; i < 20; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    const auto listed = house_.run({"signet", "key", "list"});
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun));
    ASSERT_EQ(listed.status, 0) << listed.errors;
    ASSERT_THAT(listed.output, AllOf(HasSubstr("digital signature (slot 9c)"), HasSubstr("maintainer")));
  }
  std::ranges::sort(times);
  std::printf("20 times `signet key list` while a finger is awaited: median %.1f ms, worst %.1f ms\n",
              static_cast<double>(times[times.size() / 2].count()) / 1000,
              static_cast<double>(times.back().count()) / 1000);
  EXPECT_LE(times.back(), std::chrono::seconds(2)) << "it waits for nobody's finger";
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

// A door to the card and the kind of key behind it.
using DoorAndKind = std::tuple<std::string_view, std::string_view>;
class CardAgent : public ::testing::TestWithParam<DoorAndKind> {};
INSTANTIATE_TEST_SUITE_P(Each, CardAgent,
                         ::testing::Combine(::testing::Values("", kYkcs11, kOpenSc),
                                            ::testing::Values("p256", "p384")));

TEST_P(CardAgent, SignsAFileThatVerifies) {
  const auto& [module, algorithm] = GetParam();
  CardSetup setup;
  setup.keys = {{.slot = 0x9a, .algorithm = std::string(algorithm), .pin_policy = 2}};
  CardHouse house(setup, module);
  house.use_first_key(R"(["blob"])");
  const auto file = house.house().folder().write("app", "an application\n");
  const auto made = house.house().run({"signet", "sign", "--identity", "card", file.string()});
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto verified = house.house().run({"signet", "verify", file.string()});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  EXPECT_EQ(house.card().count_wrong_pins(), 0);
}

}  // namespace
}  // namespace signet::test
