#include "client/lib/socket_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "common/display.h"
#include "common/file.h"

namespace signet::client {
namespace {

std::filesystem::path variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

constexpr const char* kRemedy = "start it with: signet-agent";

}  // namespace

Result<std::filesystem::path> agent_socket_path() {
  std::filesystem::path socket = variable("SIGNET_SOCK");
  if (socket.is_absolute()) return socket;
  if (!socket.empty()) {
    return fail(ErrorCode::AgentUnavailable, "SIGNET_SOCK is the relative path " + display_text(socket.native()),
                "set SIGNET_SOCK to the absolute path of the agent's socket");
  }
  const std::filesystem::path runtime = variable("XDG_RUNTIME_DIR");
  if (runtime.is_absolute()) return runtime / "signet" / "agent.sock";
  return fail(ErrorCode::AgentUnavailable,
              "the agent's socket is not known: neither SIGNET_SOCK nor XDG_RUNTIME_DIR is set",
              "set SIGNET_SOCK to the absolute path of the agent's socket");
}

Result<void> check_socket_owner(const std::filesystem::path& path) {
  const std::string name = display_text(path.native());
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) {
    return fail(ErrorCode::AgentUnavailable, "no agent answers at " + name + ": " + errno_text(errno), kRemedy);
  }
  if (!S_ISSOCK(found.st_mode)) return fail(ErrorCode::AgentUnavailable, name + " is no socket", kRemedy);
  if (found.st_uid == ::geteuid() || found.st_uid == 0) return {};
  return fail(ErrorCode::NotAuthorized, "the socket " + name + " belongs to user id " + std::to_string(found.st_uid),
              "nothing was sent; an agent's socket belongs to you or to root");
}

}  // namespace signet::client
