#include "client/cli/git_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <utility>

#include "client/cli/git_words.h"
#include "common/display.h"
#include "common/file.h"
#include "common/process.h"
#include "common/spawn.h"
#include "common/unique_fd.h"

namespace signet::cli {
namespace {

constexpr std::size_t kMaxErrors = std::size_t{64} * 1024;
// git removes its lock files when it is asked to end.
constexpr std::chrono::seconds kLastWord{2};

// `git rev-parse --local-env-vars`, and what narrows the search for a repository.
constexpr std::array<std::string_view, 19> kRepositoryVariables = {"GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                                   "GIT_CEILING_DIRECTORIES",
                                                                   "GIT_COMMON_DIR",
                                                                   "GIT_CONFIG",
                                                                   "GIT_CONFIG_COUNT",
                                                                   "GIT_CONFIG_PARAMETERS",
                                                                   "GIT_DIR",
                                                                   "GIT_GRAFT_FILE",
                                                                   "GIT_IMPLICIT_WORK_TREE",
                                                                   "GIT_INDEX_FILE",
                                                                   "GIT_INTERNAL_SUPER_PREFIX",
                                                                   "GIT_NAMESPACE",
                                                                   "GIT_NO_REPLACE_OBJECTS",
                                                                   "GIT_OBJECT_DIRECTORY",
                                                                   "GIT_PREFIX",
                                                                   "GIT_QUARANTINE_PATH",
                                                                   "GIT_REPLACE_REF_BASE",
                                                                   "GIT_SHALLOW_FILE",
                                                                   "GIT_WORK_TREE"};

std::map<std::string, std::string> environment_for(const GitCommand& command) {
  auto environment = command.environment;
  environment.emplace("LC_ALL", "C");
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  if (!command.forgets_repository) return environment;
  for (const std::string_view name : kRepositoryVariables) environment.erase(std::string(name));
  return environment;
}

struct Ends {
  UniqueFd ours;
  UniqueFd theirs;
};

// Sockets, because a write to one whose reader is gone can be told not to raise SIGPIPE.
Result<Ends> make_ends() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(ErrorCode::WorkerFailed, "socketpair: " + errno_text(errno));
  }
  Ends both{.ours = UniqueFd(ends[0]), .theirs = UniqueFd(ends[1])};
  ::fcntl(both.ours.get(), F_SETFL, O_NONBLOCK);
  return both;
}

// A running git. Whoever lets it go before its end ends it.
class Running {
 public:
  explicit Running(pid_t pid) : pid_(pid), ended_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    if (!wait(Deadline::after(kLastWord))) ::kill(pid_, SIGKILL);
    reap();
  }

  [[nodiscard]] int ended() const { return ended_.get(); }
  int reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  [[nodiscard]] bool wait(Deadline deadline) const {
    pollfd end{.fd = ended_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&end, 1, static_cast<int>(deadline.remaining().count())) > 0;
  }

  pid_t pid_;
  UniqueFd ended_;
};

// What goes in and comes out while it runs.
class Talk {
 public:
  Talk(const GitCommand& command, Deadline deadline) : command_(command), rest_(command.input), deadline_(deadline) {}

  Result<GitAnswer> hold(const std::filesystem::path& program) {
    auto input = make_ends();
    if (!input) return fail(std::move(input.error()));
    auto output = make_ends();
    if (!output) return fail(std::move(output.error()));
    auto errors = make_ends();
    if (!errors) return fail(std::move(errors.error()));
    Command what{.program = program, .arguments = {}, .environment = environment_for(command_)};
    if (!command_.folder.empty()) what.arguments = {"-C", command_.folder.string()};
    what.arguments.insert(what.arguments.end(), command_.arguments.begin(), command_.arguments.end());
    const auto pid = spawn(what, {{STDIN_FILENO, input->theirs.get()},
                                  {STDOUT_FILENO, output->theirs.get()},
                                  {STDERR_FILENO, errors->theirs.get()}});
    if (!pid) return fail(pid.error());
    Running git(*pid);
    for (auto* ends : {&*input, &*output, &*errors}) ends->theirs.reset();
    input_ = std::move(input->ours);
    output_ = std::move(output->ours);
    errors_ = std::move(errors->ours);
    if (auto said = listen(git); !said) return fail(std::move(said.error()));
    return conclude(git.reap());
  }

 private:
  // Until it has ended: one that it left behind may keep its streams open.
  Result<void> listen(const Running& git) {
    for (bool over = false; !over;) {
      give();
      // A descriptor of -1 is passed over by poll(2).
      std::array<pollfd, 4> waits{pollfd{.fd = input_.get(), .events = POLLOUT, .revents = 0},
                                  pollfd{.fd = output_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = errors_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = git.ended(), .events = POLLIN, .revents = 0}};
      const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(deadline_.remaining().count()));
      if (ready < 0 && errno != EINTR) return fail(ErrorCode::WorkerFailed, "poll: " + errno_text(errno));
      if (ready == 0) return fail(ErrorCode::Deadline, name() + " took too long and was ended");
      if (ready < 0) continue;
      over = waits[3].revents != 0;
      take(output_, answer_.output, command_.limit + 1);
      take(errors_, answer_.errors, kMaxErrors);
      if (answer_.output.size() > command_.limit) {
        return fail(ErrorCode::LimitExceeded,
                    name() + " printed more than " + std::to_string(command_.limit) + " bytes");
      }
    }
    return {};
  }

  void give() {
    while (input_ && !rest_.empty()) {
      const ssize_t size = ::send(input_.get(), rest_.data(), rest_.size(), MSG_NOSIGNAL);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) break;  // it wants no more
      rest_.remove_prefix(static_cast<std::size_t>(size));
    }
    input_.reset();
  }

  // What came is kept up to a limit, and read on beyond it: git must not wait for a reader.
  static void take(UniqueFd& from, std::string& text, std::size_t limit) {
    std::array<char, std::size_t{64} * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): read(2)
    while (from) {
      const ssize_t size = ::read(from.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return from.reset();
      text.append(buffer.data(), std::min(limit - text.size(), static_cast<std::size_t>(size)));
    }
  }

  Result<GitAnswer> conclude(int wait_status) {
    if (!WIFEXITED(wait_status)) {
      return fail(ErrorCode::WorkerFailed, name() + " was ended " + ending_text(wait_status));
    }
    answer_.status = WEXITSTATUS(wait_status);
    return std::move(answer_);
  }

  [[nodiscard]] std::string name() const {
    return command_.arguments.empty() ? "git" : "git " + display_text(command_.arguments.front(), 40);
  }

  const GitCommand& command_;
  std::string_view rest_;
  Deadline deadline_;
  UniqueFd input_;
  UniqueFd output_;
  UniqueFd errors_;
  GitAnswer answer_;
};

}  // namespace

Result<GitAnswer> run_git(const GitCommand& command, Deadline deadline) {
  const auto program = program_in_path("git");
  if (program.empty()) return fail(ErrorCode::WorkerFailed, "there is no git in PATH", "install git");
  return Talk(command, deadline).hold(program);
}

Result<std::string> ask_git(const GitCommand& command, Deadline deadline) {
  auto answer = run_git(command, deadline);
  if (!answer) return fail(std::move(answer.error()));
  if (answer->status == 0) return std::move(answer->output);
  return refused_by_git(*answer);
}

}  // namespace signet::cli
