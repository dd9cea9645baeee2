#include "pkcs11/link/descriptors.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "common/file.h"

namespace signet::pkcs11 {

Result<void> settle_descriptors(int last) {
  for (int fd = 0; fd <= 2; ++fd) {
    // open(2) takes the lowest free number, which is this one: all below are open.
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) {
      return fail(ErrorCode::Bug, "/dev/null cannot be opened: " + errno_text(errno));
    }
  }
  for (int fd = 3; fd <= last; ++fd) {
    // A descriptor that is missing is the business of check_socket().
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 && errno != EBADF) {
      return fail(ErrorCode::Bug, "fcntl(F_SETFD): " + errno_text(errno));
    }
  }
  if (::close_range(static_cast<unsigned>(last) + 1, ~0U, 0) != 0) {
    return fail(ErrorCode::Bug, "close_range: " + errno_text(errno));
  }
  return {};
}

Result<void> check_socket(int fd, bool listening) {
  int domain = 0;
  int accepts = 0;
  socklen_t size = sizeof(int);
  const bool is_socket = ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
                         ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0;
  if (is_socket && domain == AF_UNIX && (accepts != 0) == listening) return {};
  return fail(
      ErrorCode::InvalidRequest,
      "descriptor " + std::to_string(fd) + " is not " + (listening ? "a listening" : "a connected") + " AF_UNIX socket",
      "this program is started by another one: see --help");
}

Result<pid_t> peer_process(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0) return peer.pid;
  return fail(ErrorCode::Bug, "SO_PEERCRED: " + errno_text(errno));
}

}  // namespace signet::pkcs11
