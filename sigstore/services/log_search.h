// find_entry() on a loop of its own, for programs that do nothing else meanwhile.
#pragma once

#include <optional>
#include <string>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/tlog/log_entry.h"

namespace signet::sigstore {

/// @error as find_entry()
[[nodiscard]] Result<std::optional<LogEntry>> search_log(const std::string& base_url, const Bytes& certificate,
                                                         const Digest& digest, Deadline deadline);

}  // namespace signet::sigstore
