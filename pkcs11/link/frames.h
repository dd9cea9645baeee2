// The private link between the keeper (signet-token) and its child (signet-module).
//
// It is one AF_UNIX socketpair of type SOCK_SEQPACKET: the kernel keeps the frames apart. A frame is one byte that says
// what it is, then its content:
//
//   child -> keeper   Wake         0x01  -                 a module call has begun and the keeper sleeps (call_board.h)
//                     PinWanted    0x02  -                 answered by exactly one of the last four
//                     PinAccepted  0x03  -                 the token took the PIN that was handed out last
//                     PinRefused   0x04  -                 the token did not; the keeper forgets it
//                     PinUnused    0x05  -                 it was not needed after all
//                     PinUnclear   0x06  -                 the login failed and the module does not say whether for the
//                                                          PIN
//                     PinGone      0x07  -                 the login failed because the token is not there
//                     LastTry      0x08  -                 PinWanted for the token's last try: answered as that is
//   keeper -> child   PinIs        0x10  1 to 255 bytes    the PIN; the receiver keeps it in locked memory
//                     PinUnknown   0x11  a sentence, UTF-8 why there is none
//                     PinForgotten 0x12  a sentence, UTF-8 it was refused, or nobody knows whether it was
//                     PinWithheld  0x13  -                 nobody insisted on the last try
//
// Frames are 1 to 512 bytes. The end of the link is the end of the other process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::pkcs11 {

enum class FrameKind : std::uint8_t {
  Wake = 0x01,
  PinWanted = 0x02,
  PinAccepted = 0x03,
  PinRefused = 0x04,
  PinUnused = 0x05,
  PinUnclear = 0x06,
  PinGone = 0x07,
  LastTry = 0x08,
  PinIs = 0x10,
  PinUnknown = 0x11,
  PinForgotten = 0x12,
  PinWithheld = 0x13,
};

inline constexpr std::size_t kMaxFrame = 512;
/// Longer than any token takes (PKCS#11 tokens report at most 255 in ulMaxPinLen).
inline constexpr std::size_t kMaxPin = 255;

/// A frame that was received; `content` lies in the receiver's buffer.
struct Frame {
  FrameKind kind{};
  ByteView content{};
};

/// Sends one frame without waiting: the other end reads at once, or it is broken.
///
/// @error WorkerFailed  the other end has gone, or does not read
/// @error Bug           `content` is too long
[[nodiscard]] Result<void> send_frame(int link, FrameKind kind, ByteView content = {});

/// Receives one frame into `buffer`, which a PIN may pass through.
///
/// @param buffer  at least kMaxFrame bytes
/// @error WorkerFailed  the other end has gone, or sent what is no frame
/// @error Deadline      none came in time
[[nodiscard]] Result<Frame> receive_frame(int link, std::span<std::uint8_t> buffer, Deadline deadline);

}  // namespace signet::pkcs11
