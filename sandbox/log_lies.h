// The lies of a log about its proof: an entry of a log with one thing wrong, whichever of Rekor's APIs tells it.
#pragma once

#include <string_view>

#include "sandbox/faults.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sandbox {

/// The entry with what "bad-proof", "bad-checkpoint", "unsigned" or "other-key" makes of its proof; as it is where the
/// fault is none of them.
///
/// @param name  of the log's checkpoint signature
[[nodiscard]] sigstore::LogEntry with_bad_proof(sigstore::LogEntry entry, const Fault& fault, std::string_view name);

}  // namespace signet::sandbox
