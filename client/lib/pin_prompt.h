// Asking the person at the terminal for a token's PIN, and handing it to the agent's keeper. The PIN lies in one locked
// page, and nowhere else in this process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "client/lib/terminal.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::client {

struct PinWish {
  std::string token;                    ///< as the configuration calls it
  std::string text;                     ///< for which token and what; made safe to show here
  std::optional<std::int64_t> tries{};  ///< at 1 the person has to insist, in words
};

/// Asks and hands in.
///
/// @param socket   the agent's
/// @param watched, still_wanted  as Terminal::ask()
/// @error as Terminal::open(), Terminal::ask() and AgentClient::enter_pin()
/// @error PinLocked  the token has one try left, and the person did not insist
[[nodiscard]] Result<Asked> ask_for_pin(const std::filesystem::path& socket, const PinWish& wish, int watched,
                                        Deadline deadline, const StillWanted& still_wanted = {});

}  // namespace signet::client
