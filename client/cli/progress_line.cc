#include "client/cli/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "client/lib/explain.h"
#include "common/display.h"
#include "common/time.h"

namespace signet::cli {
namespace {

using protocol::Progress;
using protocol::ProgressKind;

// Who is asked to touch a key must be able to read for what.
constexpr std::size_t kPrompt = 600;
constexpr std::size_t kNarrow = 40;
constexpr std::size_t kUsual = 80;
constexpr std::chrono::seconds kPatience{1};

std::size_t width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::max<std::size_t>(size.ws_col, kNarrow);
}

bool asks_a_person(const Progress& news) {
  return news.kind == ProgressKind::TouchNeeded || news.kind == ProgressKind::PinNeeded;
}

}  // namespace

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(std::string_view text) {
  if (!terminal_) return;
  // "…" and the place of the cursor are two columns more.
  client::write_stderr("\r\x1b[K" + display_text(text, width() - 2));
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) client::write_stderr("\r\x1b[K");
  shown_ = false;
}

void ProgressLine::say(std::string_view text) {
  clear();
  client::write_stderr(display_text(text, kPrompt) + "\n");
}

client::OnProgress show_news(ProgressLine& line, std::vector<std::string> names) {
  return [&line, names = std::move(names)](const Progress& news) {
    if (asks_a_person(news)) return line.say("signet: " + news.text);
    const auto index = static_cast<std::size_t>(news.index);
    std::string place;
    if (names.size() > 1) place = std::to_string(index + 1) + " of " + std::to_string(names.size()) + ", ";
    line.show("signet: " + place + (index < names.size() ? names[index] + ": " : "") + news.text);
  };
}

sigstore::OnHashed show_hashing(ProgressLine& line, std::string name) {
  return
      [&line, name = std::move(name), patience = Deadline::after(kPatience)](std::uint64_t done, std::uint64_t size) {
        if (!patience.passed() || size == 0) return;
        // Per cent of a size whose hundredfold may be more than 64 bits hold.
        const std::uint64_t part = size >= 100 ? done / (size / 100) : done * 100 / size;
        line.show("signet: hashing " + name + ": " + std::to_string(std::min<std::uint64_t>(part, 100)) + " %");
      };
}

}  // namespace signet::cli
