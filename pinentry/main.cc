// signet-pin-entry: see help.cc. Hardened before anything else.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/hardening.h"
#include "common/locked_page.h"
#include "common/time.h"
#include "common/unique_fd.h"
#include "pinentry/conversation.h"
#include "pinentry/help.h"
#include "protocol/pin_entry_status.h"
#include "protocol/pin_record.h"

namespace signet::pinentry {
namespace {

constexpr int kKeeper = 3;
constexpr std::size_t kMaxDescription = 4096;
constexpr std::chrono::seconds kAnswerTime{10};

int refuse(const Error& error, int status) {
  (void)std::fputs(("signet-pin-entry: " + error.sentence() + "\n").c_str(), stderr);
  return status;
}

int show(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0 : kEnvironment;
}

Result<Question> read_arguments(int argc, char** argv) {
  Question question;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view value(argv[i + 1]);
    long seconds = 0;
    if (argv[i] == std::string_view("--pinentry") && value.starts_with('/')) {
      question.program = value;
    } else if (argv[i] == std::string_view("--seconds") &&
               std::from_chars(value.data(), value.data() + value.size(), seconds).ptr == value.data() + value.size() &&
               seconds > 0) {
      question.time = std::chrono::seconds(seconds);
    } else {
      return fail(ErrorCode::InvalidRequest, "wrong arguments", "see --help");
    }
  }
  if (argc % 2 == 1 && !question.program.empty()) return question;
  return fail(ErrorCode::InvalidRequest, "wrong arguments", "see --help");
}

std::string read_description() {
  std::string text(kMaxDescription, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(STDIN_FILENO, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

// pinentry-curses takes over the terminal that it is told: only one of this user's own.
void find_terminal(Question& question) {
  const char* const name = std::getenv("GPG_TTY");
  struct stat facts{};
  if (name == nullptr || *name != '/' || ::stat(name, &facts) != 0) return;
  if (!S_ISCHR(facts.st_mode) || facts.st_uid != ::getuid()) return;
  const char* const type = std::getenv("TERM");
  question.terminal = name;
  question.terminal_type = type == nullptr ? "dumb" : type;
}

Result<void> hand_in(const LockedPage& pin) {
  const auto head = protocol::PinRecordHead{.insists = false, .length = pin.bytes().size()}.encode();
  for (const ByteView piece : {ByteView(head), pin.bytes()}) {
    // A record is shorter than what any socket takes at once.
    if (::send(kKeeper, piece.data(), piece.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(piece.size())) break;
  }
  std::string answer;
  std::array<char, 512> some{};
  const Deadline deadline = Deadline::after(kAnswerTime);
  for (;;) {
    pollfd readable{.fd = kKeeper, .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(deadline.remaining().count())) <= 0) break;
    const ssize_t size = ::recv(kKeeper, some.data(), some.size(), 0);
    if (size <= 0 || answer.size() > protocol::kMaxPinAnswer) break;
    answer.append(some.data(), static_cast<std::size_t>(size));
  }
  return protocol::parse_pin_answer(answer);
}

int run(Question question) {
  if (::fcntl(kKeeper, F_SETFD, FD_CLOEXEC) != 0) {
    return refuse({.code = ErrorCode::InvalidRequest, .what = "descriptor 3 is not open"}, kUsage);
  }
  auto page = LockedPage::make();
  if (!page) return refuse(page.error(), kEnvironment);
  question.description = read_description();
  find_terminal(question);
  if (auto asked = ask(question, *page); !asked) return refuse(asked.error(), exit_status_for(asked.error().code));
  if (auto taken = hand_in(*page); !taken) return refuse(taken.error(), kEnvironment);
  return signet::protocol::kPinHandedIn;
}

}  // namespace
}  // namespace signet::pinentry

int main(int argc, char** argv) {
  using namespace signet::pinentry;
  if (auto hard = signet::harden_process(); !hard) return refuse(hard.error(), kEnvironment);
  if (argc == 2 && argv[1] == std::string_view("--help")) return show(help_text());
  if (argc == 2 && argv[1] == std::string_view("--version")) return show("signet-pin-entry " SIGNET_VERSION "\n");
  auto question = read_arguments(argc, argv);
  if (!question) return refuse(question.error(), kUsage);
  return run(std::move(*question));
}
