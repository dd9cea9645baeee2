#include "common/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "common/file.h"

namespace signet {

Result<std::filesystem::path> sibling_program(std::string_view name) {
  std::error_code trouble;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", trouble);
  if (trouble) return fail(ErrorCode::WorkerFailed, "/proc/self/exe: " + trouble.message());
  auto path = own.parent_path() / name;
  if (::access(path.c_str(), X_OK) != 0) {
    return fail(ErrorCode::WorkerFailed, path.string() + ": " + errno_text(errno),
                "install " + std::string(name) + " beside " + own.filename().string());
  }
  return path;
}

// Where the installed ones lie is fixed when this is built, relative to this program: an installed tree may stand
// anywhere.
Result<std::filesystem::path> libexec_program(std::string_view name) {
  const auto installed = std::filesystem::path(SIGNET_WORKER_DIR_FROM_BIN) / name;
  if (const auto found = sibling_program(installed.native())) return found->lexically_normal();
  auto built = sibling_program(name);
  if (!built) built.error().what = "neither " + installed.string() + " nor " + built.error().what;
  return built;
}

std::filesystem::path program_in_path(std::string_view name) {
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (!folder.starts_with('/')) continue;
    auto candidate = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  return {};
}

std::string ending_text(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "by signal " + std::to_string(WTERMSIG(wait_status));
  return "with status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace signet
