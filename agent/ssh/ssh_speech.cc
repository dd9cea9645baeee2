#include "agent/ssh/ssh_speech.h"

#include <sys/socket.h>

#include <exception>
#include <string>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include "agent/ssh/framing.h"
#include "common/secret.h"

namespace signet::agent {
namespace {

namespace asio = boost::asio;

Awaitable<void> answer_all(SshSession& session, protocol::Connection& connection) {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    auto message = co_await connection.receive();
    if (!message || !*message) break;
    std::string& text = **message;
    const Bytes answer = co_await session.answer(bytes_of(text));
    wipe(text);  // it may hold a password, or a private key for another agent
    wipe_dead_stack();
    auto sent = co_await connection.send(ssh_frame(answer));
    if (!sent) break;
  }
  connection.close();
}

Awaitable<void> serve_ssh(const SshParts& parts, protocol::Connection& connection, const protocol::Peer& peer) {
  using namespace asio::experimental::awaitable_operators;
  co_await asio::this_coro::throw_if_cancelled(false);
  SshSession session(parts, peer);
  (void)co_await (answer_all(session, connection) || connection.closed_by_peer());
}

// There are no words for why.
void send_failure(int socket, const Error& /*why*/) {
  const std::string frame = ssh_frame(ssh::encode_plain_answer(ssh::AgentMessage::Failure));
  (void)::send(socket, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Speech speak_ssh(const SshParts& parts) {
  return {.framing = SshFraming::make,
          .serve = [&parts](protocol::Connection& connection,
                            const protocol::Peer& peer) { return serve_ssh(parts, connection, peer); },
          .refuse = send_failure};
}

}  // namespace signet::agent
