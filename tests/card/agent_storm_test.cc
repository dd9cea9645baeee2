// Storms at each door to a card (card_storm.h), asked of the agent: whatever a client hears is a signature or a named
// error, and nothing stays behind in the agent, the keeper or signet's own door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "client/lib/agent_client.h"
#include "tests/card/card_guest.h"
#include "tests/card/card_house.h"
#include "tests/card/card_storm.h"
#include "tests/support/length.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class AgentStorm : public ::testing::Test {
 protected:
  void start(std::string_view module) {
    ours_ = module.empty();
    CardSetup setup;
    setup.keys = {{.slot = 0x9a, .pin_policy = 2}};
    house_.emplace(setup, module);
    house_->use_first_key(R"(["raw"])");
    auto client = client::AgentClient::connect(house_->house().socket());
    ASSERT_TRUE(client) << client.error().sentence();
    client_.emplace(std::move(*client));
    ASSERT_TRUE(ask()) << "before the storm";
  }

  // The agent has checked a signature under the pinned key before it hands it out (D2).
  Result<void> ask() {
    Result<void> outcome = fail(ErrorCode::Bug, "no result came");
    auto asked = client_->sign(
        {.identity = "card",
         .items = {{.object = protocol::DigestContent{digest_of("x")}}},
         .output = protocol::Output::Raw,
         .deadline = milliseconds(2000)},
        [](const protocol::Progress&) {},
        [&](const protocol::ItemResult& result) -> Result<void> {
          outcome = result.failure ? Result<void>(fail(*result.failure)) : Result<void>();
          return {};
        },
        soon());
    if (!asked) outcome = std::move(asked);
    if (!outcome) {
      EXPECT_THAT(outcome.error().sentence(), HasSubstr("card")) << "it names the token";
    }
    return outcome;
  }

  void run_rounds(int rounds, std::function<void(int)> breaks, std::function<void()> mends) {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    run_storm({.name = std::string(test->test_suite_name()) + "." + test->name(),
               .rounds = rounds,
               .breaks = std::move(breaks),
               .mends = std::move(mends),
               .asks = [this] { return ask(); },
               .watched = {{.name = "agent", .pid = [this] { return house_->house().agent().pid(); }},
                           {.name = "keeper", .pid = [this] { return house_->keeper(); }},
                           {.name = "child", .pid = [this] { return house_->child(); }, .ours = ours_}}},
              card());
  }
  VirtualCard& card() { return house_->card(); }

  void run_removals(int rounds) {
    run_rounds(
        rounds, [this](int round) { round % 2 == 0 ? card().pull() : card().remove_at_apdu(1); },
        [this] { card().insert(); });
  }

 private:
  std::optional<CardHouse> house_;
  std::optional<client::AgentClient> client_;
  bool ours_ = true;
};

TEST_F(AgentStorm, OfRemovals) {
  start("");
  run_removals(length(8, 200));
}

TEST_F(AgentStorm, OfPcscdRestarts) {
  start("");
  run_rounds(length(2, 20), [this](int) { card().stop_pcscd(); }, [this] { card().start_pcscd(); });
}

TEST_F(AgentStorm, OfProgramsThatTakeTheReader) {
  start("");
  std::optional<CardGuest> guest;
  run_rounds(
      length(2, 20),
      [&](int) {
        card().remove();
        card().insert();
        if (!guest) guest.emplace(card());
        for (const Deadline deadline = soon(); guest->try_exclusive() != "done";) ASSERT_FALSE(deadline.passed());
      },
      [&] { guest->release(); });
}

TEST_F(AgentStorm, OfRemovalsBehindYkcs11) {
  start(kYkcs11);
  run_removals(length(4, 40));
}

// To the agent a module that hangs is one that waits for a finger; a third one within a minute would pause this program
// (D13). From then on the card is pulled in a way that OpenSC survives.
TEST_F(AgentStorm, OfRemovalsBehindOpenSc) {
  start(kOpenSc);
  run_rounds(
      length(4, 20), [this](int round) { round <= 2 ? card().pull() : card().remove(); }, [this] { card().insert(); });
}

}  // namespace
}  // namespace signet::test
