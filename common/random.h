// Random bytes from the kernel.
#pragma once

#include "common/bytes.h"

namespace signet {

/// `count` bytes from getrandom(2). Ends the process where the kernel has none: nothing may go on with predictable
/// ones.
[[nodiscard]] Bytes random_bytes(std::size_t count);

}  // namespace signet
