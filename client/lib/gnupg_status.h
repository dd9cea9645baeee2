// The status lines that git reads from a signing program (GnuPG's doc/DETAILS, "Format of the status output").
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::client {

/// A descriptor for status lines; without one (-1) lines go nowhere.
class GnupgStatus {
 public:
  explicit GnupgStatus(int fd = -1) : fd_(fd) {}

  /// Writes "[GNUPG:] <line>" and a line end.
  ///
  /// @error Cancelled  the descriptor cannot be written
  [[nodiscard]] Result<void> line(std::string_view line) const;

 private:
  int fd_;
};

/// A user id as one field: never empty (git would take the next line for a part of it), control characters and '%' as
/// %XX; what else is not safe to show is made so (display_text()).
[[nodiscard]] std::string escape_user_id(std::string_view uid);

/// Reads a descriptor's number, as it stands behind --status-fd, and makes sure that it is open.
///
/// @error InvalidRequest  no number, or no open descriptor
[[nodiscard]] Result<int> parse_status_fd(std::string_view text);

}  // namespace signet::client
