#include "protocol/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "protocol/limits.h"

namespace signet::protocol {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  const std::string& text = path.native();
  sockaddr_un address{};
  // unix(7): 108 bytes with the final NUL. A longer path would be cut and reach another file.
  if (text.empty() || text.size() >= sizeof(address.sun_path) || text.find('\0') != std::string::npos) {
    return fail(ErrorCode::InvalidRequest,
                "the socket path " + display_text(text) + " has " + std::to_string(text.size()) +
                    " bytes; a socket's path has 1 to 107",
                "choose a shorter path");
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

// connect() on a stream socket of this family waits while the listener's backlog is full, for as long as SO_SNDTIMEO
// says.
Result<void> limit_connect(int socket, Deadline deadline) {
  const auto left = deadline.remaining() + std::chrono::milliseconds(1);  // zero would mean: wait for ever
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  timeval time{};
  time.tv_sec = static_cast<time_t>(seconds.count());
  time.tv_usec = static_cast<suseconds_t>(std::chrono::microseconds(left - seconds).count());
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) == 0) return {};
  return fail(ErrorCode::Bug, "setsockopt(SO_SNDTIMEO): " + errno_text(errno));
}

std::unexpected<Error> peer_closed(std::string_view when) {
  return fail(ErrorCode::Cancelled, "the other end closed the connection " + std::string(when));
}

std::unexpected<Error> late() { return fail(ErrorCode::Deadline, "the other end did not answer in time"); }

}  // namespace

Channel::Channel(UniqueFd socket) : socket_(std::move(socket)), framer_(std::make_unique<Framer>(kMaxMessage)) {}

Result<void> Channel::check_path(const std::filesystem::path& path) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  return {};
}

Result<Channel> Channel::connect(const std::filesystem::path& path, Deadline deadline) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ErrorCode::Bug, "socket(AF_UNIX): " + errno_text(errno));
  if (auto limited = limit_connect(socket.get(), deadline); !limited) return fail(std::move(limited.error()));
  int result = -1;
  do {
    result = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address));
  } while (result != 0 && errno == EINTR && !deadline.passed());
  if (result == 0) return Channel(std::move(socket));
  const std::string name = display_text(path.native());
  if (errno == EAGAIN || errno == EINTR) return fail(ErrorCode::Deadline, "no connection to " + name + " in time");
  return fail(ErrorCode::AgentUnavailable, "nobody answers at " + name + ": " + errno_text(errno));
}

Result<void> Channel::wait(short events, Deadline deadline) {
  std::array<pollfd, 2> watched = {
      {{.fd = socket_.get(), .events = events, .revents = 0}, {.fd = watched_, .events = 0, .revents = 0}}};
  for (;;) {
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(deadline.remaining().count()));
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::Bug, "poll: " + errno_text(errno));
    if (ready > 0 && watched[1].revents != 0) return fail(ErrorCode::Cancelled, "whoever reads the result has gone");
    if (ready > 0) return {};
    if (deadline.passed()) return late();
  }
}

Result<void> Channel::send(std::string_view message, Deadline deadline) {
  for (bool first = true; !message.empty(); first = false) {
    if (!first && deadline.passed()) return late();
    const ssize_t sent = ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      message.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = wait(POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return peer_closed("before it had the whole request");
    }
  }
  return {};
}

Result<std::optional<std::string>> Channel::receive(Deadline deadline) {
  std::array<char, kReadSize> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv(2) fills it
  for (bool first = true;; first = false) {
    if (auto message = framer_->next()) return message;
    // poll(2) with no time left still finds data: who sends a byte now and then would never be given up.
    if (!first && deadline.passed()) return late();
    if (auto ready = wait(POLLIN, deadline); !ready) return fail(std::move(ready.error()));
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count < 0 || (count == 0 && framer_->in_message())) return peer_closed("in the middle of an answer");
    if (count == 0) return std::nullopt;
    auto fed = framer_->feed({buffer.data(), static_cast<std::size_t>(count)});
    if (!fed) return fail(std::move(fed.error()));
  }
}

}  // namespace signet::protocol
