// How a request asks its person for a PIN, and who can be asked at all.
#pragma once

#include <string>

#include "agent/flow/report.h"
#include "agent/tokens/pin_desk.h"
#include "protocol/peer.h"

namespace signet::agent {

/// Asks through the progress of a request, where its client takes progress and has a terminal.
///
/// @param report   must outlive what is returned
/// @param purpose  what is done with it, safe to show
[[nodiscard]] PinAsker ask_through(const Report& report, const protocol::Peer& peer, std::string purpose);

}  // namespace signet::agent
