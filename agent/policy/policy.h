// Who may ask for what. Looks at the peer, the request and the configuration; has no side effects.
//
// The rule of this version: the agent's owner may ask for what the configuration lets an identity do, and nobody else
// may ask for anything.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "agent/policy/decision.h"
#include "agent/policy/item.h"
#include "agent/policy/ssh_rules.h"
#include "common/error.h"
#include "config/configuration.h"
#include "protocol/agent_messages.h"
#include "protocol/peer.h"

namespace signet::agent {

/// What a Sign call asks for, once its items are read.
struct SigningWish {
  std::optional<std::string> identity{};
  std::span<const Item> items;
  protocol::Output output = protocol::Output::Bundle;
  std::optional<protocol::LogPolicy> log{};
};

class Policy {
 public:
  /// @param configuration  must outlive this object and every Decision
  /// @param owner          the uid that the agent runs as
  Policy(const config::Configuration& configuration, uid_t owner);

  /// Decides on a Sign call: the identity (D11), what it may be used for (D1), and its log policy (D4).
  [[nodiscard]] Decision decide_sign(const protocol::Peer& peer, const SigningWish& wish) const;

  /// Decides on a sign request of the SSH agent's socket.
  ///
  /// @param wish  nothing where none of our keys is asked for
  /// @param item  what is to be signed, or why it cannot be read
  [[nodiscard]] Decision decide_ssh(const protocol::Peer& peer, const std::optional<SshWish>& wish,
                                    const Result<Item>& item) const;

  /// Decides on locking and unlocking the SSH agent's socket (SshLock, SshUnlock): not for another host.
  [[nodiscard]] Decision decide_ssh_lock(const protocol::Peer& peer, Operation operation,
                                         const SshOrigin& origin) const;

  /// Decides on Login and Logout, which are about one identity: the named one, or default_identity.
  [[nodiscard]] Decision decide_for_identity(const protocol::Peer& peer, Operation operation,
                                             const std::optional<std::string>& identity) const;

  /// Who signs where a request names nobody, and the object neither: default_identity, or the only identity.
  ///
  /// @error IdentityNotFound  there is none, or there are several
  [[nodiscard]] Result<const config::Identity*> default_identity() const;

  /// False for a user who may ask for nothing at all.
  [[nodiscard]] bool serves(uid_t uid) const { return uid == owner_; }

  /// The refusal of somebody who is not served.
  ///
  /// @param more  0, or for how many connections of that user it stands, all since the last such decision
  [[nodiscard]] Decision turn_away(const protocol::Peer& peer, std::size_t more) const;

  /// What is said behind a refusal that stands for so many more, which got none of their own; nothing for none.
  [[nodiscard]] static std::string words_for_more(std::size_t more);
  /// Such a refusal.
  [[nodiscard]] static Decision standing_for(Decision refusal, std::size_t more);

  /// Decides on everything else.
  [[nodiscard]] Decision decide(const protocol::Peer& peer, Operation operation) const;

 private:
  Result<const config::Identity*> named_identity(const std::string& name) const;
  Result<const config::Identity*> committers_identity(std::span<const Item> items) const;
  Result<const config::Identity*> choose_identity(const SigningWish& wish) const;
  Result<void> check_sign(const SigningWish& wish, Decision& decision) const;

  const config::Configuration& configuration_;
  uid_t owner_;
};

}  // namespace signet::agent
