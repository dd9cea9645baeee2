// What the agent and a keeper (signet-token) tell each other over their control socket, which is of type
// SOCK_SEQPACKET: one note or order is one packet.
//
//   keeper -> agent
//     0x01              the process that serves org.signet.Token has been started
//     0x02, a sentence  it ended, and is not started again at once; why, in UTF-8, at most 500 characters
//     0x03              the token has taken the PIN that this keeper read from its file
//     0x04              a person's PIN was handed in: it can be tried
//     0x05              the PIN is forgotten: the token refused it; or, for one that a person entered, nobody knows
//                       whether it did
//     0x06              the PIN is forgotten, as the agent ordered; the process that may have been logged in has ended
//   agent -> keeper
//     0x01              with one descriptor (SCM_RIGHTS): a connection over which a person's PIN will come
//                       (pin_record.h). It is the keeper's from now on
//     0x02              forget the PIN
//
// No PIN ever passes over this socket. Its end is the end of either process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::protocol {

/// Longer than any note.
inline constexpr std::size_t kMaxKeeperNote = 2048;

enum class KeeperNews : std::uint8_t {
  Started = 0x01,
  Trouble = 0x02,
  PinTaken = 0x03,
  PinEntered = 0x04,
  PinRefused = 0x05,
  PinForgotten = 0x06,
};

struct KeeperNote {
  KeeperNews news = KeeperNews::Started;
  std::string trouble{};  ///< with Trouble alone: why
  /// A sentence that is too long is cut.
  [[nodiscard]] std::string encode() const;
};

/// Reads one packet; the sentence is made safe to show.
///
/// @error InvalidRequest  it is no note
[[nodiscard]] Result<KeeperNote> parse_keeper_note(std::string_view packet);

enum class KeeperOrder : std::uint8_t {
  TakePin = 0x01,
  ForgetPin = 0x02,
};

[[nodiscard]] std::string encode_keeper_order(KeeperOrder order);

/// Reads one packet without its descriptors.
///
/// @error InvalidRequest  it is no order
[[nodiscard]] Result<KeeperOrder> parse_keeper_order(std::string_view packet);

}  // namespace signet::protocol
