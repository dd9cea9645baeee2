#include "client/cli/network_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <utility>

#include "common/file.h"
#include "common/process.h"
#include "common/spawn.h"
#include "common/unique_fd.h"

namespace signet::cli {
namespace {

// What leads to the network and to the authorities that TLS believes; nothing else of ours.
std::map<std::string, std::string> network_environment() {
  std::map<std::string, std::string> environment;
  for (const char* name : {"HOME", "LANG", "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY",
                           "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    if (const char* value = std::getenv(name); value != nullptr) environment[name] = value;
  }
  return environment;
}

Result<std::string> read_answer(int fd, std::string_view name, std::size_t limit) {
  std::string answer;
  std::array<char, 4096> buffer{};
  while (answer.size() < limit) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) break;
    if (size == 0) return answer;
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return fail(ErrorCode::WorkerFailed, std::string(name) + " ended without an answer");
}

}  // namespace

Result<std::string> ask_network_program(std::string_view name, std::vector<std::string> arguments, std::size_t limit) {
  auto program = libexec_program(name);
  if (!program) return fail(std::move(program.error()));
  const Command command{
      .program = std::move(*program), .arguments = std::move(arguments), .environment = network_environment()};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorCode::WorkerFailed, "pipe: " + errno_text(errno));
  UniqueFd own(ends[0]);
  UniqueFd theirs(ends[1]);
  const auto child = spawn(command, {{STDOUT_FILENO, theirs.get()}});
  if (!child) return fail(child.error());
  theirs.reset();
  auto answer = read_answer(own.get(), name, limit);
  // One whose answer is of no use may still be writing it, to somebody who reads no more.
  if (!answer) ::kill(*child, SIGKILL);
  own.reset();
  while (::waitpid(*child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return answer;
}

}  // namespace signet::cli
