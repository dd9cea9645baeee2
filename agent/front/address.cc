#include "agent/front/address.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "agent/store/lock_file.h"
#include "common/file.h"

namespace signet::agent {
namespace {

constexpr int kBacklog = 512;

Result<UniqueFd> lock_socket(const std::filesystem::path& socket) {
  return take_lock(socket.string() + ".lock", "the socket " + socket.string());
}

// A manager that is root may have made the socket in a folder of root's, where we write nothing: then the state folder,
// which is locked already, serves.
bool is_ours(const std::filesystem::path& folder) {
  struct stat facts{};
  return ::stat(folder.c_str(), &facts) == 0 && facts.st_uid == ::geteuid() && (facts.st_mode & 077U) == 0;
}

}  // namespace

Result<Address> adopt_address(HandedSocket handed, const std::filesystem::path& state) {
  Address address{.lock = {}, .socket = {}, .handed = true, .runtime = state};
  const std::filesystem::path folder = handed.path.parent_path();
  if (is_ours(folder)) {
    auto lock = lock_socket(handed.path);
    if (!lock) return fail(std::move(lock.error()));
    address.lock = std::move(*lock);
    address.runtime = folder;
  }
  address.socket.emplace(SocketFile::adopt(std::move(handed.path), std::move(handed.fd)));
  return address;
}

Result<Address> make_address(const std::filesystem::path& path) {
  if (auto made = make_private_folder(path.parent_path()); !made) return fail(std::move(made.error()));
  auto lock = lock_socket(path);
  if (!lock) return fail(std::move(lock.error()));
  auto socket = SocketFile::listen(path, kBacklog);
  if (!socket) return fail(std::move(socket.error()));
  return Address{
      .lock = std::move(*lock), .socket = std::move(*socket), .handed = false, .runtime = path.parent_path()};
}

}  // namespace signet::agent
