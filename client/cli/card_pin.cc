#include "client/cli/card_pin.h"

#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "common/process.h"
#include "common/spawn.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::cli {
namespace {

// The program itself waits ten seconds for a reader; PC/SC waits without a limit for another program's transaction.
constexpr std::chrono::seconds kPatience{20};
constexpr std::size_t kMaxAnswer = 4096;

// A process that is ended and reaped when this goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    (void)::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

Result<void> send_secret(int socket, ByteView secret) {
  if (secret.empty()) return {};
  const auto length = static_cast<std::uint8_t>(secret.size());
  if (::send(socket, &length, 1, MSG_NOSIGNAL) == 1 &&
      ::send(socket, secret.data(), secret.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(secret.size())) {
    return {};
  }
  return fail(ErrorCode::WorkerFailed, "signet-piv-pin does not listen: " + errno_text(errno));
}

Result<std::string> receive_answer(int socket) {
  std::string answer;
  for (const Deadline deadline = Deadline::after(kPatience); answer.size() < kMaxAnswer;) {
    pollfd event{.fd = socket, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&event, 1, static_cast<int>(deadline.remaining().count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      return fail(ErrorCode::Deadline, "the card does not answer: another program may be using it",
                  "end that program, and try again");
    }
    std::array<char, 512> buffer{};
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return answer;
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return answer;
}

// "3\n" or "unknown\n", or three lines: an error's name, what, and the remedy.
Result<std::optional<int>> read_answer(const std::string& answer) {
  if (answer == "unknown\n") return std::optional<int>();
  int tries = 0;
  const auto number = std::from_chars(answer.data(), answer.data() + answer.size(), tries);
  if (number.ec == std::errc() && *number.ptr == '\n' && number.ptr + 1 == answer.data() + answer.size()) {
    return std::optional(tries);
  }
  const auto first = answer.find('\n');
  const auto second = first == std::string::npos ? first : answer.find('\n', first + 1);
  const auto code = error_code_from_name(answer.substr(0, first));
  if (!code || second == std::string::npos) return fail(ErrorCode::WorkerFailed, "signet-piv-pin answered nonsense");
  std::string remedy = answer.substr(second + 1);
  while (remedy.ends_with('\n')) remedy.pop_back();
  return fail(*code, display_text(answer.substr(first + 1, second - first - 1)), display_text(remedy));
}

}  // namespace

Result<CardPin> CardPin::of(const config::Token& token) {
  if (!token.module.empty()) {
    return fail(ErrorCode::NotBuiltYet,
                "token " + token.name + " is reached through a module, which signet does not have change its PIN",
                "use the token's own tool, for example: pkcs11-tool --module MODULE --login --change-pin");
  }
  auto program = libexec_program("signet-piv-pin");
  if (!program) return fail(std::move(program.error()));
  return CardPin(std::move(*program), token);
}

Result<int> CardPin::tries() const {
  const auto tries = run("tries", {}, {});
  if (!tries) return fail(tries.error());
  if (*tries) return **tries;
  return fail(ErrorCode::WorkerFailed, "signet-piv-pin answered nonsense");
}

Result<std::optional<int>> CardPin::run(std::string_view task, ByteView first, ByteView second) const {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(ErrorCode::WorkerFailed, "socketpair: " + errno_text(errno));
  }
  const UniqueFd own(ends[0]);
  UniqueFd theirs(ends[1]);
  Command command{.program = program_, .arguments = {std::string(task)}};
  if (!serial_.empty()) command.arguments.insert(command.arguments.end(), {"--token-serial", serial_});
  if (!pcscd_.empty()) command.environment["PCSCLITE_CSOCK_NAME"] = pcscd_.string();
  const auto pid = spawn(command, {{3, theirs.get()}});
  if (!pid) return fail(pid.error());
  const Child child(*pid);
  theirs.reset();
  for (const ByteView secret : {first, second}) {
    if (auto sent = send_secret(own.get(), secret); !sent) return fail(std::move(sent.error()));
  }
  (void)::shutdown(own.get(), SHUT_WR);
  auto answer = receive_answer(own.get());
  if (!answer) return fail(std::move(answer.error()));
  return read_answer(*answer);
}

}  // namespace signet::cli
