#include "agent/service/heartbeat.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace signet::agent {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// How old the status may be that `systemctl status` shows.
constexpr milliseconds kStatusAge{10'000};
constexpr milliseconds kShortest{1};
// A manager that never hears READY=1 ends us: worth waiting for. A lost tick is followed by another.
constexpr milliseconds kReadyTime{5'000};
constexpr milliseconds kTickTime{0};

milliseconds interval_of(const Notifier& notifier) {
  if (!notifier.watchdog()) return kStatusAge;
  return std::clamp(std::chrono::duration_cast<milliseconds>(*notifier.watchdog() / 2), kShortest, kStatusAge);
}

}  // namespace

Awaitable<void> keep_telling(Notifier& notifier, std::function<std::string()> status, Notice notice) {
  if (!notifier.has_listener()) co_return;
  bool told = false;
  const auto tell = [&](const std::string& lines, milliseconds time) {
    auto heard = notifier.tell(lines, Deadline::after(time));
    if (!heard && !std::exchange(told, true)) notice(heard.error().sentence());
  };
  std::string shown = status();
  tell("READY=1\nSTATUS=" + shown, kReadyTime);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (const milliseconds interval = interval_of(notifier);;) {
    timer.expires_after(interval);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    std::string lines = notifier.watchdog() ? "WATCHDOG=1" : "";
    if (std::string now = status(); now != shown) {
      lines += (lines.empty() ? "STATUS=" : "\nSTATUS=") + now;
      shown = std::move(now);
    }
    if (!lines.empty()) tell(lines, kTickTime);
  }
}

}  // namespace signet::agent
