// What a keeper (signet-token) tells the agent over their control socket, which is of type SOCK_SEQPACKET: one note is
// one packet.
//
//   0x01               the process that serves org.signet.Token has been started
//   0x02, a sentence   it ended, and is not started again at once; why, in UTF-8, at most 500 characters
//   0x03               the token has taken the PIN that this keeper read
//
// The agent sends nothing; the end of the socket is the end of either process.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::protocol {

/// Longer than any note.
inline constexpr std::size_t kMaxKeeperNote = 2048;

struct KeeperNote {
  std::optional<std::string> trouble{};
  bool pin_taken = false;  ///< neither: started
  /// A sentence that is too long is cut.
  [[nodiscard]] std::string encode() const;
};

/// Reads one packet; the sentence is made safe to show.
///
/// @error InvalidRequest  it is no note
[[nodiscard]] Result<KeeperNote> parse_keeper_note(std::string_view packet);

}  // namespace signet::protocol
