#include "pkcs11/serving/caller.h"

#include <poll.h>

namespace signet::pkcs11 {

bool Caller::has_gone() const {
  pollfd socket{.fd = socket_, .events = 0, .revents = 0};
  return ::poll(&socket, 1, 0) > 0 && (socket.revents & (POLLHUP | POLLERR)) != 0;
}

Caller::Watched::Watched(Caller& caller, Deadline deadline) : caller_(caller) { move_to(deadline); }
Caller::Watched::~Watched() { caller_.surroundings_.board.end(caller_.seat_); }
void Caller::Watched::move_to(Deadline deadline) {
  if (caller_.surroundings_.board.begin(caller_.seat_, deadline)) caller_.surroundings_.link.wake();
}

Caller::Notice::Notice(Caller& caller, std::chrono::milliseconds after) : caller_(caller) {
  if (caller_.wants_progress_) caller_.surroundings_.notices.begin(caller_.seat_, caller_.socket_, after);
}
Caller::Notice::~Notice() {
  if (caller_.wants_progress_) caller_.surroundings_.notices.end(caller_.seat_);
}

}  // namespace signet::pkcs11
