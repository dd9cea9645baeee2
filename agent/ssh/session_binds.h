// What is known of one connection's origin, and the rules by which more of it is believed.
#pragma once

#include "agent/policy/ssh_rules.h"
#include "common/bytes.h"
#include "common/error.h"

namespace signet::agent {

/// The rules are those of OpenSSH's own agent. One thread.
class SessionBinds {
 public:
  static constexpr std::size_t kMaxHops = 16;

  /// Takes what a client says of its session (session-bind@openssh.com). The same said again is no news. Whatever is
  /// refused stays with the connection: from then on nobody knows where it comes from (SshOrigin::bind_failed).
  ///
  /// @param contents  of the extension
  /// @error InvalidRequest, KeyUnsuitable, NotVerified  as ssh::parse_session_bind() and ssh::verify_session_bind()
  /// @error NotAuthorized  the connection is for a login already; or that session was said to be another host's
  /// @error LimitExceeded  more than kMaxHops
  [[nodiscard]] Result<void> add(ByteView contents);

  [[nodiscard]] const SshOrigin& origin() const { return origin_; }

 private:
  [[nodiscard]] Result<void> add_verified(SshOrigin::Hop hop);
  SshOrigin origin_;
};

}  // namespace signet::agent
