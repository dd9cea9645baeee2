// A service that did not answer in its own time is that service's error, and not the client's deadline.
#pragma once

#include <string>

#include "common/error.h"

namespace signet::agent {

/// Turns Deadline into `unavailable` (CaUnavailable and so on) and leaves every other error as it is. The caller makes
/// sure that it was the service's own time that passed.
[[nodiscard]] Error name_the_service(Error error, ErrorCode unavailable, const std::string& service);

}  // namespace signet::agent
