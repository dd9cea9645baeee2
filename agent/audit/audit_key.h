// The key that signs the audit log's checkpoints: the one private key of signet that is not on a token (D12).
#pragma once

#include "audit/folder.h"
#include "common/error.h"
#include "sigstore/encoding/note_key.h"

namespace signet::agent {

/// Reads the key, or makes one where no log was ever begun.
///
/// @error AuditUnavailable  a log is there and its key is not, or the key and no log
/// @error InvalidRequest    the key is none, is open to others, or is another one than that of the log
[[nodiscard]] Result<sigstore::NoteSigner> open_audit_key(const audit::Folder& folder);

/// Writes the verifier key beside it. From then on a missing log is a loss and not a beginning: call it when the first
/// checkpoint is on the disk.
///
/// @error InvalidRequest  it cannot be written
[[nodiscard]] Result<void> publish_audit_key(const audit::Folder& folder, const sigstore::NoteSigner& key);

}  // namespace signet::agent
