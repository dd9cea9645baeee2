#include "common/spawn.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t functions are POSIX
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/file.h"
#include "common/unique_fd.h"

namespace signet {
namespace {

// Copies lie above the numbers that the program gets, so that no dup2() hits a source.
constexpr int kAside = 10;

// posix_spawn(3)'s two records, freed whatever happens.
class Records {
 public:
  Records() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  ~Records() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  // All of ours is close-on-exec, but libraries open some that are not.
  int set_descriptors(const std::map<int, UniqueFd>& copies) {
    int last = STDERR_FILENO;
    int trouble = ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (trouble == 0) {
      trouble = ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    }
    for (const auto& [there, copy] : copies) {
      if (trouble == 0) trouble = ::posix_spawn_file_actions_adddup2(&actions_, copy.get(), there);
      last = std::max(last, there);
    }
    return trouble != 0 ? trouble : ::posix_spawn_file_actions_addclosefrom_np(&actions_, last + 1);
  }

  // What we ignore or block must not be ignored or blocked there.
  int set_attributes(Session session) {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (session == Session::Own) flags = static_cast<short>(flags | POSIX_SPAWN_SETSID);
    int trouble = ::posix_spawnattr_setsigdefault(&attributes_, &all);
    if (trouble == 0) trouble = ::posix_spawnattr_setsigmask(&attributes_, &none);
    return trouble != 0 ? trouble : ::posix_spawnattr_setflags(&attributes_, flags);
  }

  int spawn(pid_t& pid, const std::string& program, char* const* argv, char* const* envp) {
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv, envp);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_of(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<pid_t> spawn(const Command& command, const std::map<int, int>& descriptors, Session session) {
  std::map<int, UniqueFd> copies;
  for (const auto& [there, here] : descriptors) {
    copies.emplace(there, UniqueFd(::fcntl(here, F_DUPFD_CLOEXEC, kAside)));
    if (!copies.at(there)) return fail(ErrorCode::WorkerFailed, "copying a descriptor: " + errno_text(errno));
  }
  std::vector<std::string> arguments = {command.program.string()};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment;
  environment.reserve(command.environment.size());
  for (const auto& [name, value] : command.environment) environment.emplace_back(name).append("=").append(value);
  const auto argv = pointers_of(arguments);
  const auto envp = pointers_of(environment);
  Records records;
  pid_t pid = -1;
  int trouble = records.set_descriptors(copies);
  if (trouble == 0) trouble = records.set_attributes(session);
  if (trouble == 0) trouble = records.spawn(pid, arguments.front(), argv.data(), envp.data());
  if (trouble != 0) {
    return fail(ErrorCode::WorkerFailed, "starting " + command.program.string() + ": " + errno_text(trouble));
  }
  return pid;
}

}  // namespace signet
