// Which module calls are under way, and until when: a page of memory that the child writes and the keeper reads.
//
// The keeper has to know a call's deadline before the call begins, for afterwards the child may be unable to say
// anything. A frame for each call would cost two wake-ups of another process per signature; a store into shared memory
// costs nothing. The child writes to the link only when the keeper sleeps without a timer (FrameKind::Wake).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "common/error.h"
#include "common/time.h"
#include "common/unique_fd.h"

namespace signet::pkcs11 {

/// Connections that a child serves at once; each has a seat of its own on the board.
inline constexpr std::size_t kSeats = 32;

class CallBoard {
 public:
  /// A new board in a sealed memory file, which the child can write but not make smaller (a reader would fault).
  ///
  /// @error Bug  the kernel refused
  [[nodiscard]] static Result<CallBoard> create();
  /// The child's view of the keeper's board.
  ///
  /// @error Bug  `file` is not such a board
  [[nodiscard]] static Result<CallBoard> open(UniqueFd file);

  CallBoard(CallBoard&& other) noexcept;
  CallBoard& operator=(CallBoard&& other) noexcept;
  CallBoard(const CallBoard&) = delete;
  CallBoard& operator=(const CallBoard&) = delete;
  ~CallBoard();

  [[nodiscard]] int file() const { return file_.get(); }

  /// Child: the call at `seat` begins and must end by `deadline`.
  ///
  /// @return  true where the keeper sleeps and must be woken; it is told to one caller only
  [[nodiscard]] bool begin(std::size_t seat, Deadline deadline);
  /// Child: the call at `seat` has ended.
  void end(std::size_t seat);
  /// Child: a request was answered with a result.
  void note_answer();

  /// Keeper: the earliest deadline of a call under way.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> earliest() const;
  /// Keeper: from here on begin() asks to be woken; false where a call is already under way, and then nothing changes.
  [[nodiscard]] bool sleep();
  /// Keeper: whether this child has answered a request since clear().
  [[nodiscard]] bool has_answered() const;
  /// Keeper: the board of a child that has ended holds nothing.
  void clear();

 private:
  struct Page;
  CallBoard(UniqueFd file, Page* page);

  UniqueFd file_;
  Page* page_ = nullptr;
};

}  // namespace signet::pkcs11
