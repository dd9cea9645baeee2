// Progress of one request, on its way to whoever asked.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "common/awaitable.h"
#include "protocol/agent_messages.h"

namespace signet::agent {

/// Tells the client what happens. Empty where the client did not ask for it. That it could not be told is no reason to
/// stop: a client that went away cancels the request.
class Report {
 public:
  using Tell = std::function<Awaitable<void>(protocol::Progress news)>;

  Report() = default;
  /// @param heard  false where there is no client behind `tell`
  explicit Report(Tell tell, bool heard = true) : tell_(std::move(tell)), heard_(heard) {}
  explicit operator bool() const { return static_cast<bool>(tell_); }
  /// True where a client hears it.
  [[nodiscard]] bool heard() const { return tell_ && heard_; }

  /// @param place  in the queue for the token, while the request waits there
  Awaitable<void> operator()(protocol::ProgressKind kind, std::string text,
                             std::optional<std::int64_t> place = {}) const {
    protocol::Progress news{.kind = kind, .text = std::move(text), .place = place};
    return tell_(std::move(news));
  }
  Awaitable<void> tell(protocol::Progress news) const { return tell_(std::move(news)); }

 private:
  Tell tell_;
  bool heard_ = false;
};

}  // namespace signet::agent
