#include "tests/unit/client/stepped_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "protocol/pin_record.h"
#include "tests/unit/client/scripted_agent.h"

namespace signet::test {
namespace {

Deadline soon() { return Deadline::after(std::chrono::seconds(20)); }

}  // namespace

SteppedAgent::SteppedAgent() : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket().c_str(), sizeof(address.sun_path) - 1);
  if (!listener_ || ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener_.get(), 16) != 0) {
    std::abort();
  }
}

protocol::Channel SteppedAgent::next_call(const std::string& method) {
  pollfd comes{.fd = listener_.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&comes, 1, 20'000), 1) << "nobody calls " << method;
  protocol::Channel channel(UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)));
  expect_call(channel, method);
  return channel;
}

void SteppedAgent::expect_call(protocol::Channel& channel, const std::string& method) {
  const auto message = channel.receive(soon());
  EXPECT_THAT(message && *message ? **message : "nothing", ::testing::HasSubstr("org.signet.Agent." + method + "\""));
}

void SteppedAgent::say(protocol::Channel& channel, const std::string& reply) {
  EXPECT_TRUE(channel.send(reply + '\0', soon()));
}

std::string SteppedAgent::take_pin(const std::string& answer) {
  auto channel = next_call("EnterPin");
  say(channel, reply_text(""));
  std::string record = channel.take_rest();
  const auto is_whole = [&record] {
    const std::size_t head = protocol::kPinRecordHead;
    return record.size() >= head && record.size() >= head + static_cast<unsigned char>(record[1]);
  };
  while (!is_whole()) {
    std::array<char, 64> some{};
    pollfd readable{.fd = channel.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, 20'000) != 1) break;
    const ssize_t size = ::recv(channel.fd(), some.data(), some.size(), 0);
    if (size <= 0) break;
    record.append(some.data(), static_cast<std::size_t>(size));
  }
  EXPECT_TRUE(channel.send(answer, soon()));
  return record;
}

}  // namespace signet::test
