// Asking the logs of an instance for the entry of a signature that came without it.
#pragma once

#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::cli {

/// The entry that one of the instance's logs of Rekor v1 has of a digest and a certificate; nothing where none finds
/// it. Goes online (signet-log). Nothing is verified.
///
/// @param instance     a configured or shipped one, whose signing config says where its logs are
/// @param certificate  DER
/// @error InvalidRequest  the instance cannot be read, or offers no log of Rekor v1
/// @error LogUnavailable, LogRefused, Deadline  of the log
/// @error WorkerFailed    signet-log is not there or answered nonsense
[[nodiscard]] Result<std::optional<sigstore::LogEntry>> ask_logs(const std::string& instance, ByteView certificate,
                                                                 const Digest& digest);

}  // namespace signet::cli
