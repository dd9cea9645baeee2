#include "protocol/channel.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "protocol/limits.h"
#include "tests/support/temporary_folder.h"

namespace signet::protocol {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;

struct Pair {
  Channel ours;
  UniqueFd theirs;
};

Pair make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  return {Channel(UniqueFd(ends[0])), UniqueFd(ends[1])};
}

void write(const UniqueFd& fd, std::string_view text) {
  ASSERT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(Channel, YieldsMessagesAndThenTheEnd) {
  Pair pair = make_pair();
  write(pair.theirs, "one\0two\0"s);
  pair.theirs.reset();
  const Deadline deadline = Deadline::after(20s);
  EXPECT_EQ(pair.ours.receive(deadline).value(), "one");
  EXPECT_EQ(pair.ours.receive(deadline).value(), "two");
  EXPECT_EQ(pair.ours.receive(deadline).value(), std::nullopt);
}

TEST(Channel, NamesAPeerThatClosesInTheMiddleOfAMessage) {
  Pair pair = make_pair();
  write(pair.theirs, "one\0tw"s);
  pair.theirs.reset();
  const Deadline deadline = Deadline::after(20s);
  EXPECT_EQ(pair.ours.receive(deadline).value(), "one");
  const auto torn = pair.ours.receive(deadline);
  ASSERT_FALSE(torn);
  EXPECT_EQ(torn.error().code, ErrorCode::Cancelled);
}

TEST(Channel, GivesUpAtTheDeadline) {
  Pair pair = make_pair();
  const auto late = pair.ours.receive(Deadline::after(20ms));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Deadline);
  const auto unread = pair.ours.send(std::string(8 << 20, 'x'), Deadline::after(20ms));
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code, ErrorCode::Deadline);
}

// A server that sends a byte now and then must not hold a client for ever.
TEST(Channel, GivesUpAtTheDeadlineAlsoWhileBytesCome) {
  Pair pair = make_pair();
  std::atomic<bool> stop = false;
  std::thread trickle([&pair, &stop] {
    while (!stop && ::send(pair.theirs.get(), "x", 1, MSG_NOSIGNAL) == 1) ::usleep(100);
  });
  const auto late = pair.ours.receive(Deadline::after(200ms));
  stop = true;
  trickle.join();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::Deadline);
}

TEST(Channel, SurvivesAPeerThatHasGone) {
  Pair pair = make_pair();
  pair.theirs.reset();
  const auto sent = pair.ours.send("x\0"s, Deadline::after(20s));  // SIGPIPE would end this program
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Cancelled);
}

TEST(Channel, RefusesAMessageOverTheLimit) {
  Pair pair = make_pair();
  ASSERT_EQ(::fcntl(pair.theirs.get(), F_SETFL, O_NONBLOCK), 0);
  const std::string block(64 * 1024, 'x');
  std::optional<Error> refused;
  for (std::size_t sent = 0; !refused && sent <= kMaxMessage + block.size(); sent += block.size()) {
    write(pair.theirs, block);
    const auto none = pair.ours.receive(Deadline::after(0ms));
    ASSERT_FALSE(none);
    if (none.error().code != ErrorCode::Deadline) refused = none.error();
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::LimitExceeded);
}

TEST(Channel, EndsWhenTheWatchedDescriptorHangsUp) {
  Pair pair = make_pair();
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(::pipe2(pipe_ends.data(), O_CLOEXEC), 0);
  UniqueFd reader(pipe_ends[0]);
  const UniqueFd writer(pipe_ends[1]);
  pair.ours.watch(writer.get());
  EXPECT_EQ(pair.ours.receive(Deadline::after(20ms)).error().code, ErrorCode::Deadline) << "the reader is still there";
  reader.reset();
  EXPECT_EQ(pair.ours.receive(Deadline::after(20s)).error().code, ErrorCode::Cancelled);
}

TEST(Channel, ConnectsToAPathOf107BytesAndRefusesOneMore) {
  const test::TemporaryFolder folder;
  const std::string stem = folder.path().native() + "/";
  const std::string fits = stem + std::string(107 - stem.size(), 's');
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, fits.data(), fits.size());
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_TRUE(Channel::connect(fits, Deadline::after(20s)));
  const auto refused = Channel::connect(fits + "s", Deadline::after(20s));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(refused.error().what, HasSubstr("108 bytes; a socket's path has 1 to 107"));
  EXPECT_EQ(Channel::connect("", Deadline::after(20s)).error().code, ErrorCode::InvalidRequest);
}

TEST(Channel, GivesUpOnAListenerThatAcceptsNobody) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder / "full.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  const auto first = Channel::connect(path, Deadline::after(20s));
  EXPECT_TRUE(first);
  const auto second = Channel::connect(path, Deadline::after(30ms));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Deadline);
}

TEST(Channel, NamesThePathWhereNobodyListens) {
  const test::TemporaryFolder folder;
  const auto none = Channel::connect(folder / "none.sock", Deadline::after(20s));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::AgentUnavailable);
  EXPECT_THAT(none.error().what, HasSubstr((folder / "none.sock").native()));
}

}  // namespace
}  // namespace signet::protocol
