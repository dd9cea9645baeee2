// The owner of an agent, what he configured, and what the policy says to him.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/approval/approval.h"
#include "agent/policy/item.h"
#include "agent/policy/policy.h"
#include "config/configuration.h"
#include "protocol/peer.h"

namespace signet::agent {

/// SHA-256 of nothing that anybody has.
inline constexpr std::string_view kDigest = "sha256:9a271f2a916b0b6ee6cecb2426f0b3206ef074578be55d9bc94f6f3fe3ab86aa";
inline constexpr uid_t kOwner = 1000;

/// Two identities: "work" (me@example.org; git, statement, blob; a pinned key) and "raw" (raw@example.org; raw).
/// `more` is TOML that stands before them.
[[nodiscard]] config::Configuration two_identities(std::string_view more = "");

[[nodiscard]] protocol::Peer owner();

[[nodiscard]] Item digest_item(std::optional<std::string> name = {});
[[nodiscard]] Item statement_item(std::size_t subjects = 1);
/// A commit whose committer has that address.
[[nodiscard]] Item commit_item(std::string_view email = "me@example.org");
/// "tree …" and so on.
[[nodiscard]] std::string commit_text(std::string_view email);

/// The configuration, its policy, and approvals by it.
struct Owner {
  explicit Owner(std::string_view more = "") : configuration(two_identities(more)) {}

  [[nodiscard]] Approval approval(Operation operation = Operation::Login, std::string_view identity = "work") const;

  config::Configuration configuration;
  Policy policy{configuration, kOwner};
};

}  // namespace signet::agent
