// Making a key on a token, and showing keys as the socket shows them.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/tokens/tokens.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "config/configuration.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

/// The kinds of keys that are made on request, the default first. Some sign nothing yet (sigstore/encoding/key_uses.h):
/// a key is made for years, and may be made before what it is for.
inline constexpr std::array<std::string_view, 6> kGeneratedAlgorithms = {"p256",    "p384",    "rsa2048",
                                                                         "rsa3072", "rsa4096", "ed25519"};

/// A key as a client sees it: safe to show, with the URI and the fingerprint that a configuration needs, and the names
/// of the identities that use it.
[[nodiscard]] protocol::KeyInfo describe_key(const config::Configuration& configuration, const std::string& token,
                                             const protocol::TokenInfoReply& info, const protocol::TokenKey& key);

/// Says of each key which other token signs with it, where several show it: the one that an identity names for it, or
/// else the first.
void mark_views(const config::Configuration& configuration, Tokens& tokens, std::vector<protocol::KeyInfo>& keys);

/// The smallest CKA_ID of one byte, then of two, that no key has.
[[nodiscard]] std::string free_id(const std::vector<protocol::TokenKey>& keys);

/// The keys of one token.
///
/// @error the worker's
Awaitable<Result<std::vector<protocol::KeyInfo>>> list_keys(const config::Configuration& configuration, Token& token,
                                                            Deadline deadline);

/// Makes a key pair, with an intent and an outcome in the audit log.
///
/// @error InvalidRequest  an empty label, one that is too long or cannot be shown, an id that is in use, or an
/// algorithm
///                        that is none of kGeneratedAlgorithms
/// @error KeyNotFound     no such token; AuditUnavailable, and the worker's errors
Awaitable<Result<protocol::GenerateKeyReply>> generate_key(const config::Configuration& configuration, AuditLog& audit,
                                                           Tokens& tokens, const Approval& approval,
                                                           protocol::GenerateKeyRequest request);

}  // namespace signet::agent
