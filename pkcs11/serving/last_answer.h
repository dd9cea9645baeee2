// What a token told last, for askers who shall not wait for somebody's finger.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/time.h"
#include "pkcs11/serving/turn.h"

namespace signet::pkcs11 {

/// Any thread.
template <typename T>
class LastAnswer {
 public:
  /// A question that the last answer may serve for waits no longer than this: nobody changes a token that is at work.
  static constexpr std::chrono::milliseconds kPatience{10};

  [[nodiscard]] std::optional<T> get() const {
    const std::scoped_lock lock(mutex_);
    return answer_;
  }
  void note(T answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
  }
  void forget() {
    const std::scoped_lock lock(mutex_);
    answer_.reset();
  }

  /// Asks the token when its turn has come, and remembers what it said. Where the token is at work for somebody else,
  /// the last answer, if there is one.
  ///
  /// @param ask  called with the token for itself; what it fails with is passed on
  /// @error Deadline, Cancelled  as Turns::alone()
  template <typename Ask>
  [[nodiscard]] Result<T> tell_or_ask(Turns& turns, const Caller& caller, Deadline deadline, const Ask& ask) {
    auto last = get();
    const auto turn = turns.alone(caller, last ? deadline.within(kPatience) : deadline);
    if (!turn && last && turn.error().code == ErrorCode::Deadline) return std::move(*last);
    if (!turn) return fail(turn.error());
    Result<T> told = ask();
    if (told) note(*told);
    return told;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<T> answer_;
};

}  // namespace signet::pkcs11
