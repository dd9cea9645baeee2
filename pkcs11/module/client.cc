#include "pkcs11/module/client.h"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace signet::pkcs11 {
namespace {

/// More keys than this are looked for anew each time.
constexpr std::size_t kMaxKeys = 64;

}  // namespace

Client::Client(Surroundings surroundings, std::size_t seat, int socket)
    : surroundings_(surroundings), seat_(seat), socket_(socket) {}

// The session is closed by Token::leave(), which knows whether it still exists.
Client::~Client() {
  if (session_) session_->abandon();
}

bool Client::has_gone() const {
  pollfd socket{.fd = socket_, .events = 0, .revents = 0};
  return ::poll(&socket, 1, 0) > 0 && (socket.revents & (POLLHUP | POLLERR)) != 0;
}

Client::ModuleCall::ModuleCall(Client& client, Deadline deadline) : client_(client) { move_to(deadline); }
Client::ModuleCall::~ModuleCall() { client_.surroundings_.board.end(client_.seat_); }
void Client::ModuleCall::move_to(Deadline deadline) {
  if (client_.surroundings_.board.begin(client_.seat_, deadline)) client_.surroundings_.link.wake();
}

Client::Notice::Notice(Client& client) : client_(client) {
  if (client_.wants_progress_) client_.surroundings_.notices.begin(client_.seat_, client_.socket_);
}
Client::Notice::~Notice() {
  if (client_.wants_progress_) client_.surroundings_.notices.end(client_.seat_);
}

void Client::move_to(const Epoch& epoch) {
  if (epoch_ == epoch) return;
  keys_.clear();
  if (session_ && epoch_.opening != epoch.opening) {
    session_->abandon();
    session_.reset();
  }
  epoch_ = epoch;
}

const SigningKey* Client::find_key(ByteView id, ByteView spki) const {
  const auto key = std::ranges::find_if(keys_, [&](const SigningKey& known) { return known.is(id, spki); });
  return key == keys_.end() ? nullptr : &*key;
}

const SigningKey& Client::remember(SigningKey key) {
  if (keys_.size() == kMaxKeys) keys_.clear();
  return keys_.emplace_back(std::move(key));
}

void Client::drop_session() {
  session_.reset();
  keys_.clear();
}

}  // namespace signet::pkcs11
