// What `signet sign` and `signet attest` are asked for in the same words: identity, log policy, patience.
#pragma once

#include <chrono>

#include "client/cli/verb.h"
#include "common/error.h"
#include "json/value.h"
#include "protocol/agent_messages.h"

namespace signet::cli {

inline constexpr Flag kIdentityFlag{
    .name = "identity", .value = "NAME", .text = "the agent's identity that signs; without it the default one"};
inline constexpr Flag kLogFlag{.name = "log",
                               .value = "POLICY",
                               .text = "require, queue or none: may tighten what the identity says, never loosen it"};
inline constexpr Flag kTimeoutFlag{
    .name = "timeout", .value = "SECONDS", .text = "how long to wait in all, 1 to 300 (default 120)"};

/// A request without items.
///
/// @error InvalidRequest  --log is no policy
[[nodiscard]] Result<protocol::SignRequest> wished_request(const Arguments& arguments);

/// @error InvalidRequest  --timeout is out of range or no number
[[nodiscard]] Result<std::chrono::seconds> wished_time(const Arguments& arguments);

/// Who signed with what, and where it is logged: rows for people.
[[nodiscard]] std::string signer_rows(const protocol::ItemResult& result);
/// The same for programs.
void set_signer(json::Object& object, const protocol::ItemResult& result);

}  // namespace signet::cli
