#include "client/cli/in_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <latch>
#include <numeric>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace signet::cli {
namespace {

std::vector<std::size_t> up_to(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  return numbers;
}

TEST(InOrder, HandsResultsOverInOrderWhateverEndsFirst) {
  constexpr std::size_t kCount = 4;
  // Each piece ends only after the one behind it: the reverse of the order in which they are taken.
  std::array<std::latch, kCount> ended = {std::latch(1), std::latch(1), std::latch(1), std::latch(1)};
  std::vector<std::size_t> taken;
  InOrder<std::size_t>{.count = kCount,
                       .threads = kCount,
                       .work =
                           [&](std::size_t number) {
                             if (number + 1 < kCount) ended.at(number + 1).wait();
                             ended.at(number).count_down();
                             return number;
                           },
                       .take =
                           [&](std::size_t number, std::size_t result) {
                             EXPECT_EQ(number, result);
                             taken.push_back(result);
                           }}
      .run();
  EXPECT_EQ(taken, up_to(kCount));
}

TEST(InOrder, DoesEachPieceOnceOnEveryNumberOfThreads) {
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    std::array<std::atomic<int>, 500> done{};
    std::vector<std::size_t> taken;
    InOrder<std::size_t>{.count = done.size(),
                         .threads = threads,
                         .window = 5,
                         .work =
                             [&](std::size_t number) {
                               ++done.at(number);
                               return number;
                             },
                         .take = [&](std::size_t, std::size_t result) { taken.push_back(result); }}
        .run();
    EXPECT_EQ(taken, up_to(done.size())) << threads;
    for (const auto& times : done) EXPECT_EQ(times, 1) << threads;
  }
}

TEST(InOrder, BeginsNoPieceBeyondItsWindow) {
  constexpr std::size_t kWindow = 3;
  std::atomic<std::size_t> begun = 0;
  std::size_t furthest = 0;
  InOrder<std::size_t>{.count = 200,
                       .threads = 8,
                       .window = kWindow,
                       .work =
                           [&](std::size_t number) {
                             ++begun;
                             return number;
                           },
                       .take = [&](std::size_t number, std::size_t) { furthest = std::max(furthest, begun - number); }}
      .run();
  // The piece that is being taken has left its place already.
  EXPECT_LE(furthest, kWindow + 1);
}

TEST(InOrder, SaysWhichPieceItWaitsForWithoutTakingAnother) {
  std::latch waited(1);
  std::atomic<bool> told = false;
  std::vector<std::size_t> waits;
  InOrder<std::size_t>{.count = 2,
                       .threads = 2,
                       .work =
                           [&](std::size_t number) {
                             if (number == 1) waited.wait();
                             return number;
                           },
                       .take = [](std::size_t, std::size_t) {},
                       .wait =
                           [&](std::size_t number) {
                             waits.push_back(number);
                             if (number == 1 && !told.exchange(true)) waited.count_down();
                           },
                       .tick = std::chrono::milliseconds(1)}
      .run();
  EXPECT_THAT(waits, testing::Contains(1U));
}

TEST(InOrder, StaysOnItsThreadWhereThereIsOnePiece) {
  const auto here = std::this_thread::get_id();
  std::thread::id there;
  InOrder<int>{.count = 1,
               .threads = 8,
               .work =
                   [&](std::size_t) {
                     there = std::this_thread::get_id();
                     return 0;
                   },
               .take = [](std::size_t, int) {}}
      .run();
  EXPECT_EQ(here, there);
}

// Stacks of more memory than any system has: no thread can be made.
class StacksThatDoNotFit {
 public:
  StacksThatDoNotFit() {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge{};
    ::pthread_attr_init(&huge);
    ::pthread_attr_setstacksize(&huge, std::size_t{1} << 60U);
    ::pthread_setattr_default_np(&huge);
    ::pthread_attr_destroy(&huge);
  }
  StacksThatDoNotFit(const StacksThatDoNotFit&) = delete;
  StacksThatDoNotFit& operator=(const StacksThatDoNotFit&) = delete;
  ~StacksThatDoNotFit() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

TEST(InOrder, DoesWithoutThreadsWhereNoneCanBeMade) {
  const StacksThatDoNotFit none;
  ASSERT_THROW(std::thread([] {}), std::system_error);
  std::vector<std::size_t> taken;
  InOrder<std::size_t>{.count = 100,
                       .threads = 4,
                       .window = 3,
                       .work = [](std::size_t number) { return number; },
                       .take = [&](std::size_t, std::size_t result) { taken.push_back(result); }}
      .run();
  EXPECT_EQ(taken, up_to(100));
}

TEST(InOrder, EndsWithWhatTheTakerThrows) {
  const InOrder<int> job{.count = 500,
                         .threads = 4,
                         .window = 2,
                         .work = [](std::size_t) { return 0; },
                         .take =
                             [](std::size_t number, int) {
                               if (number == 3) throw std::runtime_error("no more");
                             }};
  EXPECT_THROW(job.run(), std::runtime_error);
}

TEST(InOrder, DoesNothingWhereThereIsNothingToDo) {
  InOrder<int>{
      .count = 0, .threads = 2, .work = [](std::size_t) { return 0; }, .take = [](std::size_t, int) { FAIL(); }}
      .run();
}

}  // namespace
}  // namespace signet::cli
