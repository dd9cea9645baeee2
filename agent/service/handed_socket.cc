#include "agent/service/handed_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "agent/service/variable.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

// The number of the first one is part of the protocol (SD_LISTEN_FDS_START).
constexpr int kFirst = 3;
constexpr std::string_view kName = "varlink";

std::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::InvalidRequest, "socket activation: " + std::move(what),
              "look at the socket unit: one ListenStream=, FileDescriptorName=varlink, Accept=no");
}

Result<void> check_names(const ListenVariables& variables) {
  const auto count = parse_number("LISTEN_FDS", *variables.fds);
  if (!count) return fail(count.error());
  if (*count != 1) return refuse(std::to_string(*count) + " descriptors were handed over; signet-agent serves one");
  if (!variables.names || *variables.names == kName) return {};
  return refuse("the descriptor is named \"" + display_text(*variables.names, 60) + "\", not \"" + std::string(kName) +
                "\"");
}

int option_of(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof(value);
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

// An abstract address begins with a NUL: it has no permissions, and anybody may take it first.
Result<std::filesystem::path> path_of(int fd) {
  sockaddr_un address{};
  socklen_t size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return refuse("getsockname: " + errno_text(errno));
  }
  const std::string_view room(address.sun_path, size - offsetof(sockaddr_un, sun_path));
  std::filesystem::path path = std::string(room.substr(0, room.find('\0')));
  if (!path.is_absolute()) return refuse("the socket is not bound to an absolute path");
  return path;
}

}  // namespace

ListenVariables take_listen_variables() {
  return {
      .pid = take_variable("LISTEN_PID"), .fds = take_variable("LISTEN_FDS"), .names = take_variable("LISTEN_FDNAMES")};
}

Result<std::optional<HandedSocket>> take_handed_socket(const ListenVariables& variables, pid_t self) {
  if (!variables.pid || !variables.fds) return std::nullopt;
  const auto meant = parse_number("LISTEN_PID", *variables.pid);
  if (!meant) return fail(meant.error());
  if (*meant != static_cast<std::uint64_t>(self)) return std::nullopt;
  if (auto named = check_names(variables); !named) return fail(std::move(named.error()));
  if (option_of(kFirst, SO_DOMAIN) != AF_UNIX || option_of(kFirst, SO_TYPE) != SOCK_STREAM ||
      option_of(kFirst, SO_ACCEPTCONN) != 1) {
    return refuse("descriptor 3 is no listening AF_UNIX stream socket");
  }
  auto path = path_of(kFirst);
  if (!path) return fail(std::move(path.error()));
  const int flags = ::fcntl(kFirst, F_GETFL);
  if (flags < 0 || ::fcntl(kFirst, F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(kFirst, F_SETFD, FD_CLOEXEC) != 0) {
    return refuse("fcntl: " + errno_text(errno));
  }
  return HandedSocket{.fd = UniqueFd(kFirst), .path = std::move(*path)};
}

}  // namespace signet::agent
