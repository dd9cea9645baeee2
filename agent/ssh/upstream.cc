#include "agent/ssh/upstream.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/ssh/framing.h"
#include "common/display.h"
#include "common/file.h"
#include "common/unique_fd.h"
#include "protocol/peer.h"

namespace signet::agent {
namespace {

std::unexpected<Error> unavailable(const UpstreamPlace& place, const std::string& why) {
  return fail(ErrorCode::AgentUnavailable,
              "the agent for other ssh keys at " + display_text(place.path.native()) + " " + why,
              "start it, or correct `upstream` of [ssh]");
}

// Whoever asked it would be asked in turn, without an end.
bool is_our_own(const UpstreamPlace& place) {
  struct stat theirs{};
  struct stat ours{};
  return ::stat(place.path.c_str(), &theirs) == 0 && ::stat(place.own.c_str(), &ours) == 0 &&
         theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

// Private keys may be added over it: nobody else's agent gets them.
bool may_be_trusted(int socket) {
  const auto uid = protocol::peer_uid(socket);
  return uid && (*uid == ::geteuid() || *uid == 0);
}

Result<UniqueFd> connect_to(const UpstreamPlace& place) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = place.path.native();
  if (name.size() >= sizeof(address.sun_path)) return unavailable(place, "has too long a path");
  std::ranges::copy(name, address.sun_path);
  if (is_our_own(place)) return unavailable(place, "is this very agent");
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return unavailable(place, "does not answer: " + errno_text(errno));
  }
  if (!may_be_trusted(socket.get())) return unavailable(place, "is another user's");
  return socket;
}

}  // namespace

Upstream::Upstream(boost::asio::any_io_executor executor, UpstreamPlace& place)
    : executor_(std::move(executor)), place_(place) {}

Awaitable<Result<Bytes>> Upstream::ask_once(ByteView message, Deadline deadline) {
  auto sent = co_await connection_->send(ssh_frame(message));
  if (!sent) co_return fail(std::move(sent.error()));
  auto answer = co_await connection_->receive(deadline);
  if (!answer) co_return fail(std::move(answer.error()));
  if (!*answer) co_return unavailable(place_, "closed the connection");
  co_return to_bytes(**answer);
}

Awaitable<Result<void>> Upstream::open(Deadline deadline) {
  if (connection_) co_return Result<void>();
  if (!may_open_)
    co_return unavailable(place_, "is not asked over another connection for a client of whom it would know too little");
  auto socket = connect_to(place_);
  if (!socket) co_return fail(std::move(socket.error()));
  connection_.emplace(executor_, std::move(*socket), protocol::ConnectionLimits(), SshFraming::make());
  for (const Bytes& known : told_) {
    auto heard = co_await ask_once(known, deadline);
    if (!heard) co_return fail(std::move(heard.error()));
  }
  co_return Result<void>();
}

void Upstream::note(const Result<Bytes>& answer) {
  if (answer) {
    place_.told = false;
    return;
  }
  connection_.reset();
  if (answer.error().code == ErrorCode::Cancelled || std::exchange(place_.told, true)) return;
  Error why = answer.error();
  if (why.code != ErrorCode::AgentUnavailable) {
    why = std::move(why).during("asking the agent for other ssh keys at " + display_text(place_.path.native()));
  }
  place_.notice("ssh: " + why.sentence());
}

Awaitable<Result<Bytes>> Upstream::ask(ByteView message, Deadline deadline) {
  Result<Bytes> answer = fail(ErrorCode::Bug, "not asked");
  auto opened = co_await open(deadline);
  if (opened) {
    answer = co_await ask_once(message, deadline);
  } else {
    answer = fail(std::move(opened.error()));
  }
  note(answer);
  co_return answer;
}

Awaitable<Result<Bytes>> Upstream::tell(ByteView message, Deadline deadline) {
  auto answer = co_await ask(message, deadline);
  told_bytes_ += message.size();
  if (told_bytes_ > kMaxTold) {
    keep_to_this_connection();
  } else {
    told_.push_back(to_bytes(message));
  }
  co_return answer;
}

}  // namespace signet::agent
