#include "common/file_lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet {
namespace {

using namespace std::chrono_literals;

TEST(FileLock, IsHeldByOneAlone) {
  const test::TemporaryFolder folder;
  std::optional<FileLock> held(FileLock::take(folder / "lock", "it", Deadline::after(10s)).value());
  const auto second = FileLock::take(folder / "lock", "it", Deadline::after(0ms));
  test::expect_refusal(second, ErrorCode::Deadline, "another program is updating it");
  held.reset();
  EXPECT_TRUE(FileLock::take(folder / "lock", "it", Deadline::after(0ms)));
}

TEST(FileLock, IsWaitedForUntilItIsFree) {
  const test::TemporaryFolder folder;
  std::optional<FileLock> held(FileLock::take(folder / "lock", "it", Deadline::after(10s)).value());
  std::optional<bool> taken;
  std::thread waiting([&] { taken = FileLock::take(folder / "lock", "it", Deadline::after(60s)).has_value(); });
  held.reset();
  waiting.join();
  EXPECT_EQ(taken, true);
}

TEST(FileLock, NeedsAFolder) {
  test::expect_refusal(FileLock::take("/nonexistent/lock", "it", Deadline::after(0ms)), ErrorCode::InvalidRequest,
                       "/nonexistent/lock");
}

}  // namespace
}  // namespace signet
