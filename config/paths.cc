// Where configuration, socket and state lie (XDG Base Directory Specification 0.8).
#include <cstdlib>
#include <system_error>

#include "common/display.h"
#include "config/configuration.h"

namespace signet::config {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The specification: relative paths in these variables are to be ignored.
std::filesystem::path folder_from(const char* variable, std::string_view below_home) {
  std::filesystem::path given = environment(variable);
  if (given.is_absolute()) return given;
  const std::filesystem::path home = environment("HOME");
  return home.is_absolute() ? home / below_home : std::filesystem::path();
}

}  // namespace

Result<std::optional<std::filesystem::path>> path_from_environment(const char* variable) {
  std::filesystem::path given = environment(variable);
  if (given.empty()) return std::nullopt;
  if (given.is_absolute()) return given;
  return fail(ErrorCode::InvalidRequest,
              std::string(variable) + " is the relative path " + display_text(given.native()),
              "set " + std::string(variable) + " to an absolute path");
}

Result<std::filesystem::path> default_configuration_path() {
  const auto given = path_from_environment("SIGNET_CONFIG");
  if (!given) return fail(given.error());
  if (*given) return **given;
  const std::filesystem::path folder = folder_from("XDG_CONFIG_HOME", ".config");
  std::filesystem::path own = folder.empty() ? folder : folder / "signet" / "config.toml";
  std::filesystem::path system = "/etc/signet/config.toml";
  std::error_code ignored;
  if (!own.empty() && std::filesystem::exists(own, ignored)) return own;
  if (std::filesystem::exists(system, ignored)) return system;
  return own.empty() ? system : own;
}

Result<std::filesystem::path> default_socket() {
  const auto socket = path_from_environment("SIGNET_SOCK");
  if (!socket) return fail(socket.error());
  if (*socket) return **socket;
  const std::filesystem::path runtime = environment("XDG_RUNTIME_DIR");
  if (runtime.is_absolute()) return runtime / "signet" / "agent.sock";
  return fail(ErrorCode::InvalidRequest,
              "neither SIGNET_SOCK nor XDG_RUNTIME_DIR is set, so there is no place for the socket",
              "set SIGNET_SOCK to a path in a folder that only you may enter");
}

Result<std::filesystem::path> default_state() {
  const std::filesystem::path state = folder_from("XDG_STATE_HOME", ".local/state");
  if (!state.empty()) return state / "signet";
  return fail(ErrorCode::InvalidRequest, "neither XDG_STATE_HOME nor HOME is set, so there is no place for the state",
              "set one of them, or give --state-dir");
}

Result<std::filesystem::path> default_cache() {
  const std::filesystem::path cache = folder_from("XDG_CACHE_HOME", ".cache");
  if (!cache.empty()) return cache / "signet";
  return fail(ErrorCode::InvalidRequest, "neither XDG_CACHE_HOME nor HOME is set, so there is no place for trust",
              "set one of them");
}

}  // namespace signet::config
