#include "pkcs11/serving/waiting.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "common/unique_fd.h"
#include "pkcs11/link/frames.h"
#include "pkcs11/serving/caller.h"
#include "pkcs11/serving/turn.h"
#include "tests/support/worker.h"

namespace signet::pkcs11 {
namespace {

using std::chrono::milliseconds;

struct Peer {
  UniqueFd ours;
  UniqueFd theirs;
  Peer() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
  /// What the peer has got, after waiting for the first of it as long as that.
  [[nodiscard]] std::string received(milliseconds patience) const {
    pollfd readable{.fd = theirs.get(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(patience.count())) <= 0) return "";
    std::array<char, 64> buffer{};
    const auto size = ::recv(theirs.get(), buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }
};

TEST(WaitingNotices, GoToAPeerWhoseCallLasts) {
  WaitingNotices notices("waiting");
  const Peer peer;
  const auto begun = std::chrono::steady_clock::now();
  notices.begin(0, peer.ours.get());
  EXPECT_EQ(peer.received(std::chrono::seconds(60)), "waiting");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, kNoticeAfter);
  notices.end(0);
}

TEST(WaitingNotices, DoNotGoToAPeerWhoseCallHasEnded) {
  WaitingNotices notices("waiting");
  const Peer quick;
  const Peer slow;
  notices.begin(0, quick.ours.get());
  notices.begin(1, slow.ours.get());
  notices.end(0);
  EXPECT_EQ(slow.received(std::chrono::seconds(60)), "waiting");
  EXPECT_EQ(quick.received(milliseconds(0)), "");
  notices.end(1);
}

TEST(WaitingNotices, GoOutOnceForEachCall) {
  WaitingNotices notices("waiting");
  const Peer first;
  const Peer second;
  notices.begin(0, first.ours.get());
  EXPECT_EQ(first.received(std::chrono::seconds(60)), "waiting");
  notices.begin(1, second.ours.get());
  EXPECT_EQ(second.received(std::chrono::seconds(60)), "waiting");
  EXPECT_EQ(first.received(milliseconds(0)), "");
  notices.end(0);
  notices.end(1);
}

class TurnTest : public ::testing::Test {
 protected:
  TurnTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    keeper_.reset(ends[0]);
    link_.emplace(KeeperLink::make(UniqueFd(ends[1])).value());
  }
  Caller make_caller(std::size_t seat, const Peer& peer) {
    return Caller({.board = board_, .link = *link_, .notices = notices_}, seat, peer.ours.get());
  }

  CallBoard board_ = CallBoard::create().value();
  UniqueFd keeper_;
  std::optional<KeeperLink> link_;
  WaitingNotices notices_{"waiting"};
  Turns turns_;
};

TEST_F(TurnTest, IsSharedByMany) {
  const Peer peer;
  const Caller client = make_caller(0, peer);
  const auto first = turns_.share(client, test::soon());
  const auto second = turns_.share(client, test::soon());
  EXPECT_TRUE(first && second);
}

TEST_F(TurnTest, ThatDoesNotComeEndsAtTheDeadline) {
  const Peer peer;
  const Caller client = make_caller(0, peer);
  const auto first = turns_.alone(client, test::soon());
  ASSERT_TRUE(first);
  const auto second = turns_.share(client, Deadline::after(milliseconds(20)));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Deadline);
  EXPECT_EQ(second.error().what, "the token was at work for somebody else until the deadline");
}

TEST_F(TurnTest, IsGivenUpWhenThePeerGoes) {
  const Peer staying;
  Peer going;
  const Caller first = make_caller(0, staying);
  const Caller second = make_caller(1, going);
  const auto turn = turns_.alone(first, test::soon());
  going.theirs.reset();
  const auto other = turns_.alone(second, test::soon());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::Cancelled);
}

TEST_F(TurnTest, IsKeptByAPeerThatClosesOneDirection) {
  const Peer peer;
  const Caller client = make_caller(0, peer);
  ::shutdown(peer.theirs.get(), SHUT_WR);
  EXPECT_FALSE(client.has_gone());
  ::shutdown(peer.theirs.get(), SHUT_RD);
  EXPECT_TRUE(client.has_gone());
}

TEST_F(TurnTest, ACallWakesASleepingKeeperOnce) {
  const Peer peer;
  Caller client = make_caller(4, peer);
  std::array<std::uint8_t, kMaxFrame> buffer{};
  {
    const Caller::Watched call(client, test::soon());
    EXPECT_TRUE(board_.earliest());
    const auto frame = receive_frame(keeper_.get(), buffer, test::soon());
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->kind, FrameKind::Wake);
  }
  EXPECT_FALSE(board_.earliest());
  const Caller::Watched call(client, test::soon());
  EXPECT_FALSE(receive_frame(keeper_.get(), buffer, Deadline::after(milliseconds(0))));
}

}  // namespace
}  // namespace signet::pkcs11
