#include "tests/card/vpcd_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <thread>

#include "common/time.h"

namespace signet::test {

std::optional<VpcdLink> VpcdLink::insert(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const auto deadline = Deadline::after(std::chrono::minutes(1)); !deadline.passed();) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      return VpcdLink(std::move(socket));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return std::nullopt;
}

// The driver sends length and body apart. Without a quick acknowledgement of the first the second waits 40 ms for it,
// and the kernel takes the option back by itself.
bool VpcdLink::receive_all(std::span<std::uint8_t> buffer) const {
  while (!buffer.empty()) {
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    buffer = buffer.subspan(static_cast<std::size_t>(size));
  }
  return true;
}

std::optional<Bytes> VpcdLink::receive() const {
  std::array<std::uint8_t, 2> length{};
  if (!receive_all(length)) return std::nullopt;
  Bytes message(static_cast<std::size_t>(length[0] << 8 | length[1]));
  if (!receive_all(message)) return std::nullopt;
  return message;
}

bool VpcdLink::send(ByteView message) const {
  Bytes whole = {static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size())};
  append(whole, message);
  return ::send(socket_.get(), whole.data(), whole.size(), MSG_NOSIGNAL) == std::ssize(whole);
}

}  // namespace signet::test
