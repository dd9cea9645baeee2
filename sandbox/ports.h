// Where the sandbox listens: ports of 127.0.0.1, chosen once and kept, and the URLs that follow from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/unique_fd.h"

namespace signet::sandbox {

struct Ports {
  std::uint16_t issuer = 0;
  std::uint16_t ca = 0;
  std::uint16_t log = 0;
  std::uint16_t tsa = 0;
  std::uint16_t control = 0;
  std::uint16_t tuf = 0;
  bool operator==(const Ports&) const = default;
};

/// Six ports, those of `kept` where it has some, else ones that are free now, and stay so for as long as `held` lives:
/// nobody else can choose or bind them, except a server that sets SO_REUSEADDR, as ours does. Below the range from
/// which Linux takes ports for outgoing connections, so that they are free again after a restart.
///
/// @error InvalidRequest  no free ports were found
[[nodiscard]] Result<Ports> choose_ports(std::vector<UniqueFd>& held, const Ports& kept = {});

/// The port of the TUF repository may be missing: it is 0 then.
///
/// @error InvalidRequest  the file cannot be read or written, or is not one of ports; the remedy says to remove it
[[nodiscard]] Result<Ports> read_ports(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_ports(const std::filesystem::path& file, const Ports& ports);

/// The URLs of the services, as tokens, trusted root and signing config name them.
struct Endpoints {
  std::string issuer;
  std::string ca;
  std::string log;
  std::string tsa;       ///< of the first one, with its path
  std::string tsa_base;  ///< without it
  std::string control;
  std::string tuf;  ///< base URL of the TUF repository
};
/// What follows the base URL of a timestamp authority.
inline constexpr std::string_view kTimestampPath = "/api/v1/timestamp";
[[nodiscard]] Endpoints endpoints_of(const Ports& ports);

}  // namespace signet::sandbox
