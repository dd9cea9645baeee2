// Many pieces of work on several threads, with their results in the order in which they were asked for.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace signet::cli {

/// What is done with each piece of work. Pieces are numbered from 0.
template <typename Result>
struct InOrder {
  std::size_t count = 0;
  /// At most that many are at work, or as many as the system gives; with one (or one piece) no thread is started.
  std::size_t threads = 1;
  std::size_t window =
      64;  ///< no piece is begun before its distance to the next one to be taken is less: bounds memory
  /// Does one piece. Called from several threads at once; throws nothing.
  std::function<Result(std::size_t)> work;
  /// Takes each result, in order, on the thread that called run(). What it throws leaves run() once the pieces that
  /// are at work have ended.
  std::function<void(std::size_t, Result)> take;
  /// Called on that thread each `tick` while the result of that piece is waited for; may be empty.
  std::function<void(std::size_t)> wait = {};
  std::chrono::milliseconds tick{250};

  /// Ends when every result was taken.
  void run() const;
};

/// The processors that this process may run on, at least 1 and at most `count`.
[[nodiscard]] inline std::size_t processors_for(std::size_t count) {
  return std::max<std::size_t>(1, std::min<std::size_t>(count, std::thread::hardware_concurrency()));
}

/// The threads of one run and what they share.
template <typename Result>
class InOrderRun {
 public:
  explicit InOrderRun(const InOrder<Result>& job) : job_(job), done_(std::min(job.window, job.count)) {
    threads_.reserve(job.threads);
    while (threads_.size() < job.threads && start_one()) {
    }
  }
  InOrderRun(const InOrderRun&) = delete;
  InOrderRun& operator=(const InOrderRun&) = delete;
  ~InOrderRun() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    room_.notify_all();
  }

  [[nodiscard]] bool has_threads() const { return !threads_.empty(); }

  void take_all() {
    for (std::size_t number = 0; number < job_.count; ++number) job_.take(number, result_of(number));
  }

 private:
  // False where the system has no thread to give: a limit on processes or memory.
  bool start_one() {
    try {
      threads_.emplace_back([this] { work(); });
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  std::optional<Result>& place_of(std::size_t number) { return done_[number % done_.size()]; }

  void work() {
    std::unique_lock lock(mutex_);
    while (!is_over_ && next_ < job_.count) {
      const std::size_t number = next_++;
      room_.wait(lock, [&] { return is_over_ || number - taken_ < done_.size(); });
      if (is_over_) return;
      lock.unlock();
      auto result = job_.work(number);
      lock.lock();
      place_of(number) = std::move(result);
      ready_.notify_one();
    }
  }

  Result result_of(std::size_t number) {
    std::unique_lock lock(mutex_);
    auto& place = place_of(number);
    while (!ready_.wait_for(lock, job_.tick, [&] { return place.has_value(); })) {
      lock.unlock();
      if (job_.wait) job_.wait(number);
      lock.lock();
    }
    Result result = std::move(*place);
    place.reset();
    ++taken_;
    room_.notify_all();
    return result;
  }

  const InOrder<Result>& job_;
  std::mutex mutex_;
  std::condition_variable ready_;  // a result is in its place
  std::condition_variable room_;   // one was taken out
  std::vector<std::optional<Result>> done_;
  std::size_t next_ = 0;               // to be begun
  std::size_t taken_ = 0;              // all below are taken
  bool is_over_ = false;               // nothing more is begun
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

template <typename Result>
void InOrder<Result>::run() const {
  if (threads > 1 && count > 1) {
    InOrderRun<Result> run(*this);
    if (run.has_threads()) return run.take_all();
  }
  for (std::size_t number = 0; number < count; ++number) take(number, work(number));
}

}  // namespace signet::cli
