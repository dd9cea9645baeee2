#include "agent/service/handed_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/service/variable.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

// The number of the first one is part of the protocol (SD_LISTEN_FDS_START).
constexpr int kFirst = 3;
constexpr std::string_view kVarlink = "varlink";
constexpr std::string_view kSsh = "ssh";
constexpr std::size_t kMost = 2;

std::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::InvalidRequest, "socket activation: " + std::move(what),
              "look at the socket units: one ListenStream= each, FileDescriptorName=varlink or ssh, Accept=no");
}

std::vector<std::string_view> split(std::string_view names) {
  std::vector<std::string_view> all;
  for (;;) {
    const auto colon = names.find(':');
    all.push_back(names.substr(0, colon));
    if (colon == std::string_view::npos) return all;
    names.remove_prefix(colon + 1);
  }
}

// One for each descriptor, in order; views into the variables.
Result<std::vector<std::string_view>> names_of(const ListenVariables& variables) {
  const auto count = parse_number("LISTEN_FDS", *variables.fds);
  if (!count) return fail(count.error());
  const std::string handed = std::to_string(*count) + " descriptors were handed over";
  if (*count == 0 || *count > kMost) return refuse(handed + "; signet-agent serves one or two");
  if (!variables.names && *count == 1) return std::vector{kVarlink};
  if (!variables.names) return refuse(handed + ", and none has a name");
  auto names = split(*variables.names);
  if (names.size() != *count) return refuse(handed + ", and LISTEN_FDNAMES names " + std::to_string(names.size()));
  for (const std::string_view name : names) {
    if (name == kVarlink || name == kSsh) continue;
    return refuse("a descriptor is named \"" + display_text(name, 60) + "\", which is neither \"" +
                  std::string(kVarlink) + "\" nor \"" + std::string(kSsh) + "\"");
  }
  if (names.size() == kMost && names[0] == names[1]) return refuse("two descriptors have one name");
  return names;
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

Result<HandedSocket> take_over(int fd) {
  if (option_of(fd, SO_DOMAIN) != AF_UNIX || option_of(fd, SO_TYPE) != SOCK_STREAM ||
      option_of(fd, SO_ACCEPTCONN) != 1) {
    return refuse("descriptor " + std::to_string(fd) + " is no listening AF_UNIX stream socket");
  }
  auto path = path_of(fd);
  if (!path) return fail(std::move(path.error()));
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return refuse("fcntl: " + errno_text(errno));
  }
  return HandedSocket{.fd = UniqueFd(fd), .path = std::move(*path)};
}

}  // namespace

ListenVariables take_listen_variables() {
  return {
      .pid = take_variable("LISTEN_PID"), .fds = take_variable("LISTEN_FDS"), .names = take_variable("LISTEN_FDNAMES")};
}

Result<HandedSockets> take_handed_sockets(const ListenVariables& variables, pid_t self) {
  HandedSockets sockets;
  if (!variables.pid || !variables.fds) return sockets;
  const auto meant = parse_number("LISTEN_PID", *variables.pid);
  if (!meant) return fail(meant.error());
  if (*meant != static_cast<std::uint64_t>(self)) return sockets;
  const auto names = names_of(variables);
  if (!names) return fail(names.error());
  for (std::size_t i = 0; i < names->size(); ++i) {
    auto socket = take_over(kFirst + static_cast<int>(i));
    if (!socket) return fail(std::move(socket.error()));
    ((*names)[i] == kSsh ? sockets.ssh : sockets.varlink) = std::move(*socket);
  }
  return sockets;
}

}  // namespace signet::agent
