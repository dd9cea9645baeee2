// The instances whose trust comes from a TUF repository, and how their stores are updated.
#pragma once

#include <string>
#include <vector>

#include "common/error.h"
#include "config/configuration.h"
#include "sigstore/tuf/instance_trust.h"

namespace signet::cli {

/// The user's configuration; where there is no file, an empty one with the path at which it would be.
///
/// @error InvalidRequest  as config::read_configuration()
[[nodiscard]] Result<config::Configuration> read_own_configuration();

[[nodiscard]] sigstore::tuf::TrustSource source_of(const config::Instance& instance);

/// Those of the configuration, and the shipped ones beside them, by name.
[[nodiscard]] std::vector<sigstore::tuf::TrustSource> all_sources(const config::Configuration& configuration);

/// The one of that name.
///
/// @error InvalidRequest  there is none, or its trust comes from files; the remedy lists what there is
[[nodiscard]] Result<sigstore::tuf::TrustSource> source_named(const config::Configuration& configuration,
                                                              const std::string& name);

/// Runs signet-trust, which alone has a network, and reads what it left. It ends within its own deadlines.
///
/// @param notes  gets what it found damaged and fetched anew
/// @error RepositoryUnavailable  the repository did not answer, or lacks a file
/// @error NotVerified            what it served does not verify
/// @error WorkerFailed           the program is not there, or answered nonsense
/// @error others                 as tuf::update_store(), or what it left cannot be used, though there is something
/// shipped
///                               to use in its place (InstanceTrust::why_shipped)
[[nodiscard]] Result<sigstore::tuf::InstanceTrust> update_trust(const sigstore::tuf::TrustSource& source,
                                                                std::vector<std::string>& notes);

}  // namespace signet::cli
