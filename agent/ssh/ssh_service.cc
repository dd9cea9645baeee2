#include "agent/ssh/ssh_service.h"

#include <algorithm>
#include <utility>

#include "agent/ssh/ssh_speech.h"

namespace signet::agent {

SshService::SshService(const Needs& needs, Address address)
    : address_(std::move(address)),
      path_(address_.socket->path()),
      keys_(needs.configuration, needs.tokens, needs.key_check),
      signing_(needs.places, needs.audit, needs.tokens),
      lock_(needs.executor),
      files_(needs.executor),
      upstream_{.path = needs.configuration.ssh_upstream, .own = path_, .notice = needs.notice},
      parts_{.executor = needs.executor,
             .policy = needs.policy,
             .audit = needs.audit,
             .tokens = needs.tokens,
             .keys = keys_,
             .signing = signing_,
             .lock = lock_,
             .files = files_,
             .far_refusals = far_refusals_,
             .upstream = upstream_.path.empty() ? nullptr : &upstream_,
             .notice = needs.notice},
      door_(needs.executor, address_.socket->fd(), speak_ssh(parts_), needs.strangers, needs.notice, Door::Limits{}) {}
SshService::~SshService() = default;

bool SshService::is_wanted(const config::Configuration& configuration) {
  const auto is_for_ssh = [](const auto& entry) { return entry.second.use.contains(config::Use::Ssh); };
  return !configuration.ssh_upstream.empty() || std::ranges::any_of(configuration.identities, is_for_ssh);
}

void SshService::take_down() {
  if (!address_.handed) address_.socket.reset();
}

}  // namespace signet::agent
