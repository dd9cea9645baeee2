// The agent's socket as it is: what a client program would leave out of a reply is seen here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/channel.h"
#include "protocol/varlink.h"
#include "tests/support/household.h"

namespace signet::test {

struct Answer {
  std::string bytes;     ///< every byte that the agent sent, a line end for each NUL
  protocol::Reply last;  ///< empty where none came
};

/// SHA-256 of nothing that anybody has.
inline constexpr std::string_view kDigest = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa";

/// Parameters of Sign for one digest, as "bundle" or "raw".
[[nodiscard]] std::string sign_digest(std::string_view output);

/// Connects. Ends the test program where nobody listens.
[[nodiscard]] protocol::Channel connect_to(const Household& house);

/// Sends a call of org.signet.Agent; `parameters` is the JSON text of an object.
void send_call(protocol::Channel& channel, std::string_view method, std::string_view parameters, bool more = true);
/// Everything until the last reply.
[[nodiscard]] Answer receive_answer(protocol::Channel& channel);

/// One call on a connection of its own.
[[nodiscard]] Answer ask(const Household& house, std::string_view method, std::string_view parameters,
                         bool more = true);

/// The lines of the audit log, as far as they are whole.
[[nodiscard]] std::vector<std::string> audit_lines(const Household& house);

}  // namespace signet::test
