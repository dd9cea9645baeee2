#include "tests/integration/ssh_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <chrono>

#include "ssh/agent_messages.h"
#include "ssh/sshsig.h"

namespace signet::test {
namespace {

constexpr int kMinute = 60'000;

}  // namespace

SshClient::SshClient(const std::filesystem::path& socket) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(socket.native(), address.sun_path);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) socket_.reset();
}

void SshClient::send(ByteView bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

std::optional<Bytes> SshClient::hear() {
  for (;;) {
    if (auto message = frames_.next()) return message;
    pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, kMinute) != 1) return std::nullopt;
    Bytes buffer(65536);
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return std::nullopt;
    buffer.resize(static_cast<std::size_t>(size));
    if (!frames_.feed(buffer)) return std::nullopt;
  }
}

std::optional<Bytes> SshClient::ask(ByteView message) {
  send(ssh::encode_frame(message));
  return hear();
}

Bytes ssh_list_request() { return ssh::encode_agent_request(ssh::IdentitiesRequest()); }

Bytes ssh_first_key(SshClient& client) {
  return ssh::parse_identities_answer(client.ask(ssh_list_request()).value()).value().at(0).key_blob;
}

Bytes ssh_signature_request(SshClient& client) {
  const Digest digest = Digest::from_sha256({});
  return ssh::encode_agent_request(ssh::SignRequest{
      .key_blob = ssh_first_key(client), .data = ssh::encode_sshsig_request({.name_space = "git", .message = digest})});
}

}  // namespace signet::test
