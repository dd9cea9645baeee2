#include "agent/flow/pin_prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/services/awaited.h"

namespace signet::agent {
namespace {

TEST(PinPromptText, SaysWhichTokenAndWhatFor) {
  const PinNeed need{.token = "desk", .label = "work", .serial = "0001"};
  EXPECT_EQ(pin_prompt(need, "to sign commit \"x\""),
            "PIN for token desk (label work, serial 0001) to sign commit \"x\"");
}

TEST(PinPromptText, SaysHowManyTriesAreLeft) {
  PinNeed need{.token = "desk", .label = "", .serial = "", .tries = 2, .refused = true};
  EXPECT_EQ(pin_prompt(need, "to sign"),
            "PIN for token desk to sign: the token refused the last one; 2 tries are left");
  need.tries = 1;
  EXPECT_THAT(pin_prompt(need, "to sign"), ::testing::HasSubstr("ONE TRY IS LEFT"));
}

// Nobody would hear it.
TEST(PinAsker, AsksNobodyThroughARequestWithoutProgress) {
  const protocol::Peer peer{.pid = ::getpid()};
  EXPECT_FALSE(ask_through(Report(), peer, "to sign").can_ask());
  const Report unheard([](protocol::Progress) -> Awaitable<void> { co_return; }, false);
  EXPECT_FALSE(ask_through(unheard, peer, "to sign").can_ask());
}

TEST(PinAsker, TellsTheTokenAndTheTries) {
  protocol::Progress told;
  const Report report([&told](protocol::Progress news) -> Awaitable<void> {
    told = std::move(news);
    co_return;
  });
  const PinAsker asker = ask_through(report, protocol::Peer{.pid = ::getpid()}, "to sign");
  boost::asio::io_context loop;
  const PinNeed need{.token = "desk", .label = "", .serial = "", .tries = 3};
  boost::asio::co_spawn(loop, asker.ask(need), [](const std::exception_ptr&) {});
  loop.run();
  EXPECT_EQ(told.kind, protocol::ProgressKind::PinNeeded);
  EXPECT_EQ(told.token, "desk");
  EXPECT_EQ(told.tries, 3);
}

}  // namespace
}  // namespace signet::agent
