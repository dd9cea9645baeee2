#include "client/lib/standard_input.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "common/file.h"

namespace signet::client {

Result<Bytes> read_standard_input(std::size_t limit) {
  Bytes bytes;
  bool too_long = false;
  std::array<std::uint8_t, std::size_t{64} * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2)
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorCode::InvalidRequest, "standard input cannot be read: " + errno_text(errno));
    if (count == 0) break;
    const ByteView read(buffer.data(), static_cast<std::size_t>(count));
    too_long = too_long || bytes.size() + read.size() > limit;
    if (!too_long) append(bytes, read);
  }
  if (!too_long) return bytes;
  return fail(ErrorCode::LimitExceeded, "standard input is larger than " + std::to_string(limit) + " bytes");
}

}  // namespace signet::client
