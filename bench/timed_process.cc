#include "bench/timed_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "bench/record.h"

namespace signet::bench {
namespace {

// Made once, so that a run costs fork and exec and nothing of ours.
struct Prepared {
  explicit Prepared(Program given) : program(std::move(given)) {
    for (const auto& [name, value] : program.environment) variables.push_back(name + "=" + value);
    for (std::string& text : program.arguments) argv.push_back(text.data());
    for (std::string& text : variables) envp.push_back(text.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, program.input.c_str(), O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!program.directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, program.directory.c_str());
  }
  ~Prepared() { ::posix_spawn_file_actions_destroy(&actions); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  Program program;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
  posix_spawn_file_actions_t actions{};
};

}  // namespace

Operation timed_process(Program program) {
  return [prepared = std::make_shared<Prepared>(std::move(program))] {
    pid_t pid = -1;
    if (::posix_spawnp(&pid, prepared->argv[0], &prepared->actions, nullptr, prepared->argv.data(),
                       prepared->envp.data()) != 0) {
      give_up(std::string(prepared->argv[0]) + " cannot be started");
    }
    int status = 0;
    (void)::waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      give_up(std::string(prepared->argv[0]) + " failed with wait status " + std::to_string(status));
    }
  };
}

}  // namespace signet::bench
