#include "agent/flow/request_places.h"

#include <string>
#include <utility>

#include "protocol/limits.h"

namespace signet::agent {

RequestPlaces::RequestPlaces(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
RequestPlaces::~RequestPlaces() = default;

Awaitable<Result<Turnstile::Pass>> RequestPlaces::take(const protocol::Peer& peer, Deadline deadline) {
  auto& places = places_[peer.uid];
  if (!places) places = std::make_unique<Turnstile>(executor_, protocol::kMaxRequestsPerUid);
  Turnstile::Guest guest;
  guest.client = peer.pid;
  auto pass = co_await places->enter(deadline, std::move(guest));
  if (pass) co_return pass;
  if (pass.error().code != ErrorCode::Deadline) co_return fail(std::move(pass.error()));
  co_return fail(ErrorCode::RateLimited,
                 std::to_string(protocol::kMaxRequestsPerUid) + " requests of user id " + std::to_string(peer.uid) +
                     " are at work, and none ended in time",
                 "ask again later");
}

}  // namespace signet::agent
