// Asking for a PIN by pinentry: the program signet-pin-entry, which the agent starts, and which hands the PIN to the
// keeper over a socket that nobody here reads.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::agent {

struct PinEntryCommand {
  std::filesystem::path program;                     ///< signet-pin-entry
  std::filesystem::path pinentry;                    ///< absolute; empty: there is none
  std::map<std::string, std::string> environment{};  ///< the whole of it, for both
};

/// The command with what pinentry needs of our environment: where a desktop is, or a terminal (GPG_TTY).
///
/// @param pinentry  as configured; empty: the first "pinentry" in PATH
[[nodiscard]] PinEntryCommand pin_entry_command(std::filesystem::path program, const std::filesystem::path& pinentry);

/// Asks once. When the coroutine is cancelled, or the deadline passes, the question is withdrawn.
///
/// @param description  for which token and what, safe to show
/// @param hand_over    gets the keeper's end, once a PIN lies in it
/// @error PinRequired   the person cancelled it, or entered nothing in time
/// @error WorkerFailed  there is no pinentry, or it cannot ask: another way may
/// @error Cancelled
Awaitable<Result<void>> ask_by_pinentry(boost::asio::any_io_executor executor, PinEntryCommand command,
                                        std::string description, std::function<Result<void>(UniqueFd)> hand_over,
                                        Deadline deadline);

}  // namespace signet::agent
