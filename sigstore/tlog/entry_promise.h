// The signed entry timestamp of Rekor v1 (SET, "inclusion promise"): the log's word that it took an entry, and when.
#pragma once

#include <string>

#include "common/error.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// The bytes that a SET signs: the JCS of body, integratedTime, logID and the global logIndex, and nothing else.
[[nodiscard]] std::string encode_entry_promise(const LogEntry& entry);

/// Checks the entry's SET. Only after it the entry's integrated time means anything.
///
/// @param key  the log's
/// @error NotVerified  there is no SET, or it is not the key's over this entry
[[nodiscard]] Result<void> verify_entry_promise(const LogEntry& entry, const PublicKey& key);

}  // namespace signet::sigstore
