#include "agent/flow/pin_prompt.h"

#include <utility>

namespace signet::agent {

PinAsker ask_through(const Report& report, const protocol::Peer& peer, std::string purpose) {
  PinAsker asker{.client = peer.pid, .purpose = std::move(purpose)};
  if (!report.heard()) return asker;
  asker.can = [client = peer.pid] { return protocol::has_terminal(client); };
  asker.ask = [&report, purpose = asker.purpose](const PinNeed& need) -> Awaitable<void> {
    protocol::Progress news{.kind = protocol::ProgressKind::PinNeeded, .text = pin_prompt(need, purpose)};
    news.token = need.token;
    news.tries = need.tries;
    co_await report.tell(std::move(news));
  };
  return asker;
}

}  // namespace signet::agent
