#include "sigstore/tuf/store_lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore::tuf {
namespace {

using namespace std::chrono_literals;

TEST(StoreLock, IsHeldByOneAlone) {
  const test::TemporaryFolder folder;
  std::optional<StoreLock> held(StoreLock::take(folder.path(), Deadline::after(10s)).value());
  const auto second = StoreLock::take(folder.path(), Deadline::after(0ms));
  test::expect_refusal(second, ErrorCode::Deadline, "another program is updating " + folder.path().string());
  held.reset();
  EXPECT_TRUE(StoreLock::take(folder.path(), Deadline::after(0ms)));
}

TEST(StoreLock, IsWaitedForUntilItIsFree) {
  const test::TemporaryFolder folder;
  std::optional<StoreLock> held(StoreLock::take(folder.path(), Deadline::after(10s)).value());
  std::optional<bool> taken;
  std::thread waiting([&] { taken = StoreLock::take(folder.path(), Deadline::after(60s)).has_value(); });
  held.reset();
  waiting.join();
  EXPECT_EQ(taken, true);
}

TEST(StoreLock, NeedsAFolder) {
  test::expect_refusal(StoreLock::take("/nonexistent", Deadline::after(0ms)), ErrorCode::InvalidRequest,
                       "/nonexistent/lock");
}

}  // namespace
}  // namespace signet::sigstore::tuf
