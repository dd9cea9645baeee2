// What an update or a list says of one instance's trust.
#pragma once

#include <string>
#include <vector>

#include "client/cli/output.h"
#include "client/cli/trust_sources.h"
#include "common/time.h"
#include "json/value.h"

namespace signet::cli {

/// "root 15, expires 2026-11-20, timestamp 762, expires 2026-08-30", or that nothing was ever fetched.
[[nodiscard]] std::string versions_text(const sigstore::tuf::InstanceTrust& trust);

/// name, url, origin and, where something was fetched: refreshed, and version and expiry of each role.
[[nodiscard]] json::Object trust_object(const sigstore::tuf::TrustSource& source,
                                        const sigstore::tuf::InstanceTrust& trust, WallTime now);

/// Updates each instance and shows one line of each as it is done: versions, expiry, what changed. One that fails does
/// not keep the others from being updated.
///
/// @param schema  of the object that says all of it
/// @return        0, or the status of the first error
[[nodiscard]] int update_and_show(const std::vector<sigstore::tuf::TrustSource>& sources, std::string_view schema,
                                  const Output& output);

}  // namespace signet::cli
