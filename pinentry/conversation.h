// One question to pinentry(1), over the Assuan protocol.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "common/error.h"
#include "common/locked_page.h"

namespace signet::pinentry {

struct Question {
  std::filesystem::path program;  ///< pinentry; it gets this process's environment
  std::string description{};      ///< for which token and what; escaped here
  std::string terminal{};         ///< a terminal of this user's own, for pinentry-curses; empty: none
  std::string terminal_type{};    ///< its TERM
  std::chrono::seconds time{120};
};

/// Asks, and puts what was entered into `pin`. Never from a cache of pinentry's own, which could hold a wrong one.
///
/// @error Cancelled      the person said no, or entered nothing
/// @error Deadline       nobody entered anything in time
/// @error WorkerFailed   pinentry cannot be started, has nowhere to ask, or answers nonsense
/// @error LimitExceeded  what was entered is longer than a PIN
[[nodiscard]] Result<void> ask(const Question& question, LockedPage& pin);

}  // namespace signet::pinentry
