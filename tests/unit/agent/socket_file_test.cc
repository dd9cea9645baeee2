#include "agent/store/socket_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "protocol/channel.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::agent {
namespace {

namespace fs = std::filesystem;
using test::expect_refusal;

class SocketFileTest : public ::testing::Test {
 protected:
  Result<SocketFile> listen() { return SocketFile::listen(path_, 4); }

  [[nodiscard]] UniqueFd bind_another() const {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path_.native(), address.sun_path);
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }
  // As an agent that was killed leaves it: bound, and nobody listens.
  void leave_a_stale_one() const { (void)bind_another(); }
  [[nodiscard]] bool answers() const {
    return protocol::Channel::connect(path_, Deadline::after(std::chrono::seconds(5))).has_value();
  }

  test::TemporaryFolder folder_;
  fs::path path_ = folder_ / "agent.sock";
};

TEST_F(SocketFileTest, ListensForItsOwnerAlone) {
  const auto socket = listen();
  ASSERT_TRUE(socket) << socket.error().sentence();
  struct stat facts{};
  ASSERT_EQ(::lstat(path_.c_str(), &facts), 0);
  EXPECT_TRUE(S_ISSOCK(facts.st_mode));
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_TRUE(answers());
}

TEST_F(SocketFileTest, GoesWithItsOwner) {
  {
    const auto socket = listen();
  }
  EXPECT_FALSE(fs::exists(fs::symlink_status(path_)));
}

TEST_F(SocketFileTest, MovesWithTheObject) {
  auto first = listen();
  ASSERT_TRUE(first);
  {
    const SocketFile second(std::move(*first));
    EXPECT_TRUE(answers());
  }
  EXPECT_FALSE(fs::exists(fs::symlink_status(path_)));
}

TEST_F(SocketFileTest, ReplacesAStaleSocket) {
  leave_a_stale_one();
  const auto socket = listen();
  ASSERT_TRUE(socket) << socket.error().sentence();
  EXPECT_TRUE(answers());
}

// As the worker of an agent that was killed does, which needs a moment to end.
TEST_F(SocketFileTest, WaitsForSomebodyWhoIsAboutToEndWhereItHasPatience) {
  UniqueFd old = bind_another();
  ASSERT_EQ(::listen(old.get(), 4), 0);
  std::jthread ending([&old] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    old.reset();
  });
  const auto socket = SocketFile::listen(path_, 4, Deadline::after(std::chrono::minutes(1)));
  ASSERT_TRUE(socket) << socket.error().sentence();
  EXPECT_TRUE(answers());
}

TEST_F(SocketFileTest, LeavesASocketAloneAtWhichSomebodyListens) {
  const auto first = listen();
  ASSERT_TRUE(first);
  expect_refusal(listen(), ErrorCode::InvalidRequest, "is taken: another program listens there");
  EXPECT_TRUE(answers());
}

TEST_F(SocketFileTest, NeverDeletesWhatIsNoSocket) {
  folder_.write("agent.sock", "precious");
  expect_refusal(listen(), ErrorCode::InvalidRequest, "something stands there that is no socket");
  EXPECT_EQ(fs::file_size(path_), 8U);
  fs::remove(path_);
  fs::create_directory(path_);
  expect_refusal(listen(), ErrorCode::InvalidRequest, "something stands there that is no socket");
  EXPECT_TRUE(fs::is_directory(path_));
}

TEST_F(SocketFileTest, FollowsNoLink) {
  leave_a_stale_one();
  fs::rename(path_, folder_ / "elsewhere");
  fs::create_symlink(folder_ / "elsewhere", path_);
  expect_refusal(listen(), ErrorCode::InvalidRequest, "something stands there that is no socket");
  EXPECT_TRUE(fs::exists(fs::symlink_status(folder_ / "elsewhere")));
}

TEST_F(SocketFileTest, NeverDeletesAnotherUsersSocket) {
  if (::geteuid() != 0) GTEST_SKIP() << "giving a socket away needs root";
  leave_a_stale_one();
  ASSERT_EQ(::chown(path_.c_str(), 12345, 0), 0);
  expect_refusal(listen(), ErrorCode::InvalidRequest, "a socket of another user stands there");
  EXPECT_TRUE(fs::exists(fs::symlink_status(path_)));
}

TEST_F(SocketFileTest, LeavesWhatCameInItsPlace) {
  {
    const auto socket = listen();
    ASSERT_TRUE(socket);
    fs::rename(path_, folder_ / "moved");
    folder_.write("agent.sock", "precious");
  }
  EXPECT_EQ(fs::file_size(path_), 8U);
}

TEST_F(SocketFileTest, RefusesPathsThatTheKernelDoesNotTake) {
  expect_refusal(SocketFile::listen("agent.sock", 4), ErrorCode::InvalidRequest, "is not an absolute path");
  const auto long_path = folder_ / std::string(107 - folder_.path().native().size(), 'x');
  expect_refusal(SocketFile::listen(long_path, 4), ErrorCode::InvalidRequest, "of 108 bytes; the kernel takes 107");
  const auto longest = folder_ / std::string(106 - folder_.path().native().size(), 'x');
  EXPECT_TRUE(SocketFile::listen(longest, 4));
  expect_refusal(SocketFile::listen(folder_ / "none/agent.sock", 4), ErrorCode::InvalidRequest, "cannot be made");
}

}  // namespace
}  // namespace signet::agent
