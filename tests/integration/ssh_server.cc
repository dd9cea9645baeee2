#include "tests/integration/ssh_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "common/unique_fd.h"

namespace signet::test {
namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "sshd: %s\n", why.c_str());
  std::abort();
}

std::string must_run(std::vector<std::string> arguments) {
  const auto end = run({.arguments = std::move(arguments)}, soon());
  if (end.status != 0) give_up(end.errors);
  return end.output;
}

// One that is free at this moment.
int free_port() {
  const UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe.get(), generic, size) != 0 || ::getsockname(probe.get(), generic, &size) != 0) give_up("no port");
  return ::ntohs(address.sin_port);
}

}  // namespace

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  if (user == nullptr) give_up("the test's user has no name");
  return user->pw_name;
}

SshServer::SshServer() {
  const std::string key = (folder_ / "host_key").string();
  must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key});
  // "256 SHA256:… comment (ED25519)"
  const std::string facts = must_run({"ssh-keygen", "-lf", key + ".pub"});
  const auto begin = facts.find(' ') + 1;
  fingerprint_ = facts.substr(begin, facts.find(' ', begin) - begin);
  // Where root runs it, sshd wants the folder that its package's unit makes.
  std::error_code ignored;
  if (::geteuid() == 0) std::filesystem::create_directory("/run/sshd", ignored);
  start();
}

void SshServer::start() {
  for (int i = 0; i < 5; ++i) {
    port_ = free_port();
    const std::string configuration = "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) + "\nHostKey " +
                                      (folder_ / "host_key").string() + "\nAuthorizedKeysFile " +
                                      (folder_ / "authorized_keys").string() +
                                      "\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPidFile none\n";
    server_.emplace(
        ProcessOptions{.arguments = {kSshd, "-D", "-e", "-f", folder_.write("sshd_config", configuration).string()}});
    for (const Deadline deadline = soon(); server_->running() && !deadline.passed(); ::usleep(10'000)) {
      if (server_->errors().contains("Server listening on 127.0.0.1")) return;
    }
  }
  give_up(server_->errors());
}

std::vector<std::string> SshServer::ssh(std::vector<std::string> words) const {
  std::vector<std::string> line = {"ssh", "-F", "none", "-p", std::to_string(port_)};
  for (const char* option : {"BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null",
                             "GlobalKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentityFile=none"}) {
    line.insert(line.end(), {"-o", option});
  }
  line.insert(line.end(), words.begin(), words.end());
  return line;
}

}  // namespace signet::test
