#include "tests/card/card_storm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <thread>
#include <utility>

#include "common/time.h"
#include "tests/support/sanitized.h"
#include "tests/support/usage.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AnyOf;

/// Opening a token has 15 seconds however little a request gives, a process that is late a second more.
constexpr std::chrono::seconds kLongestRequest{20};
constexpr std::chrono::minutes kLongestRecovery{1};
constexpr long kGrowthKb = 256;
constexpr milliseconds kAtRest{500};

class Record {
 public:
  explicit Record(const Storm& storm) : storm_(storm) {}

  bool ask() {
    const auto begun = steady_clock::now();
    const auto asked = storm_.asks();
    longest_ = std::max(longest_, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun));
    ++outcomes_[asked ? "signed" : std::string(error_name(asked.error().code))];
    if (!asked) {
      last_ = asked.error().sentence();
      EXPECT_THAT(asked.error().code,
                  AnyOf(ErrorCode::TokenRemoved, ErrorCode::TokenBusy, ErrorCode::Deadline, ErrorCode::WorkerFailed))
          << asked.error().sentence();
    }
    return asked.has_value();
  }

  /// From now, when the card is back.
  void ask_until_signed() {
    const auto back = steady_clock::now();
    const Deadline deadline = Deadline::after(kLongestRecovery);
    bool is_signed = ask();
    while (!is_signed && !deadline.passed() && !::testing::Test::HasFailure()) is_signed = ask();
    ASSERT_TRUE(is_signed) << "the card is back, and nothing is signed: " << last_;
    times_.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - back));
  }

  void print_and_check() {
    std::ranges::sort(times_);
    std::string outcomes;
    for (const auto& [name, count] : outcomes_) outcomes += ", " + std::to_string(count) + " " + name;
    std::printf(
        "%s, %d rounds: card back to the next signature: median %ld ms, worst %ld ms; longest request %ld ms%s\n",
        storm_.name.c_str(), storm_.rounds, static_cast<long>(times_[times_.size() / 2].count()),
        static_cast<long>(times_.back().count()), static_cast<long>(longest_.count()), outcomes.c_str());
    EXPECT_LE(longest_, kLongestRequest);
  }

 private:
  const Storm& storm_;
  std::vector<milliseconds> times_;
  milliseconds longest_{0};
  std::map<std::string, int> outcomes_;
  std::string last_;  // why nothing was signed
};

std::vector<Usage> look_at(const std::vector<WatchedProcess>& watched) {
  std::vector<Usage> usages;
  std::ranges::transform(watched, std::back_inserter(usages),
                         [](const WatchedProcess& process) { return usage_of(process.pid()); });
  return usages;
}

bool hold_the_same(const std::vector<Usage>& one, const std::vector<Usage>& other) {
  return std::ranges::equal(one, other, [](const Usage& left, const Usage& right) {
    return left.descriptors == right.descriptors && left.children == right.children;
  });
}

// A request that has just ended is let go of a moment later: the connections of its client and of its worker close one
// by one.
std::vector<Usage> look_at_rest(const std::vector<WatchedProcess>& watched) {
  const Deadline deadline = Deadline::after(std::chrono::seconds(10));
  std::vector<Usage> usages = look_at(watched);
  for (auto since = steady_clock::now(); steady_clock::now() - since < kAtRest && !deadline.passed();) {
    std::this_thread::sleep_for(milliseconds(20));
    std::vector<Usage> next = look_at(watched);
    if (!hold_the_same(usages, next)) since = steady_clock::now();
    usages = std::move(next);
  }
  return usages;
}

void compare(const WatchedProcess& process, const Usage& early, const Usage& late) {
  std::printf("  %s: Private_Dirty %ld -> %ld kB, descriptors %zu -> %zu, children %zu -> %zu\n", process.name.c_str(),
              early.private_dirty_kb, late.private_dirty_kb, early.descriptors, late.descriptors, early.children,
              late.children);
  if (kSanitized) return;
  EXPECT_EQ(early.descriptors, late.descriptors) << process.name;
  EXPECT_EQ(early.children, late.children) << process.name;
  if (!process.ours) return;
  EXPECT_LE(late.private_dirty_kb, early.private_dirty_kb + kGrowthKb) << process.name;
}

}  // namespace

void run_storm(const Storm& storm, const VirtualCard& card) {
  Record record(storm);
  std::vector<Usage> early;
  const int settled = std::clamp(storm.rounds / 2, 1, 20);
  for (int round = 1; round <= storm.rounds; ++round) {
    ASSERT_NO_FATAL_FAILURE(storm.breaks(round));
    (void)record.ask();
    (void)record.ask();
    storm.mends();
    ASSERT_NO_FATAL_FAILURE(record.ask_until_signed());
    if (round == settled) early = look_at_rest(storm.watched);
  }
  const std::vector<Usage> late = look_at_rest(storm.watched);
  record.print_and_check();
  for (std::size_t i = 0; i < late.size(); ++i) compare(storm.watched[i], early[i], late[i]);
  EXPECT_EQ(card.count_wrong_pins(), 0);
}

}  // namespace signet::test
