// Tells the service manager that we serve, how it goes, and that the event loop turns.
#pragma once

#include <functional>
#include <string>

#include "agent/service/notifier.h"
#include "agent/tokens/worker.h"
#include "common/awaitable.h"

namespace signet::agent {

/// Says READY=1, then WATCHDOG=1 each half of the time that the manager grants, and STATUS= whenever `status` reads
/// differently. Runs on the event loop that serves requests and on no other thread: a loop that is stuck is silent, and
/// the manager starts us anew. Ends at once where nobody listens, and never otherwise.
///
/// @param notifier  outlives the coroutine
/// @param status    one line
/// @param notice    hears once when the manager cannot be told
Awaitable<void> keep_telling(Notifier& notifier, std::function<std::string()> status, Notice notice);

}  // namespace signet::agent
