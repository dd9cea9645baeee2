#include "client/git/verify.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <tuple>
#include <vector>

#include "client/lib/gnupg_status.h"
#include "common/display.h"
#include "common/file.h"

namespace signet::git_program {
namespace {

// Beside this program and not by PATH, which a repository's hook may have changed.
std::string sibling(const char* name) {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0) return {};
  const std::string_view own(path.data(), static_cast<std::size_t>(size));
  return std::string(own.substr(0, own.rfind('/') + 1)) + name;
}

}  // namespace

Error verify(const Options& options) {
  std::string program = sibling("signet");
  std::string verb = "git-verify";
  std::string status = "--status-fd=" + std::to_string(options.status_fd);
  std::string separator = "--";
  std::string file = options.signature_file;
  std::vector<char*> arguments = {program.data(), verb.data()};
  if (options.status_fd >= 0) arguments.push_back(status.data());
  arguments.insert(arguments.end(), {separator.data(), file.data(), nullptr});
  int reason = ENOENT;
  if (!program.empty()) {
    ::execv(program.c_str(), arguments.data());
    reason = errno;
  }
  const client::GnupgStatus lines(options.status_fd);
  if (lines.line("NEWSIG")) std::ignore = lines.line("ERRSIG 0000000000000000 0 0 00 0 9");
  return {
      .code = ErrorCode::AgentUnavailable,
      .what = "signatures are verified by " + display_text(program) + ", which cannot be run: " + errno_text(reason),
      .remedy = "install signet beside signet-git"};
}

}  // namespace signet::git_program
