// Lets so many in at once; the others wait, and the clients among them take turns.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "common/awaitable.h"
#include "common/error.h"
#include "common/time.h"

namespace signet::agent {

/// Whoever waits is served in the order in which he came among those of his own client, and the clients take turns: one
/// that asks a thousand times holds up another by one turn, not by a thousand. Must outlive its passes and whoever
/// waits.
class Turnstile {
 public:
  /// Told now and then to whoever waits: his place in the queue, counted from 1.
  using OnPlace = std::function<Awaitable<void>(std::size_t place)>;

  struct Guest {
    pid_t client = 0;        ///< the process that asks: what counts as one client
    std::size_t places = 1;  ///< how many he takes
    OnPlace on_place{};      ///< may be empty
  };

  Turnstile(boost::asio::any_io_executor executor, std::size_t places);
  ~Turnstile();
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  /// Places inside, given back when it goes.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, nullptr)), places_(other.places_) {}
    Pass& operator=(Pass&&) = delete;
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (turnstile_ != nullptr) turnstile_->leave(places_);
    }

    /// Gives back all but so many.
    void keep(std::size_t places) {
      if (places < places_) turnstile_->leave(std::exchange(places_, places) - places);
    }

   private:
    friend class Turnstile;
    Pass(Turnstile& turnstile, std::size_t places) : turnstile_(&turnstile), places_(places) {}
    Turnstile* turnstile_;
    std::size_t places_;
  };

  /// @param guest  wants at most as many places as there are
  /// @error Deadline   no place became free in time
  /// @error Cancelled  the coroutine was cancelled while it waited
  Awaitable<Result<Pass>> enter(Deadline deadline, Guest guest);
  Awaitable<Result<Pass>> enter(Deadline deadline) { return enter(deadline, Guest()); }

  /// True where nobody is inside and nobody waits.
  [[nodiscard]] bool idle() const { return taken_ == 0 && lines_.empty(); }

 private:
  struct Ticket;
  /// Those of one client who wait, the first one first. Never empty.
  struct Line {
    pid_t client;
    std::deque<Ticket*> tickets;
  };

  void leave(std::size_t places);
  void admit();
  void line_up(Ticket& ticket);
  void forget(const Ticket& ticket);
  [[nodiscard]] std::size_t place_of(const Ticket& ticket) const;

  boost::asio::any_io_executor executor_;
  std::size_t places_;
  std::size_t taken_ = 0;
  std::list<Line> lines_;  // in the order of their turns
};

}  // namespace signet::agent
