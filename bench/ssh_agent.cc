#include "bench/ssh_agent.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "bench/bare_module.h"
#include "bench/record.h"
#include "common/base64.h"
#include "common/random.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::bench {
namespace {

// RFC 9987 §5: message numbers.
constexpr char kRequestIdentities = 11;
constexpr char kIdentitiesAnswer = 12;
constexpr char kSignRequest = 13;
constexpr char kSignResponse = 14;
constexpr std::size_t kPointSize = 65;
constexpr std::string_view kKeyType = "ecdsa-sha2-nistp256";
constexpr std::size_t kMaxReply = 4096;

std::string number(std::size_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> static_cast<unsigned>(shift)));
  return text;
}

// RFC 4251 §5: "string".
std::string string_field(std::string_view value) { return number(value.size()) + std::string(value); }

// RFC 5656 §3.1.
std::string blob_of(const sigstore::PublicKey& key) {
  const std::string_view point = text_of(key.spki().last(kPointSize));
  return string_field(kKeyType) + string_field("nistp256") + string_field(point);
}

UniqueFd connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof(address.sun_path) - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return UniqueFd();
  return socket;
}

std::string receive(const UniqueFd& socket, std::size_t size) {
  std::string text(size, '\0');
  if (::recv(socket.get(), text.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size))
    give_up("the SSH agent went away");
  return text;
}

std::string ask(const UniqueFd& socket, const std::string& message) {
  const std::string framed = string_field(message);
  if (::send(socket.get(), framed.data(), framed.size(), MSG_NOSIGNAL) != std::ssize(framed))
    give_up("the SSH agent went away");
  std::size_t size = 0;
  for (const char c : receive(socket, 4)) size = (size << 8U) | static_cast<std::uint8_t>(c);
  if (size == 0 || size > kMaxReply) give_up("the SSH agent answers nonsense");
  return receive(socket, size);
}

test::ProcessOptions agent_options(const test::TemporaryFolder& folder, const test::SoftHsm& token) {
  return {.arguments = {"ssh-agent", "-D", "-a", (folder / "ssh.sock").string(), "-P", "/usr/lib/*"},
          .environment = token.environment()};
}

}  // namespace

SshAgent::SshAgent(const test::SoftHsm& token, const sigstore::PublicKey& key)
    : key_blob_(blob_of(key)), process_(agent_options(folder_, token)) {
  const Deadline soon = Deadline::after(std::chrono::seconds(20));
  while (!connect(folder_ / "ssh.sock")) {
    if (soon.passed() || !process_.running()) give_up("ssh-agent does not serve: " + process_.errors());
    (void)process_.wait(Deadline::after(std::chrono::milliseconds(20)));
  }
  add_token(token);
}

// ssh-add asks a program for the PIN where it has no terminal (ssh-add(1), SSH_ASKPASS_REQUIRE).
void SshAgent::add_token(const test::SoftHsm& token) const {
  const auto script = folder_.write("pin", "#!/bin/sh\necho " + token.pin() + "\n", 0700);
  const auto end = test::run({.arguments = {"ssh-add", "-s", std::string(test::kSoftHsmModule)},
                              .environment = {{"SSH_AUTH_SOCK", (folder_ / "ssh.sock").string()},
                                              {"SSH_ASKPASS", script.string()},
                                              {"SSH_ASKPASS_REQUIRE", "force"}}},
                             Deadline::after(std::chrono::seconds(30)));
  if (end.status != 0) give_up("ssh-add does not take the token: " + end.errors);
}

Operation SshAgent::client() const {
  const auto socket = std::make_shared<UniqueFd>(connect(folder_ / "ssh.sock"));
  const auto digests = std::make_shared<Digests>();
  return [socket, digests, blob = key_blob_] {
    const Digest data = digests->next();
    const std::string reply = ask(
        *socket, std::string(1, kSignRequest) + string_field(blob) + string_field(text_of(data.bytes())) + number(0));
    if (reply.front() != kSignResponse) give_up("ssh-agent does not sign");
  };
}

std::map<std::string, std::string> SshAgent::environment() const {
  return {{"SSH_AUTH_SOCK", (folder_ / "ssh.sock").string()}};
}

std::string SshAgent::signing_key() const {
  return "key::" + std::string(kKeyType) + " " + encode_base64(bytes_of(key_blob_));
}

Operation listing_client(const std::filesystem::path& socket) {
  const auto connection = std::make_shared<UniqueFd>(connect(socket));
  return [connection] {
    const std::string reply = ask(*connection, std::string(1, kRequestIdentities));
    const std::string none = kIdentitiesAnswer + number(0);
    if (reply.front() != kIdentitiesAnswer || reply == none) give_up("the SSH agent lists no keys");
  };
}

}  // namespace signet::bench
