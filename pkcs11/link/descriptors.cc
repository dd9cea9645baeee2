#include "pkcs11/link/descriptors.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "common/file.h"

namespace signet::pkcs11 {
namespace {

// Longer than any order (protocol/keeper_note.h).
constexpr std::size_t kMaxPacket = 64;
constexpr std::size_t kMaxDescriptors = 4;

// Every descriptor that the kernel has put into our table belongs to us now, wanted or not.
std::vector<UniqueFd> descriptors_of(msghdr& message) {
  std::vector<UniqueFd> all;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      all.emplace_back(fd);
    }
  }
  return all;
}

}  // namespace

Result<void> settle_descriptors(int last) {
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

Result<Packet> receive_packet(int fd) {
  std::array<char, kMaxPacket> buffer{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)> room{};
  iovec piece{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  const ssize_t size = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Packet{};
  if (size <= 0) return fail(ErrorCode::WorkerFailed, "the other end of the socket has gone");
  std::vector<UniqueFd> descriptors = descriptors_of(message);
  Packet packet{.bytes = std::string(buffer.data(), static_cast<std::size_t>(size)), .descriptor = {}};
  const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
  if (whole && descriptors.size() == 1) packet.descriptor = std::move(descriptors.front());
  return packet;
}

Result<pid_t> peer_process(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0) return peer.pid;
  return fail(ErrorCode::Bug, "SO_PEERCRED: " + errno_text(errno));
}

}  // namespace signet::pkcs11
