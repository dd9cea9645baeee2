// How old what is believed is, in words.
#pragma once

#include <optional>
#include <string>

#include "common/time.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet::cli {

/// "just now", "5 minutes ago", "3 hours ago", "12 days ago"; "in the future" where the clock went back.
[[nodiscard]] std::string age_text(WallTime then, WallTime now);

/// "refreshed 3 days ago"; "as shipped with signet 0.1.0", with the reason where something is stored that is of no use.
[[nodiscard]] std::string origin_text(const sigstore::tuf::InstanceTrust& trust, WallTime now);

/// What to do where age_warning() has something to say.
[[nodiscard]] std::string age_remedy(const std::string& instance, const sigstore::tuf::InstanceTrust& trust);

/// What whoever verifies should know: that the trusted root is the shipped one, that the clock was wrong, or that its
/// repository has surely said something newer, because what it said then has expired. One line with what to do, or
/// nothing.
[[nodiscard]] std::optional<std::string> age_warning(const std::string& instance,
                                                     const sigstore::tuf::InstanceTrust& trust, WallTime now);

}  // namespace signet::cli
