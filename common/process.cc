#include "common/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
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

std::string ending_text(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "by signal " + std::to_string(WTERMSIG(wait_status));
  return "with status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace signet
