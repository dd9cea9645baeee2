// The state folder and the lock that keeps it for one agent.
#include "agent/store/state_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/store/lock_file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::agent {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;

unsigned mode_of(const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); }

TEST(StateFolder, IsMadeForItsOwnerAlone) {
  const test::TemporaryFolder folder;
  const auto state = StateFolder::open(folder / "a/b/state");
  ASSERT_TRUE(state) << state.error().sentence();
  EXPECT_EQ(mode_of(folder / "a/b/state"), 0700U);
  EXPECT_EQ(state->audit(), folder / "a/b/state/audit");
  EXPECT_EQ(mode_of(state->audit()), 0700U);
}

TEST(StateFolder, IsRefusedWhereOthersMayEnterIt) {
  const test::TemporaryFolder folder;
  fs::create_directories(folder / "state/audit");
  for (const unsigned mode : {0750U, 0701U}) {
    ASSERT_EQ(::chmod((folder / "state").c_str(), mode), 0);
    expect_refusal(StateFolder::open(folder / "state"), ErrorCode::InvalidRequest, "open to group or others");
  }
  ASSERT_EQ(::chmod((folder / "state").c_str(), 0700), 0);
  ASSERT_EQ(::chmod((folder / "state/audit").c_str(), 0755), 0);
  expect_refusal(StateFolder::open(folder / "state"), ErrorCode::InvalidRequest, "audit: open to group or others");
  ASSERT_EQ(::chmod((folder / "state/audit").c_str(), 0700), 0);
  EXPECT_TRUE(StateFolder::open(folder / "state"));
}

TEST(StateFolder, ServesOneAgentAtATime) {
  const test::TemporaryFolder folder;
  {
    const auto first = StateFolder::open(folder / "state");
    ASSERT_TRUE(first);
    const auto second = StateFolder::open(folder / "state");
    expect_refusal(second, ErrorCode::InvalidRequest,
                   "another agent holds the state folder " + (folder / "state").string());
    EXPECT_THAT(second.error().remedy, testing::HasSubstr("end that agent first"));
  }
  EXPECT_TRUE(StateFolder::open(folder / "state"));
}

TEST(LockFile, StaysWhenTheLockGoes) {
  const test::TemporaryFolder folder;
  {
    ASSERT_TRUE(take_lock(folder / "lock", "the house"));
  }
  EXPECT_TRUE(fs::exists(folder / "lock"));
  EXPECT_EQ(mode_of(folder / "lock"), 0600U);
}

TEST(LockFile, IsNoLinkAndNoFolder) {
  const test::TemporaryFolder folder;
  fs::create_symlink(folder.write("elsewhere", ""), folder / "link");
  expect_refusal(take_lock(folder / "link", "the house"), ErrorCode::InvalidRequest, "cannot be opened");
  expect_refusal(take_lock(folder.path(), "the house"), ErrorCode::InvalidRequest, "cannot be opened");
}

}  // namespace
}  // namespace signet::agent
