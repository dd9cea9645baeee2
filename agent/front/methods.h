// org.signet.Agent as one connection sees it: each method reads its request, asks the policy, and hands the rest to the
// flow.
#pragma once

#include <chrono>

#include "agent/front/parts.h"
#include "common/awaitable.h"
#include "common/error.h"
#include "json/value.h"
#include "protocol/asio/service.h"
#include "protocol/peer.h"

namespace signet::agent {

class Methods {
 public:
  explicit Methods(Parts parts);
  ~Methods();
  Methods(const Methods&) = delete;
  Methods& operator=(const Methods&) = delete;

  /// The interface for one connection; `peer` and this object must outlive it. Every method first makes sure that the
  /// peer may ask at all; what asks a token or a service then waits for one of its user's places (RequestPlaces).
  [[nodiscard]] protocol::Interface interface_for(const protocol::Peer& peer);

 private:
  using Handler = Awaitable<Result<json::Value>> (Methods::*)(const protocol::Peer& peer, protocol::Call& call,
                                                              const protocol::SendMore& more);

  [[nodiscard]] protocol::Method method(const protocol::Peer& peer, Operation operation, Handler handler);

  Awaitable<Result<json::Value>> sign(const protocol::Peer& peer, protocol::Call& call, const protocol::SendMore& more);
  Awaitable<Result<json::Value>> identities(const protocol::Peer& peer, protocol::Call& call,
                                            const protocol::SendMore& more);
  Awaitable<Result<json::Value>> keys(const protocol::Peer& peer, protocol::Call& call, const protocol::SendMore& more);
  Awaitable<Result<json::Value>> generate_key(const protocol::Peer& peer, protocol::Call& call,
                                              const protocol::SendMore& more);
  Awaitable<Result<json::Value>> login(const protocol::Peer& peer, protocol::Call& call,
                                       const protocol::SendMore& more);
  Awaitable<Result<json::Value>> logout(const protocol::Peer& peer, protocol::Call& call,
                                        const protocol::SendMore& more);
  Awaitable<Result<json::Value>> release_token(const protocol::Peer& peer, protocol::Call& call,
                                               const protocol::SendMore& more);
  Awaitable<Result<json::Value>> reacquire_token(const protocol::Peer& peer, protocol::Call& call,
                                                 const protocol::SendMore& more);
  Awaitable<Result<json::Value>> lock(const protocol::Peer& peer, protocol::Call& call, const protocol::SendMore& more);
  Awaitable<Result<protocol::Heir>> enter_pin(const protocol::Peer& peer, protocol::Call& call);
  Awaitable<Result<json::Value>> status(const protocol::Peer& peer, protocol::Call& call,
                                        const protocol::SendMore& more);

  Parts parts_;
  std::chrono::steady_clock::time_point started_;
};

}  // namespace signet::agent
