#include "client/lib/pin_prompt.h"

#include <unistd.h>

#include <array>
#include <thread>
#include <utility>

#include "client/lib/agent_client.h"
#include "common/display.h"
#include "protocol/pin_record.h"

namespace signet::client {
namespace {

constexpr std::size_t kPrompt = 600;
constexpr std::string_view kInsist = "use the last try";
// Longer in all than a keeper waits for one who sends nothing.
constexpr std::array kBusyPauses = {std::chrono::seconds(1), std::chrono::seconds(2), std::chrono::seconds(3)};

Result<Asked> insist(Terminal& terminal, LockedPage& page, int watched, Deadline deadline,
                     const StillWanted& still_wanted) {
  const std::string prompt =
      "If this PIN is wrong, the token locks itself. To go on, type: " + std::string(kInsist) + "\n> ";
  auto asked = terminal.ask(prompt, Echo::On, page, protocol::kMaxEnteredPin, watched, deadline, still_wanted);
  if (!asked || *asked == Asked::Unneeded) return asked;
  if (text_of(page.bytes()) == kInsist) return Asked::Answered;
  return fail(ErrorCode::PinLocked, "one more wrong PIN would lock the token, so none is sent",
              "log in once with the right PIN, by the token's own tool");
}

Result<void> hand_in_once(const std::filesystem::path& socket, const std::string& token, ByteView pin, bool insists) {
  auto agent = AgentClient::connect(socket);
  if (!agent) return fail(std::move(agent.error()));
  return agent->enter_pin(token, pin, insists);
}

// Who typed it well need not type it again because somebody else is at the keeper.
Result<void> hand_in(const std::filesystem::path& socket, const std::string& token, ByteView pin, bool insists) {
  auto taken = hand_in_once(socket, token, pin, insists);
  for (const auto pause : kBusyPauses) {
    if (taken || taken.error().code != ErrorCode::RateLimited) break;
    std::this_thread::sleep_for(pause);
    taken = hand_in_once(socket, token, pin, insists);
  }
  return taken;
}

}  // namespace

Result<Asked> ask_for_pin(const std::filesystem::path& socket, const PinWish& wish, int watched, Deadline deadline,
                          const StillWanted& still_wanted) {
  auto terminal = Terminal::open();
  if (!terminal) return fail(std::move(terminal.error()));
  auto page = LockedPage::make();
  if (!page) return fail(std::move(page.error()));
  // A line of progress may stand there.
  terminal->show((::isatty(STDERR_FILENO) == 1 ? "\r\x1b[Ksignet: " : "signet: ") + display_text(wish.text, kPrompt) +
                 "\n");
  const bool last_try = wish.tries && *wish.tries <= 1;
  if (last_try) {
    auto insisted = insist(*terminal, *page, watched, deadline, still_wanted);
    if (!insisted || *insisted == Asked::Unneeded) return insisted;
  }
  auto asked = terminal->ask("PIN: ", Echo::Off, *page, protocol::kMaxEnteredPin, watched, deadline, still_wanted);
  if (!asked || *asked == Asked::Unneeded) return asked;
  if (auto taken = hand_in(socket, wish.token, page->bytes(), last_try); !taken) return fail(std::move(taken.error()));
  return Asked::Answered;
}

}  // namespace signet::client
