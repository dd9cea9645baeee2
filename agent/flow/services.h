// Which of an instance's services one signature uses.
#pragma once

#include <string>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/trust/signing_config.h"

namespace signet::agent {

/// Base URLs; the authority's is the full one.
struct Services {
  std::string ca;
  std::string log;
  std::string timestamp_authority;
};

/// Chooses by the signing config's own rules, before anything is asked: an instance without a Rekor v2 log or without a
/// timestamp authority yields nothing that could be verified.
///
/// @error InvalidRequest  a kind of service is missing
/// @error NotBuiltYet     the config demands more than one log entry or timestamp for each signature
[[nodiscard]] Result<Services> choose_services(const sigstore::SigningConfig& config, WallTime now);

}  // namespace signet::agent
