// What is piped into a program, whole.
#pragma once

#include <cstddef>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::client {

/// Reads standard input to its end and keeps at most `limit` bytes of it. The rest is read too and dropped: git writes
/// an object before it looks at the program, and one that stops reading makes it fail with another message than ours.
///
/// @error InvalidRequest  it cannot be read
/// @error LimitExceeded   it is longer
[[nodiscard]] Result<Bytes> read_standard_input(std::size_t limit);

}  // namespace signet::client
