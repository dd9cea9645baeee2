// What happens to a card while requests stream in, many times over: each request ends in a signature or in a named
// error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/card/card_guest.h"
#include "tests/card/card_worker.h"
#include "tests/support/length.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;

// What the child holds is the same after few rounds and after many.
struct Usage {
  long descriptors = 0;
  long private_dirty_kb = 0;
};
Usage usage_of(pid_t pid) {
  const std::string proc = "/proc/" + std::to_string(pid);
  Usage usage;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(proc + "/fd")) ++usage.descriptors;
  std::ifstream file(proc + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_Dirty:")) usage.private_dirty_kb = std::stol(line.substr(line.find(':') + 1));
  }
  return usage;
}

class PivStorm : public CardWorkerTest {
 protected:
  // One round: what breaks the card, a request meanwhile, what mends it, and a request that must be signed.
  void run_rounds(int rounds, const std::function<void(int)>& breaks, const std::function<void()>& mends) {
    start(piv_door(), with_keys({{.slot = 0x9a, .pin_policy = 2}}));
    std::vector<milliseconds> times;
    Usage early;
    const int settled = std::min(20, rounds / 2);
    for (int round = 1; round <= rounds; ++round) {
      breaks(round);
      const auto lost = sign(*channel_, key_, digest_of("lost"), milliseconds(2000));
      if (!lost) {
        EXPECT_THAT(lost.error().code, AnyOf(ErrorCode::TokenRemoved, ErrorCode::TokenBusy, ErrorCode::Deadline))
            << lost.error().sentence();
      }
      mends();
      const auto back = std::chrono::steady_clock::now();
      Result<Bytes> signature = fail(ErrorCode::Bug, "not asked yet");
      for (const Deadline deadline = soon(); !signature && !deadline.passed();) {
        signature = sign(*channel_, key_, digest_of("kept"));
      }
      ASSERT_TRUE(signature) << signature.error().sentence();
      EXPECT_TRUE(verifies(key_.public_key, digest_of("kept"), *signature));
      times.push_back(std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - back));
      if (round == settled) early = usage_of(worker_->child());
    }
    const Usage late = usage_of(worker_->child());
    std::ranges::sort(times);
    std::printf("%d rounds: back to the next signature: median %ld ms, worst %ld ms; Private_Dirty %ld -> %ld kB\n",
                rounds, static_cast<long>(times[times.size() / 2].count()), static_cast<long>(times.back().count()),
                early.private_dirty_kb, late.private_dirty_kb);
    EXPECT_EQ(card_->count_wrong_pins(), 0);
    if (kSanitized) return;
    EXPECT_EQ(early.descriptors, late.descriptors);
    EXPECT_LE(late.private_dirty_kb, early.private_dirty_kb + 256);
  }
};

TEST_F(PivStorm, OfRemovals) {
  run_rounds(length(12, 200), [this](int round) { card_->remove_at_apdu(1 + round % 3); }, [this] { card_->insert(); });
}

TEST_F(PivStorm, OfPcscdRestarts) {
  run_rounds(length(4, 20), [this](int) { card_->stop_pcscd(); }, [this] { card_->start_pcscd(); });
}

TEST_F(PivStorm, OfProgramsThatTakeTheReader) {
  std::optional<CardGuest> guest;
  run_rounds(
      length(3, 20),
      [&](int) {
        if (!guest) guest.emplace(*card_);
        ASSERT_TRUE(comes_true([&] { return guest->try_exclusive() == "done"; }));
      },
      [&] { guest->release(); });
}

}  // namespace
}  // namespace signet::test
