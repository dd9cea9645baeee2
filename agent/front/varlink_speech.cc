#include "agent/front/varlink_speech.h"

#include <sys/socket.h>

#include <string>
#include <vector>

#include "protocol/asio/service.h"
#include "protocol/interfaces.h"
#include "protocol/varlink.h"

namespace signet::agent {
namespace {

const protocol::ServiceInfo kInfo{.vendor = "signet", .product = "signet-agent", .version = SIGNET_VERSION, .url = ""};

Awaitable<void> serve_methods(Methods& methods, protocol::Connection& connection, const protocol::Peer& peer) {
  std::vector<protocol::Interface> interfaces;
  interfaces.push_back(methods.interface_for(peer));
  co_await protocol::serve(connection, kInfo, interfaces);
}

void send_error(int socket, const Error& error) {
  const std::string text = protocol::encode_reply(protocol::reply_from_error(protocol::kAgentName, error));
  (void)::send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

Speech speak_varlink(Methods& methods) {
  return {.framing = {},
          .serve = [&methods](protocol::Connection& connection,
                              const protocol::Peer& peer) { return serve_methods(methods, connection, peer); },
          .refuse = send_error};
}

}  // namespace signet::agent
