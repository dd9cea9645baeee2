// An error as a person reads it: what happened, to what, what next.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::client {

/// "signet: KeyNotFound: … (…)\n  next: …\n", everything made safe to show.
///
/// @param program  the name that stands before the colon
[[nodiscard]] std::string explain(std::string_view program, const Error& error);

/// Writes to stderr, whole, without stdio. Failures have nowhere to go and are ignored.
void write_stderr(std::string_view text);

/// Writes everything to a descriptor.
///
/// @error Cancelled  the reader has gone or the medium is full; the message says why
[[nodiscard]] Result<void> write_all(int fd, std::string_view text);

}  // namespace signet::client
