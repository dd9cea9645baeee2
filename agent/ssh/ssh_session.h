// One connection of the SSH agent's socket: what it asks, one request after the other, and what it is answered.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "agent/approval/approval.h"
#include "agent/audit/audit_log.h"
#include "agent/flow/ssh_signing.h"
#include "agent/policy/policy.h"
#include "agent/ssh/far_refusals.h"
#include "agent/ssh/session_binds.h"
#include "agent/ssh/signed_file.h"
#include "agent/ssh/ssh_keys.h"
#include "agent/ssh/ssh_lock.h"
#include "agent/ssh/upstream.h"
#include "agent/tokens/tokens.h"
#include "agent/tokens/worker.h"
#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "protocol/peer.h"
#include "ssh/agent_messages.h"

namespace signet::agent {

/// What the sessions work with. Built by Agent, outlives every connection.
struct SshParts {
  boost::asio::any_io_executor executor;
  const Policy& policy;
  AuditLog& audit;
  Tokens& tokens;
  SshKeys& keys;
  SshSigning& signing;
  SshLock& lock;
  SignedFiles& files;
  FarRefusals& far_refusals;
  UpstreamPlace* upstream;  ///< null: keys that are not ours are nobody's
  Notice notice;            ///< hears why something was refused or failed: the protocol has no words for it
};

class SshSession {
 public:
  /// Both must outlive it.
  SshSession(const SshParts& parts, const protocol::Peer& peer);

  /// The answer to one message, its type first; a message that cannot be read is answered with a failure.
  Awaitable<Bytes> answer(ByteView message);

 private:
  Awaitable<Bytes> answer_locked(ssh::AgentRequest request, ByteView message);
  Awaitable<Result<Approval>> admit_or_count(Decision decision);
  Awaitable<Bytes> list();
  Awaitable<Bytes> sign(ssh::SignRequest request, ByteView message);
  Awaitable<Bytes> bind(const ssh::ExtensionRequest& request, ByteView message);
  Awaitable<void> pass_on(ByteView message, bool is_news);
  Awaitable<Bytes> extend(const ssh::ExtensionRequest& request, ByteView message);
  Awaitable<Bytes> lock(const ssh::LockRequest& request, ByteView message);
  Awaitable<Bytes> unlock(const ssh::UnlockRequest& request, ByteView message);
  Awaitable<Bytes> other(std::uint8_t type, ByteView message);
  Awaitable<void> tell_them(ByteView message);
  Awaitable<Bytes> hand_on(ByteView message, ssh::AgentMessage otherwise);
  Awaitable<void> add_theirs(std::vector<ssh::AgentIdentity>& identities);
  Awaitable<std::string> summary_of(const Item& item, const config::Identity* identity);
  void tell(const Error& error) const;

  const SshParts& parts_;
  const protocol::Peer& peer_;
  SessionBinds binds_;
  std::optional<Upstream> upstream_;
};

}  // namespace signet::agent
