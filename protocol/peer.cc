#include "protocol/peer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>

#include "common/file.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77  // Linux 6.5; the baseline's headers do not have it yet
#endif

namespace signet::protocol {
namespace {

Result<ucred> credentials(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return fail(ErrorCode::Bug, "getsockopt(SO_PEERCRED): " + errno_text(errno));
  }
  // What the kernel says of a socket that nobody connected.
  if (peer.uid == static_cast<uid_t>(-1)) return fail(ErrorCode::Bug, "the socket has no peer");
  return peer;
}

UniqueFd pidfd_of(int socket, pid_t pid) {
  int fd = -1;
  socklen_t size = sizeof(fd);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size) == 0) return UniqueFd(fd);
  if (errno != ENOPROTOOPT) return UniqueFd();  // the process has gone
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool still_lives(const UniqueFd& pidfd) {
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 0;
}

std::optional<std::string> read_exe(const std::string& folder) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink((folder + "/exe").c_str(), target.data(), target.size());
  if (size <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

// Files of /proc have no size, and a cgroup path is bounded by PATH_MAX.
std::string read_proc_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, std::size_t{2} * PATH_MAX> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  return size <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

// cgroups(7): the line of the version 2 hierarchy is "0::/path".
std::optional<std::string> read_unit(const std::string& folder) {
  const std::string text = read_proc_file(folder + "/cgroup");
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.starts_with("0::/")) continue;
    const std::string_view last = line.substr(line.rfind('/') + 1);
    if (last.empty()) return std::nullopt;
    return std::string(last);
  }
  return std::nullopt;
}

}  // namespace

// Behind the name, which may hold anything but ends in the last bracket: state, parent, group, session, terminal, the
// terminal's foreground group. A job in the background that touches its terminal is stopped.
bool has_terminal(pid_t process) {
  const std::string stat = read_proc_file("/proc/" + std::to_string(process) + "/stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream fields(stat.substr(name_end + 1));
  char state = 0;
  long parent = 0;
  long group = 0;
  long session = 0;
  long terminal = 0;
  long foreground = 0;
  fields >> state >> parent >> group >> session >> terminal >> foreground;
  return fields && terminal != 0 && foreground == group;
}

Result<uid_t> peer_uid(int socket) {
  const auto peer = credentials(socket);
  if (!peer) return fail(peer.error());
  return peer->uid;
}

Result<Peer> peer_of(int socket) {
  const auto found = credentials(socket);
  if (!found) return fail(found.error());
  Peer peer{.uid = found->uid, .gid = found->gid, .pid = found->pid};
  if (peer.pid <= 0) return peer;  // not visible from our pid namespace
  const UniqueFd pidfd = pidfd_of(socket, peer.pid);
  if (!pidfd) return peer;
  const std::string folder = "/proc/" + std::to_string(peer.pid);
  auto exe = read_exe(folder);
  auto unit = read_unit(folder);
  if (!still_lives(pidfd)) return peer;
  peer.exe = std::move(exe);
  peer.unit = std::move(unit);
  return peer;
}

}  // namespace signet::protocol
