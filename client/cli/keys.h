// A key as the verbs about keys show it.
#pragma once

#include <string>

#include "client/lib/agent_client.h"

namespace signet::cli {

/// Several lines; the URI and the fingerprint stand as the configuration wants them.
[[nodiscard]] std::string show_key(const protocol::KeyInfo& key);

}  // namespace signet::cli
