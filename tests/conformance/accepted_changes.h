// Golden lists of the changes of one byte that a verification takes, each with its reason (accepted/NAME.txt).
//
// A line is "PART KIND FIRST-LAST REASON": positions in the part's bytes, counted from 0. Lines that begin with "#" are
// for people. Reasons are written by hand; "?" is none.
#pragma once

#include <compare>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace signet::test {

struct AcceptedChange {
  std::string part;
  std::string kind;
  std::size_t position = 0;
  auto operator<=>(const AcceptedChange&) const = default;
};
using AcceptedChanges = std::set<AcceptedChange>;

struct AcceptedList {
  AcceptedChanges changes;
  std::string without_reason;  ///< lines that have none, or cannot be read; empty where all is well
};

/// The list of that name; empty where there is none.
[[nodiscard]] AcceptedList read_accepted_changes(std::string_view name);

/// Writes the list anew, with the reasons that it had; for SIGNET_ACCEPT_GOLDEN=1.
void write_accepted_changes(std::string_view name, const AcceptedChanges& changes);

/// One line for each run of positions, without reasons.
[[nodiscard]] std::string lines_of(const AcceptedChanges& changes);

}  // namespace signet::test
