// What a program sees five years from here, on a machine without a network.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace signet::test {

/// The program and its arguments in a network namespace of their own, which has none; as they are where nobody may make
/// one.
[[nodiscard]] std::vector<std::string> without_network(std::vector<std::string> arguments);

/// The environment in which every clock of a program, and of those that it starts, is five years ahead. Not under a
/// sanitizer, which wants to stand before the C library itself.
[[nodiscard]] std::map<std::string, std::string> years_later();

}  // namespace signet::test
