// The command line of signet-sandbox.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/error.h"
#include "sandbox/offer.h"

namespace signet::sandbox {

enum class Command : std::uint8_t { Help, Version, Serve, Token, Fault, Counters };

struct Options {
  Command command = Command::Help;
  std::filesystem::path folder{};       ///< --dir
  int ready_fd = -1;                    ///< serve: --ready-fd
  Offer offer{};                        ///< serve: --rekor, --logs, --timestamp-authorities, --selector
  std::string email{};                  ///< token: --email
  std::chrono::seconds lifetime{3600};  ///< token: --lifetime
  std::filesystem::path out{};          ///< token: --out; empty: standard output
  std::string service{};                ///< fault: first word
  std::string mode{};                   ///< fault: second word
  std::optional<std::int64_t> count{};  ///< fault: --count
};

/// @param arguments  without the program's name
/// @error InvalidRequest  the message says which word; the remedy names --help
[[nodiscard]] Result<Options> parse_options(std::span<char* const> arguments);

/// "90", "90s", "30m", "24h": one second to seven days.
///
/// @error InvalidRequest  anything else
[[nodiscard]] Result<std::chrono::seconds> parse_lifetime(std::string_view text);

/// What --help prints.
[[nodiscard]] std::string_view help_text();

}  // namespace signet::sandbox
