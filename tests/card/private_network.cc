#include "tests/card/private_network.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/unique_fd.h"

namespace signet::test {
namespace {

[[noreturn]] void give_up(const char* step) {
  std::perror(step);
  std::exit(3);
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
}

// Root takes the namespaces directly; others become root of a user namespace first (user_namespaces(7)).
void enter_namespaces() {
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0) return;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0) give_up("unshare");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

void raise_loopback() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof(request.ifr_name) - 1);
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) give_up("raising lo");
}

// pcscd writes its pid there, and next to the system's pcscd it must not.
void hide_run_pcscd() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) give_up("making mounts private");
  const bool exists = std::filesystem::is_directory("/run/pcscd");
  if (::mount("none", exists ? "/run/pcscd" : "/run", "tmpfs", 0, nullptr) != 0) give_up("mounting over /run");
  if (!exists) ::mkdir("/run/pcscd", 0755);
}

}  // namespace

void enter_private_network() {
  enter_namespaces();
  raise_loopback();
  hide_run_pcscd();
}

}  // namespace signet::test
