#include "sandbox/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "common/file.h"
#include "common/random.h"
#include "common/unique_fd.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sandbox {
namespace {

constexpr std::uint16_t kFirst = 20000;
constexpr std::uint16_t kCount = 12000;  // up to 31999: Linux's ephemeral range begins at 32768
constexpr int kTries = 200;
constexpr std::size_t kMaxFile = 4096;

using Member = std::pair<const char*, std::uint16_t Ports::*>;
constexpr std::array<Member, 6> kMembers = {{{"issuer", &Ports::issuer},
                                             {"ca", &Ports::ca},
                                             {"log", &Ports::log},
                                             {"tsa", &Ports::tsa},
                                             {"control", &Ports::control},
                                             {"tuf", &Ports::tuf}}};

/// A socket that holds the port for as long as it lives; nothing where somebody else has it. It asks for the port as
/// one that shares with nobody, and lets the server in afterwards.
UniqueFd hold(std::uint16_t port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return UniqueFd();
  constexpr int kYes = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &kYes, sizeof kYes) != 0) return UniqueFd();
  return fd;
}

std::uint16_t random_port() {
  const Bytes bytes = random_bytes(2);
  return static_cast<std::uint16_t>(kFirst + (bytes[0] * 256U + bytes[1]) % kCount);
}

}  // namespace

Result<Ports> choose_ports(std::vector<UniqueFd>& held, const Ports& kept) {
  Ports ports = kept;
  int tries = 0;
  for (const auto& [name, member] : kMembers) {
    if (ports.*member != 0) continue;
    UniqueFd socket;
    while (!socket) {
      if (++tries > kTries) return fail(ErrorCode::InvalidRequest, "no free ports on 127.0.0.1");
      ports.*member = random_port();
      socket = hold(ports.*member);
    }
    held.push_back(std::move(socket));
  }
  return ports;
}

Result<Ports> read_ports(const std::filesystem::path& file) {
  auto text = read_file(file, kMaxFile);
  if (!text) return fail(std::move(text.error()));
  auto value = json::parse(*text);
  if (!value) return fail(std::move(value.error()).during("reading " + file.string()));
  json::Fields fields(*value, file.string());
  if (fields.integer("version") != 1) fields.refuse("version", "is not 1");
  Ports ports;
  for (const auto& [name, member] : kMembers) {
    if (member == &Ports::tuf && !fields.has(name)) continue;
    const std::int64_t port = fields.integer(name);
    if (port < 1 || port > 65535) fields.refuse(name, "is not a port");
    ports.*member = static_cast<std::uint16_t>(port);
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return ports;
}

Result<void> write_ports(const std::filesystem::path& file, const Ports& ports) {
  json::Object object{{"version", 1}};
  for (const auto& [name, member] : kMembers) object.set(name, static_cast<int>(ports.*member));
  return write_file_atomic(file, json::write_indented(object), 0600);
}

Endpoints endpoints_of(const Ports& ports) {
  const auto url = [](std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); };
  return {.issuer = url(ports.issuer),
          .ca = url(ports.ca),
          .log = url(ports.log),
          .tsa = url(ports.tsa) + std::string(kTimestampPath),
          .tsa_base = url(ports.tsa),
          .control = url(ports.control),
          .tuf = url(ports.tuf)};
}

}  // namespace signet::sandbox
