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

#include "common/file.h"
#include "common/unique_fd.h"
#include "tests/support/ssh_keygen.h"

namespace signet::test {
namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "sshd: %s\n", why.c_str());
  std::abort();
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

SshServer::SshServer(const Setup& setup) : known_hosts_({"StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"}) {
  make_keys(setup);
  // Where root runs it, sshd wants the folder that its package's unit makes.
  std::error_code ignored;
  if (::geteuid() == 0) std::filesystem::create_directory("/run/sshd", ignored);
  start();
}

void SshServer::make_keys(const Setup& setup) {
  for (std::size_t i = 0; i < setup.keys.size(); ++i) {
    const std::string name = "host_key" + std::to_string(i);
    make_ssh_key(folder_.path(), name, setup.keys[i].type, setup.keys[i].bits);
    keys_ += "HostKey " + (folder_ / name).string() + "\n";
  }
  // "256 SHA256:… comment (ED25519)"
  const std::string facts = ssh_keygen(folder_.path(), {"-lf", "host_key0.pub"}).output;
  const auto begin = facts.find(' ') + 1;
  fingerprint_ = facts.substr(begin, facts.find(' ', begin) - begin);
  if (!setup.certified) return;
  make_ssh_key(folder_.path(), "ca", "ed25519");
  for (std::size_t i = 0; i < setup.keys.size(); ++i) {
    const std::string name = "host_key" + std::to_string(i);
    certify_ssh_key(folder_.path(), "ca", name, {"-h", "-n", "127.0.0.1"});
    keys_ += "HostCertificate " + (folder_ / (name + "-cert.pub")).string() + "\n";
  }
  const auto line = read_file(folder_ / "ca.pub", 4096);
  if (!line) give_up(line.error().sentence());
  known_hosts_ = {"StrictHostKeyChecking=yes",
                  "UserKnownHostsFile=" + folder_.write("known_hosts", "@cert-authority * " + *line).string()};
}

void SshServer::start() {
  for (int i = 0; i < 5; ++i) {
    port_ = free_port();
    const std::string configuration = "ListenAddress 127.0.0.1\nPort " + std::to_string(port_) + "\n" + keys_ +
                                      "AuthorizedKeysFile " + (folder_ / "authorized_keys").string() +
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
  for (const char* option : {"BatchMode=yes", "GlobalKnownHostsFile=/dev/null", "LogLevel=ERROR", "IdentityFile=none"})
    line.insert(line.end(), {"-o", option});
  for (const std::string& option : known_hosts_) line.insert(line.end(), {"-o", option});
  line.insert(line.end(), words.begin(), words.end());
  return line;
}

}  // namespace signet::test
