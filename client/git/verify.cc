#include "client/git/verify.h"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <tuple>
#include <vector>

#include "client/lib/gnupg_status.h"
#include "common/display.h"
#include "common/file.h"
#include "common/process.h"

namespace signet::git_program {
Error verify(const Options& options) {
  const auto signet = sibling_program("signet");
  std::string program = signet ? signet->string() : "signet";
  std::string verb = "git-verify";
  std::string status = "--status-fd=" + std::to_string(options.status_fd);
  std::string separator = "--";
  std::string file = options.signature_file;
  std::vector<char*> arguments = {program.data(), verb.data()};
  if (options.status_fd >= 0) arguments.push_back(status.data());
  arguments.insert(arguments.end(), {separator.data(), file.data(), nullptr});
  std::string reason = signet ? "" : signet.error().what;
  if (signet) {
    ::execv(program.c_str(), arguments.data());
    reason = errno_text(errno);
  }
  const client::GnupgStatus lines(options.status_fd);
  if (lines.line("NEWSIG")) std::ignore = lines.line("ERRSIG 0000000000000000 0 0 00 0 9");
  return {.code = ErrorCode::AgentUnavailable,
          .what = "signatures are verified by " + display_text(program) + ", which cannot be run: " + reason,
          .remedy = "install signet beside signet-git"};
}

}  // namespace signet::git_program
