#include "client/lib/explain.h"

#include <unistd.h>

#include <cerrno>
#include <tuple>

#include "common/display.h"
#include "common/file.h"

namespace signet::client {
namespace {

// A sentence with a path and a name of an outsider in it is longer than a name alone.
constexpr std::size_t kSentence = 1000;

}  // namespace

std::string explain(std::string_view program, const Error& error) {
  std::string text = std::string(program) + ": " + display_text(error.sentence(), kSentence) + "\n";
  if (!error.remedy.empty()) text += "  next: " + display_text(error.remedy, kSentence) + "\n";
  return text;
}

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(ErrorCode::Cancelled, "the output cannot be written: " + errno_text(errno));
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

void write_stderr(std::string_view text) { std::ignore = write_all(STDERR_FILENO, text); }

}  // namespace signet::client
