#include "pkcs11/serving/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "common/file.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/serving/service.h"
#include "protocol/peer.h"

namespace signet::pkcs11 {
namespace {

/// How soon a free seat is noticed while all are taken.
constexpr int kFullPause = 50;

class Seats {
 public:
  [[nodiscard]] std::optional<std::size_t> take() {
    for (std::size_t seat = 0; seat < taken_.size(); ++seat) {
      if (!taken_.at(seat).exchange(true)) return seat;
    }
    return std::nullopt;
  }
  void give_back(std::size_t seat) { taken_.at(seat) = false; }

 private:
  std::array<std::atomic<bool>, kSeats> taken_{};
};

bool is_transient(int error) {
  return error == EAGAIN || error == EINTR || error == ECONNABORTED || error == EMFILE || error == ENFILE ||
         error == ENOBUFS || error == ENOMEM;
}

// A signature that the agent did not ask for has no line in its audit log: another program of the same user finds the
// socket, but no answer.
bool is_client(const UniqueFd& socket, pid_t client) {
  const auto uid = protocol::peer_uid(socket.get());
  const auto pid = peer_process(socket.get());
  return uid && *uid == ::geteuid() && pid && *pid == client;
}

void serve_on_thread(UniqueFd socket, KeyStore& store, Surroundings surroundings, const std::shared_ptr<Seats>& seats,
                     std::size_t seat) {
  try {
    std::thread([socket = std::move(socket), &store, surroundings, seats, seat]() mutable {
      serve_connection(std::move(socket), store, surroundings, seat);
      seats->give_back(seat);
    }).detach();
  } catch (const std::system_error&) {  // no more threads: the connection is closed
    seats->give_back(seat);
  }
}

}  // namespace

Result<void> serve(const UniqueFd& listener, KeyStore& store, Surroundings surroundings, pid_t client) {
  const auto seats = std::make_shared<Seats>();
  std::optional<std::size_t> seat;
  for (;;) {
    if (!seat) seat = seats->take();
    // The link is watched for its end alone: what comes over it is read by whoever asked for it.
    std::array<pollfd, 2> events = {{{.fd = surroundings.link.fd(), .events = 0, .revents = 0},
                                     {.fd = seat ? listener.get() : -1, .events = POLLIN, .revents = 0}}};
    if (::poll(events.data(), events.size(), seat ? -1 : kFullPause) < 0 && errno != EINTR) {
      return fail(ErrorCode::Bug, "poll: " + errno_text(errno));
    }
    if (events[0].revents != 0) return {};
    if ((events[1].revents & POLLIN) == 0) continue;
    UniqueFd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket && !is_transient(errno)) return fail(ErrorCode::Bug, "accept: " + errno_text(errno));
    if (!socket || !is_client(socket, client)) continue;
    serve_on_thread(std::move(socket), store, surroundings, seats, *std::exchange(seat, std::nullopt));
  }
}

}  // namespace signet::pkcs11
