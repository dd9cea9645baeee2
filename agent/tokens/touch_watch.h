// Which touches are awaited at this moment, and who is told: nobody touches a token blindly (D13).
//
// The client that asked hears of it by itself (Attendance). Here it is kept for Status, and told to a program that the
// configuration names, which may show it on a desktop (docs/touch.md).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "agent/policy/decision.h"
#include "agent/tokens/notify_command.h"
#include "common/error.h"

namespace signet::agent {

/// What a touch is for. All of it is safe to show.
struct AwaitedTouch {
  std::string token;    ///< as the configuration calls it
  std::string purpose;  ///< "to sign commit 1f2e… as jane@example.org"
  std::string asker;    ///< the program, as far as the kernel tells: "/usr/bin/git (process 4711)"

  /// One line: the purpose, and who asked.
  [[nodiscard]] std::string sentence() const { return purpose + "; asked by " + asker; }
};

/// The asker of a touch: who the decision was about.
[[nodiscard]] std::string asker_of(const Decision& decision);

/// One thread, that of its event loop. Outlives every entry.
class TouchWatch {
 public:
  /// @param command  program and arguments that are told; empty: none
  /// @param notice   hears why it could not be started, the same trouble once
  TouchWatch(boost::asio::any_io_executor executor, std::vector<std::string> command,
             std::function<void(const std::string&)> notice);
  ~TouchWatch();
  TouchWatch(const TouchWatch&) = delete;
  TouchWatch& operator=(const TouchWatch&) = delete;

  /// While it lives the touch is awaited; the command is told to end with it.
  class Entry {
   public:
    Entry(TouchWatch& watch, AwaitedTouch touch);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class TouchWatch;
    TouchWatch& watch_;
    AwaitedTouch touch_;
    NotifyCommand command_;
  };

  /// The touch that a token waits for; nullptr where it waits for none.
  [[nodiscard]] const AwaitedTouch* on(std::string_view token) const;

 private:
  [[nodiscard]] NotifyCommand tell(const AwaitedTouch& touch);

  boost::asio::any_io_executor executor_;
  std::vector<std::string> command_;
  std::function<void(const std::string&)> notice_;
  std::string told_;  // the trouble that notice_ heard of last
  std::vector<const AwaitedTouch*> awaited_;
};

}  // namespace signet::agent
