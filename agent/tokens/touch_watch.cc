#include "agent/tokens/touch_watch.h"

#include <algorithm>
#include <utility>

#include "common/display.h"

namespace signet::agent {

std::string asker_of(const Decision& decision) {
  const protocol::Peer& peer = decision.peer();
  std::string asker = peer.exe ? display_text(*peer.exe) : "an unknown program";
  return asker + " (process " + std::to_string(peer.pid) + ")";
}

TouchWatch::TouchWatch(boost::asio::any_io_executor executor, std::vector<std::string> command,
                       std::function<void(const std::string&)> notice)
    : executor_(std::move(executor)), command_(std::move(command)), notice_(std::move(notice)) {}
TouchWatch::~TouchWatch() = default;

TouchWatch::Entry::Entry(TouchWatch& watch, AwaitedTouch touch)
    : watch_(watch), touch_(std::move(touch)), command_(watch.tell(touch_)) {
  watch_.awaited_.push_back(&touch_);
}

TouchWatch::Entry::~Entry() { std::erase(watch_.awaited_, &touch_); }

const AwaitedTouch* TouchWatch::on(std::string_view token) const {
  const auto found = std::ranges::find(awaited_, token, [](const AwaitedTouch* touch) { return touch->token; });
  return found == awaited_.end() ? nullptr : *found;
}

// By the environment: other users can read the arguments of a process, and what is signed is not theirs to know.
NotifyCommand TouchWatch::tell(const AwaitedTouch& touch) {
  if (command_.empty()) return {};
  Command command{.program = command_.front(), .arguments = {command_.begin() + 1, command_.end()}};
  command.environment = {
      {"SIGNET_TOKEN", touch.token}, {"SIGNET_TITLE", "touch token " + touch.token}, {"SIGNET_TEXT", touch.sentence()}};
  auto started = NotifyCommand::start(executor_, std::move(command));
  if (started) return std::move(*started);
  if (std::exchange(told_, started.error().what) != told_) notice_("telling of a touch: " + told_);
  return {};
}

}  // namespace signet::agent
