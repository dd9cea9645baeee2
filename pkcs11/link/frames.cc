#include "pkcs11/link/frames.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>

#include "common/file.h"

namespace signet::pkcs11 {
namespace {

bool is_kind(std::uint8_t byte) {
  switch (static_cast<FrameKind>(byte)) {
    case FrameKind::Wake:
    case FrameKind::PinWanted:
    case FrameKind::PinAccepted:
    case FrameKind::PinRefused:
    case FrameKind::PinUnused:
    case FrameKind::PinUnclear:
    case FrameKind::PinGone:
    case FrameKind::LastTry:
    case FrameKind::PinIs:
    case FrameKind::PinUnknown:
    case FrameKind::PinForgotten:
    case FrameKind::PinWithheld:
      return true;
  }
  return false;
}

}  // namespace

// Two pieces in one call, so that a PIN is not copied into a buffer that nobody wipes.
Result<void> send_frame(int link, FrameKind kind, ByteView content) {
  if (content.size() + 1 > kMaxFrame) return fail(ErrorCode::Bug, "a frame is too long for the link");
  auto first = static_cast<std::uint8_t>(kind);
  std::array<iovec, 2> pieces = {{{.iov_base = &first, .iov_len = 1},
                                  // sendmsg(2) does not write, but its structure is shared with recvmsg(2)
                                  {.iov_base = const_cast<std::uint8_t*>(content.data()),  // NOLINT
                                   .iov_len = content.size()}}};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  while (::sendmsg(link, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR) return fail(ErrorCode::WorkerFailed, "the other end of the link: " + errno_text(errno));
  }
  return {};
}

Result<Frame> receive_frame(int link, std::span<std::uint8_t> buffer, Deadline deadline) {
  for (;;) {
    pollfd readable{.fd = link, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(deadline.remaining().count()));
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::Bug, "poll: " + errno_text(errno));
    if (ready == 0) return fail(ErrorCode::Deadline, "no frame came over the link in time");
    if (ready < 0) continue;
    const ssize_t size = ::recv(link, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return fail(ErrorCode::WorkerFailed, "the other end of the link has gone");
    const auto length = static_cast<std::size_t>(size);
    if (length > buffer.size() || length > kMaxFrame || !is_kind(buffer[0])) {
      return fail(ErrorCode::WorkerFailed, "the other end of the link sent what is no frame");
    }
    return Frame{.kind = static_cast<FrameKind>(buffer[0]), .content = ByteView(buffer).subspan(1, length - 1)};
  }
}

}  // namespace signet::pkcs11
