#include "tests/card/line_program.h"

#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace signet::test {
namespace {

/// Only a line that is complete.
std::optional<std::string> line_at(const std::string& text, std::size_t index) {
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    if (index-- == 0) return text.substr(begin, end - begin);
    begin = end + 1;
  }
  return std::nullopt;
}

[[noreturn]] void give_up(const std::string& what, const Process& program) {
  std::fprintf(stderr, "%s: %s%s\n", what.c_str(), program.output().c_str(), program.errors().c_str());
  std::abort();
}

}  // namespace

LineProgram::LineProgram(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  input_.reset(ends[0]);
  const UniqueFd theirs(ends[1]);
  program_.emplace(
      ProcessOptions{.arguments = arguments, .environment = environment, .descriptors = {{0, theirs.get()}}});
}

LineProgram::~LineProgram() {
  input_.reset();
  (void)program_->wait(Deadline::after(std::chrono::seconds(10)));
}

std::string LineProgram::next_answer() {
  const auto deadline = Deadline::after(std::chrono::seconds(100));
  for (bool runs = true; runs && !deadline.passed();) {
    runs = program_->running();
    if (const auto line = line_at(program_->output(), answers_)) {
      ++answers_;
      return *line;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  give_up("no answer", *program_);
}

std::string LineProgram::command(const std::string& line) {
  const std::string text = line + "\n";
  if (::send(input_.get(), text.data(), text.size(), MSG_NOSIGNAL) != std::ssize(text)) give_up(line, *program_);
  return next_answer();
}

void LineProgram::obey(const std::string& line) {
  if (command(line) != "done") give_up(line, *program_);
}

}  // namespace signet::test
