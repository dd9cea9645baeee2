#include "agent/store/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "common/display.h"
#include "common/file.h"

namespace signet::agent {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};

std::unexpected<Error> refuse(const std::filesystem::path& path, const std::string& why, std::string remedy = {}) {
  return fail(ErrorCode::InvalidRequest, "the socket " + display_text(path.native()) + " " + why, std::move(remedy));
}

// unix(7): sun_path has 108 bytes, one of them for the NUL.
Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = path.native();
  if (!path.is_absolute()) return refuse(path, "is not an absolute path");
  if (name.size() >= sizeof(address.sun_path)) {
    return refuse(path, "has a path of " + std::to_string(name.size()) + " bytes; the kernel takes 107",
                  "choose a shorter one");
  }
  std::ranges::copy(name, address.sun_path);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<UniqueFd> make_socket(const std::filesystem::path& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return refuse(path, "cannot be made: " + errno_text(errno));
  return fd;
}

// True where somebody listens at the socket that stands there.
Result<bool> is_served(const std::filesystem::path& path, const sockaddr_un& address) {
  const auto probe = make_socket(path);
  if (!probe) return fail(probe.error());
  if (::connect(probe->get(), generic(address), sizeof(address)) == 0 || errno == EAGAIN) return true;
  if (errno == ECONNREFUSED || errno == ENOENT) return false;
  return refuse(path, "is taken, and connecting to it fails: " + errno_text(errno));
}

// Removes what an agent left behind that was killed; refuses to touch anything else.
Result<void> clear_the_way(const std::filesystem::path& path, const sockaddr_un& address, Deadline patience) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) {
    return errno == ENOENT ? Result<void>() : refuse(path, "cannot be looked at: " + errno_text(errno));
  }
  if (!S_ISSOCK(facts.st_mode)) return refuse(path, "is taken: something stands there that is no socket");
  if (facts.st_uid != ::geteuid()) return refuse(path, "is taken: a socket of another user stands there");
  for (;; std::this_thread::sleep_for(kBetweenLooks)) {
    const auto served = is_served(path, address);
    if (!served) return fail(served.error());
    if (!*served) break;
    if (!patience.passed()) continue;
    return refuse(path, "is taken: another program listens there", "end it first, or choose another socket");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return refuse(path, "cannot be replaced: " + errno_text(errno));
  return {};
}

// The file's mode follows from the umask at bind(2); fchmod(2) on the descriptor does not reach it.
Result<void> bind_privately(int fd, const std::filesystem::path& path, const sockaddr_un& address) {
  const mode_t before = ::umask(0177);
  const int bound = ::bind(fd, generic(address), sizeof(address));
  const int why = errno;
  ::umask(before);
  if (bound != 0) return refuse(path, "cannot be made: " + errno_text(why));
  return {};
}

}  // namespace

Result<SocketFile> SocketFile::listen(const std::filesystem::path& path, int backlog, Deadline patience) {
  const auto address = address_of(path);
  if (!address) return fail(address.error());
  auto fd = make_socket(path);
  if (!fd) return fail(std::move(fd.error()));
  if (auto clear = clear_the_way(path, *address, patience); !clear) return fail(std::move(clear.error()));
  if (auto bound = bind_privately(fd->get(), path, *address); !bound) return fail(std::move(bound.error()));
  SocketFile file(path, std::move(*fd));
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return refuse(path, "vanished: " + errno_text(errno));
  file.device_ = facts.st_dev;
  file.inode_ = facts.st_ino;
  if (::listen(file.fd(), backlog) != 0) return refuse(path, "cannot be listened at: " + errno_text(errno));
  return file;
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::move(other.fd_)),
      device_(std::exchange(other.device_, 0)),
      inode_(std::exchange(other.inode_, 0)) {}

SocketFile::~SocketFile() {
  struct stat facts{};
  if (!fd_ || ::lstat(path_.c_str(), &facts) != 0) return;
  if (S_ISSOCK(facts.st_mode) && facts.st_dev == device_ && facts.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace signet::agent
