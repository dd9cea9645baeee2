#include "protocol/peer.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace signet::protocol {
namespace {

// A listening socket and the connections that children of this program make to it.
class PeerTest : public testing::Test {
 protected:
  PeerTest() : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, (folder_ / "s").c_str(), sizeof(address_.sun_path) - 1);
    if (::bind(listener_.get(), address(), sizeof(address_)) != 0 || ::listen(listener_.get(), 8) != 0) std::abort();
  }

  [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }

  // A child that connects, as another user where `uid` says so, and stays until its end of the pipe closes.
  pid_t connect_from_child(uid_t uid, const UniqueFd& until) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (uid != 0 && ::seteuid(uid) != 0) ::_exit(2);
    if (::connect(socket.get(), address(), sizeof(address_)) != 0) ::_exit(3);
    char byte = 0;
    (void)!::read(until.get(), &byte, 1);
    ::_exit(0);
  }

  [[nodiscard]] UniqueFd accept() const { return UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

  test::TemporaryFolder folder_;
  sockaddr_un address_{};
  UniqueFd listener_;
};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) std::abort();
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
  }
  UniqueFd reader;
  UniqueFd writer;
};

TEST_F(PeerTest, IsTheProcessThatConnected) {
  Pipe pipe;
  const pid_t child = connect_from_child(0, pipe.reader);
  const UniqueFd connection = accept();
  const auto peer = peer_of(connection.get());
  pipe.writer.reset();
  ASSERT_EQ(::write(connection.get(), "", 0), 0);
  ASSERT_TRUE(peer) << peer.error().what;
  EXPECT_EQ(peer->uid, ::getuid());
  EXPECT_EQ(peer->gid, ::getgid());
  EXPECT_EQ(peer->pid, child);
  ASSERT_TRUE(peer->exe);
  EXPECT_EQ(std::filesystem::path(*peer->exe), std::filesystem::read_symlink("/proc/self/exe"));
  EXPECT_EQ(peer_uid(connection.get()).value(), ::getuid());
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(PeerTest, ThatHasGoneKeepsItsUidAndLosesItsName) {
  Pipe pipe;
  pipe.writer.reset();
  const pid_t child = connect_from_child(0, pipe.reader);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);  // gone and reaped: its number may be another's by now
  const UniqueFd connection = accept();
  const auto peer = peer_of(connection.get());
  ASSERT_TRUE(peer) << peer.error().what;
  EXPECT_EQ(peer->uid, ::getuid());
  EXPECT_EQ(peer->pid, child);
  EXPECT_FALSE(peer->exe);
  EXPECT_FALSE(peer->unit);
}

TEST_F(PeerTest, OfAnotherUserIsSeenAsThatUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  std::filesystem::permissions(folder_ / "s", std::filesystem::perms::all);
  Pipe pipe;
  const pid_t child = connect_from_child(1234, pipe.reader);
  const UniqueFd connection = accept();
  EXPECT_EQ(peer_of(connection.get()).value().uid, 1234U);
  EXPECT_EQ(peer_uid(connection.get()).value(), 1234U);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(PeerTest, DoesNotExistWhereNothingIsConnected) {
  EXPECT_EQ(peer_uid(0).error().code, ErrorCode::Bug);
  const UniqueFd alone(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(peer_of(alone.get()).error().code, ErrorCode::Bug);
}

TEST(HasTerminal, IsFalseInASessionOfItsOwnAndOfNoProcess) {
  const Pipe until;
  const pid_t child = ::fork();
  if (child == 0) {
    ::setsid();
    char byte = 0;
    (void)!::read(until.reader.get(), &byte, 1);
    ::_exit(0);
  }
  while (::getsid(child) != child) ::usleep(1000);
  EXPECT_FALSE(has_terminal(child));
  (void)!::write(until.writer.get(), "x", 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(has_terminal(child));
}

}  // namespace
}  // namespace signet::protocol
