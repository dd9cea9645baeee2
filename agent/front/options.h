// The command line of signet-agent.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "common/error.h"

namespace signet::agent {

struct Options {
  std::optional<std::filesystem::path> config{};
  std::optional<std::filesystem::path> socket{};
  std::optional<std::filesystem::path> state{};
  std::optional<int> ready_fd{};
  bool help = false;
  bool version = false;
  bool json = false;  ///< with version
};

/// Reads the arguments after the program's name.
///
/// @error InvalidRequest  an unknown, repeated or incomplete option, or an operand
[[nodiscard]] Result<Options> parse_options(std::span<const std::string_view> arguments);

/// The text of --help.
[[nodiscard]] std::string_view help_text();

}  // namespace signet::agent
