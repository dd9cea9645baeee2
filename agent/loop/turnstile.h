// Lets so many in at once; the others wait in the order in which they came.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

/// Must outlive its passes and whoever waits.
class Turnstile {
 public:
  Turnstile(boost::asio::any_io_executor executor, std::size_t places);
  ~Turnstile();
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  /// A place inside, given back when it goes.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (turnstile_ != nullptr) turnstile_->leave();
    }

   private:
    friend class Turnstile;
    explicit Pass(Turnstile& turnstile) : turnstile_(&turnstile) {}
    Turnstile* turnstile_;
  };

  /// @error Deadline   no place became free in time
  /// @error Cancelled  the coroutine was cancelled while it waited
  Awaitable<Result<Pass>> enter(Deadline deadline);

  /// True where nobody is inside and nobody waits.
  [[nodiscard]] bool idle() const { return inside_ == 0 && queue_.empty(); }

 private:
  struct Ticket;
  void leave();

  boost::asio::any_io_executor executor_;
  std::size_t places_;
  std::size_t inside_ = 0;
  std::deque<Ticket*> queue_;
};

}  // namespace signet::agent
