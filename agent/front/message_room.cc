#include "agent/front/message_room.h"

#include <algorithm>
#include <utility>

#include "protocol/limits.h"

namespace signet::agent {
namespace {

// Room is lent in pieces of this size.
constexpr std::size_t kPiece = protocol::kFreeMessage;

constexpr std::size_t pieces_for(std::size_t bytes) { return (bytes + kPiece - 1) / kPiece; }

class Lent final : public protocol::Room {
 public:
  explicit Lent(Turnstile::Pass pass) : pass_(std::move(pass)) {}
  void keep(std::size_t bytes) override { pass_.keep(std::max<std::size_t>(pieces_for(bytes), 1)); }

 private:
  Turnstile::Pass pass_;
};

}  // namespace

MessageRoom::MessageRoom(boost::asio::any_io_executor executor)
    : room_(std::move(executor), pieces_for(protocol::kMessageRoom)) {}

Awaitable<Result<std::unique_ptr<protocol::Room>>> MessageRoom::take(pid_t client, Deadline deadline) {
  Turnstile::Guest guest;
  guest.client = client;
  guest.places = pieces_for(protocol::kMaxMessage);
  auto pass = co_await room_.enter(deadline, std::move(guest));
  if (pass) co_return std::make_unique<Lent>(std::move(*pass));
  if (pass.error().code != ErrorCode::Deadline) co_return fail(std::move(pass.error()));
  co_return fail(ErrorCode::RateLimited,
                 "other large requests fill the agent's room for messages, and none ended in time", "ask again later");
}

protocol::TakeRoom MessageRoom::for_client(pid_t client) {
  return [this, client](Deadline deadline) { return take(client, deadline); };
}

}  // namespace signet::agent
