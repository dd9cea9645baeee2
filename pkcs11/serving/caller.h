// One connection as a key store sees it: whether anybody still waits for the answer, what the keeper knows of the call
// under way, and what the peer is told meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "common/time.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/serving/keeper_link.h"
#include "pkcs11/serving/waiting.h"

namespace signet::pkcs11 {

/// What all connections share with each other and with the keeper.
struct Surroundings {
  CallBoard& board;
  KeeperLink& link;
  WaitingNotices& notices;
};

/// Used by the thread of its connection alone.
class Caller {
 public:
  Caller(Surroundings surroundings, std::size_t seat, int socket)
      : surroundings_(surroundings), seat_(seat), socket_(socket) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() = default;

  /// True where the peer has closed both directions: it wants no answer any more. Half-closed peers do (D14).
  [[nodiscard]] bool has_gone() const;
  /// The same as a function, which must not outlive this object.
  [[nodiscard]] std::function<bool()> gone() const {
    return [this] { return has_gone(); };
  }

  /// The present call got a result: tells the keeper that this process is of use.
  void note_answer() { surroundings_.board.note_answer(); }

  /// Whether the present call asked for progress.
  void set_wants_progress(bool wants) { wants_progress_ = wants; }

  /// On the keeper's board for as long as it lives: the process ends a second after `deadline`, whoever is in it.
  class Watched {
   public:
    Watched(Caller& caller, Deadline deadline);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    /// From here on this deadline counts.
    void move_to(Deadline deadline);

   private:
    Caller& caller_;
  };

  /// While it lives the peer is told that its call lasts, where it asked for that.
  class Notice {
   public:
    /// @param after  how long a call lasts before the peer is told; 0 where it is known that it will
    explicit Notice(Caller& caller, std::chrono::milliseconds after = kNoticeAfter);
    ~Notice();
    Notice(const Notice&) = delete;
    Notice& operator=(const Notice&) = delete;

   private:
    Caller& caller_;
  };

 private:
  Surroundings surroundings_;
  std::size_t seat_;
  int socket_;
  bool wants_progress_ = false;
};

}  // namespace signet::pkcs11
