// Which of an instance's services one signature uses, by the signing config's own rules (client specification, "Service
// selection").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/trust/signing_config.h"

namespace signet::sigstore {

/// The API of a log: Rekor's major version.
enum class RekorApi : std::uint8_t { V1 = 1, V2 = 2 };

struct LogChoice {
  std::string url;  ///< base URL
  RekorApi api = RekorApi::V2;
};

/// Where everything goes. Logs are all of one version; services of one list have distinct operators.
struct ServiceChoice {
  std::string ca;                                  ///< base URL
  std::vector<LogChoice> logs;                     ///< at least one
  std::vector<std::string> timestamp_authorities;  ///< full URLs; may be empty beside logs of Rekor v1
};

/// Who is to read the log entry.
enum class EntryReader : std::uint8_t {
  Bundles,  ///< the highest version that the config offers
  Git,      ///< Rekor v1 where it is offered, which gitsign reads (D7), else as for bundles
};

/// Chooses before anything is asked for: what could never be verified is not begun. Rekor v2 tells no time, so that it
/// needs a timestamp authority; Rekor v1 signs the time itself. A list that has services is used as its selector says,
/// needed or not.
///
/// @error InvalidRequest  a list offers nothing that is valid now and of a version known here, or less than is
///                        demanded, or there is no source of time; the message names the list
[[nodiscard]] Result<ServiceChoice> choose_services(const SigningConfig& config, EntryReader reader, WallTime now);

}  // namespace signet::sigstore
