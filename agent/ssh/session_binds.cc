#include "agent/ssh/session_binds.h"

#include <string>
#include <utility>

#include "ssh/session_bind.h"

namespace signet::agent {
namespace {

Result<SshOrigin::Hop> read_hop(ByteView contents) {
  auto bind = ssh::parse_session_bind(contents);
  if (!bind) return fail(std::move(bind.error()));
  if (auto verified = ssh::verify_session_bind(*bind); !verified) return fail(std::move(verified.error()));
  return SshOrigin::Hop{.host_key = std::move(bind->host_key),
                        .session_id = std::move(bind->session_id),
                        .is_forwarding = bind->is_forwarding};
}

}  // namespace

Result<void> SessionBinds::add(ByteView contents) {
  auto hop = read_hop(contents);
  Result<void> added = hop ? add_verified(std::move(*hop)) : fail(std::move(hop.error()));
  if (!added) origin_.bind_failed = true;
  return added;
}

Result<void> SessionBinds::add_verified(SshOrigin::Hop hop) {
  for (const SshOrigin::Hop& known : origin_.hops) {
    if (!known.is_forwarding) {
      return fail(ErrorCode::NotAuthorized, "a session-bind on a connection that is bound for a login");
    }
    if (!equal(known.session_id, hop.session_id)) continue;
    if (known.host_key == hop.host_key) return {};
    return fail(ErrorCode::NotAuthorized, "a session-bind that gives another host's session a new host key");
  }
  if (origin_.hops.size() >= kMaxHops) {
    return fail(ErrorCode::LimitExceeded, "more than " + std::to_string(kMaxHops) + " session-binds on one connection");
  }
  origin_.hops.push_back(std::move(hop));
  return {};
}

}  // namespace signet::agent
