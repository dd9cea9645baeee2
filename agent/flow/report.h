// Progress of one request, on its way to whoever asked.
#pragma once

#include <functional>
#include <string>

#include "common/awaitable.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

/// Tells the client what happens. Empty where the client did not ask for it. That it could not be told is no reason to
/// stop: a client that went away cancels the request.
using Report = std::function<Awaitable<void>(protocol::ProgressKind kind, std::string text)>;

}  // namespace signet::agent
