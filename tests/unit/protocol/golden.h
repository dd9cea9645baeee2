// Golden files: the wire form of every message as it was accepted once (tests/golden/<interface>/<message>-v1.json).
#pragma once

#include <string>
#include <string_view>

namespace signet::test {

/// What the file of that name holds, without its last line end; nothing in it where there is none. A run with
/// SIGNET_ACCEPT_GOLDEN=1 writes `made` into the file first, and shows up in `git diff`; a normal run only reads.
[[nodiscard]] std::string golden(std::string_view interface, std::string_view message, std::string_view made);

}  // namespace signet::test
