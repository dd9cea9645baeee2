// Where a service may be (D8): https to anywhere, http to this machine's own addresses.
#pragma once

#include <string>
#include <string_view>

#include "common/error.h"

namespace signet::sigstore {

/// Where a URL points, as far as rules and messages need it.
struct ServiceTarget {
  std::string host;
  bool plain = false;     ///< http
  bool loopback = false;  ///< no proxy
};

/// https to anywhere, http to 127.0.0.1 and [::1] only; no user info, no fragment.
///
/// @error InvalidRequest  anything else; the message names the URL
[[nodiscard]] Result<ServiceTarget> read_service_url(std::string_view url);

}  // namespace signet::sigstore
