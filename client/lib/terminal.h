// The person at the controlling terminal, asked for one line: wherever standard input and output lead (git keeps both).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "common/error.h"
#include "common/locked_page.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::client {

enum class Asked : std::uint8_t {
  Answered,
  Unneeded,  ///< the answer is wanted no more
};

/// Reads what came, and says whether the answer is still wanted. Signals wait until it returns.
using StillWanted = std::function<bool()>;

enum class Echo : std::uint8_t { On, Off };

class Terminal {
 public:
  /// @error PinRequired  this process has none
  [[nodiscard]] static Result<Terminal> open();

  /// Shows `prompt` and reads a line into `answer`, without its end. What was typed before is thrown away, and so is
  /// what was typed of an answer that is wanted no more. The terminal is as it was before when this returns, and also
  /// where a signal ends or stops this process meanwhile.
  ///
  /// @param prompt        safe to show
  /// @param limit         the longest line, less than a page
  /// @param watched       a descriptor; -1: none
  /// @param still_wanted  called whenever there is something to read from `watched`
  /// @error PinRequired    the person gave up (end of input, or an empty line), this program is in the background of
  /// the
  ///                       terminal, or the terminal cannot be used
  /// @error LimitExceeded  the line is too long
  /// @error Deadline       none came in time
  [[nodiscard]] Result<Asked> ask(std::string_view prompt, Echo echo, LockedPage& answer, std::size_t limit,
                                  int watched, Deadline deadline, const StillWanted& still_wanted = {});

  /// Shows text as it is.
  void show(std::string_view text) const;

 private:
  explicit Terminal(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace signet::client
