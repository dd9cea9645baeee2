// The signing config: which services to use, and how many of each (protobuf-specs, signing_config.v0.2.json).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "common/time.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

struct Service {
  std::string url;  ///< base URL; a TSA's is the full one
  std::int64_t major_api_version = 0;
  TimeRange valid_for;
  std::string operator_name;
};

enum class Selector : std::uint8_t { Undefined, All, Any, Exact };

struct ServiceSelection {
  Selector selector = Selector::Undefined;
  std::int64_t count = 0;
};

struct SigningConfig {
  std::vector<Service> certificate_authorities;
  std::vector<Service> oidc_issuers;
  std::vector<Service> logs;
  std::vector<Service> timestamp_authorities;
  ServiceSelection log_selection;
  ServiceSelection timestamp_selection;
};

inline constexpr std::size_t kMaxSigningConfig = std::size_t{1024} * 1024;

/// @error InvalidRequest  not strict JSON, another media type than v0.2, or a malformed member
/// @error LimitExceeded   larger than 1 MiB
[[nodiscard]] Result<SigningConfig> parse_signing_config(std::string_view json);

/// One service: the newest valid one of the highest supported version (client specification, "Service selection" steps
/// 1-4).
///
/// @param list  as the file calls it, for messages: "caUrls"
/// @error InvalidRequest  none is left; the message names the list
[[nodiscard]] Result<Service> select_one(const std::vector<Service>& services,
                                         const std::vector<std::int64_t>& versions, WallTime now,
                                         std::string_view list);

/// Several services of distinct operators by a selector (steps 5-6).
///
/// @error InvalidRequest  none is left, an undefined selector, or fewer than EXACT's count
[[nodiscard]] Result<std::vector<Service>> select_services(const std::vector<Service>& services,
                                                           const ServiceSelection& selection,
                                                           const std::vector<std::int64_t>& versions, WallTime now,
                                                           std::string_view list);

}  // namespace signet::sigstore
