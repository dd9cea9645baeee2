#include "agent/service/handed_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "tests/support/temporary_folder.h"

namespace signet::agent {
namespace {

using ::testing::HasSubstr;

class HandedSocketTest : public ::testing::Test {
 protected:
  [[nodiscard]] UniqueFd bound(const std::string& name, int type = SOCK_STREAM, bool listening = true) const {
    UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(name, address.sun_path);
    if (name.starts_with('@')) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    if (listening) ::listen(fd.get(), 4);
    return fd;
  }
  [[nodiscard]] UniqueFd good() const {
    const std::string path = (folder_ / "agent.sock").string();
    ::unlink(path.c_str());
    return bound(path);
  }

  static std::string describe(const std::optional<HandedSocket>& socket) {
    if (!socket) return "";
    std::string text = socket->path.string();
    if (::fcntl(socket->fd.get(), F_GETFD) != FD_CLOEXEC) text += " inheritable";
    if ((::fcntl(socket->fd.get(), F_GETFL) & O_NONBLOCK) == 0) text += " blocking";
    return text;
  }
  static std::string describe(const Result<HandedSockets>& taken) {
    if (!taken) return taken.error().sentence();
    if (!taken->varlink && !taken->ssh) return "nothing";
    return describe(taken->varlink) + (taken->ssh ? " ssh:" + describe(taken->ssh) : "");
  }

  // What a process makes of it that has `fd` as its descriptor 3; "%" in the variable stands for its own pid.
  static std::string outcome(const UniqueFd& fd, ListenVariables variables, const UniqueFd& next = UniqueFd()) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd reading(::fcntl(ends[0], F_DUPFD_CLOEXEC, 50));
    UniqueFd writing(::fcntl(ends[1], F_DUPFD_CLOEXEC, 50));
    const UniqueFd first(ends[0]);
    const UniqueFd second(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) {
      const UniqueFd away(::fcntl(next.get(), F_DUPFD, 60));
      ::dup2(fd.get(), 3);
      if (away) ::dup2(away.get(), 4);
      if (variables.pid == "%") variables.pid = std::to_string(::getpid());
      const std::string text = describe(take_handed_sockets(variables, ::getpid()));
      ::_exit(::write(writing.get(), text.data(), text.size()) >= 0 ? 0 : 1);
    }
    writing.reset();
    ::close(second.get());
    (void)::waitpid(child, nullptr, 0);
    std::array<char, 2000> buffer{};
    const ssize_t size = ::read(reading.get(), buffer.data(), buffer.size());
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

  test::TemporaryFolder folder_;
  ListenVariables ours_{.pid = "%", .fds = "1", .names = "varlink"};
};

TEST_F(HandedSocketTest, IsTakenWithItsPathAndWillNotBeInherited) {
  EXPECT_EQ(outcome(good(), ours_), (folder_ / "agent.sock").string());
}

TEST_F(HandedSocketTest, MayHaveNoName) {
  ours_.names.reset();
  EXPECT_EQ(outcome(good(), ours_), (folder_ / "agent.sock").string());
}

TEST_F(HandedSocketTest, IsLeftAloneWhereItIsMeantForAnotherProcess) {
  ours_.pid = "1";
  EXPECT_EQ(outcome(good(), ours_), "nothing");
}

TEST_F(HandedSocketTest, IsNotThereWithoutTheVariables) {
  EXPECT_EQ(outcome(good(), {}), "nothing");
  EXPECT_EQ(outcome(good(), {.pid = "%"}), "nothing");
  EXPECT_EQ(outcome(good(), {.fds = "1"}), "nothing");
}

TEST_F(HandedSocketTest, IsRefusedWhereAVariableIsMalformed) {
  for (const char* pid : {"", "x", "1x", "-1", " 1", "99999999999999999999"}) {
    EXPECT_THAT(outcome(good(), {.pid = pid, .fds = "1"}), HasSubstr("the variable LISTEN_PID holds no number")) << pid;
  }
  EXPECT_THAT(outcome(good(), {.pid = "%", .fds = "one"}), HasSubstr("the variable LISTEN_FDS holds no number"));
}

TEST_F(HandedSocketTest, MayBeTheOneForSshAloneOrBeside) {
  ours_.names = "ssh";
  EXPECT_EQ(outcome(good(), ours_), " ssh:" + (folder_ / "agent.sock").string());
  const UniqueFd other = bound((folder_ / "other.sock").string());
  const std::string both = (folder_ / "other.sock").string() + " ssh:" + (folder_ / "agent.sock").string();
  EXPECT_EQ(outcome(good(), {.pid = "%", .fds = "2", .names = "ssh:varlink"}, other), both);
}

TEST_F(HandedSocketTest, IsOneOfEachNameThatIsServed) {
  EXPECT_THAT(outcome(good(), {.pid = "%", .fds = "3", .names = "varlink:ssh:ssh"}),
              HasSubstr("3 descriptors were handed over; signet-agent serves one or two"));
  EXPECT_THAT(outcome(good(), {.pid = "%", .fds = "0"}), HasSubstr("0 descriptors were handed over"));
  EXPECT_THAT(outcome(good(), {.pid = "%", .fds = "2"}), HasSubstr("2 descriptors were handed over, and none has"));
  ours_.names = "ssh\x1b";
  EXPECT_THAT(outcome(good(), ours_), HasSubstr("is named \"ssh\xef\xbf\xbd\", which is neither \"varlink\""));
  ours_.names = "varlink:ssh";
  EXPECT_THAT(outcome(good(), ours_), HasSubstr("1 descriptors were handed over, and LISTEN_FDNAMES names 2"));
  EXPECT_THAT(outcome(good(), {.pid = "%", .fds = "2", .names = "ssh:ssh"}, good()), HasSubstr("have one name"));
}

TEST_F(HandedSocketTest, IsAListeningUnixStreamSocket) {
  const std::string reason = "descriptor 3 is no listening AF_UNIX stream socket";
  EXPECT_THAT(outcome(bound((folder_ / "quiet").string(), SOCK_STREAM, false), ours_), HasSubstr(reason));
  EXPECT_THAT(outcome(bound((folder_ / "datagram").string(), SOCK_DGRAM, false), ours_), HasSubstr(reason));
  EXPECT_THAT(outcome(bound((folder_ / "packet").string(), SOCK_SEQPACKET), ours_), HasSubstr(reason));
  const UniqueFd internet(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(internet.get(), 1), 0);
  EXPECT_THAT(outcome(internet, ours_), HasSubstr(reason));
  EXPECT_THAT(outcome(UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)), ours_), HasSubstr(reason));
}

TEST_F(HandedSocketTest, HasAPathAndNoAbstractName) {
  const std::string reason = "the socket is not bound to an absolute path";
  EXPECT_THAT(outcome(bound("@signet-handed-socket-test-" + std::to_string(::getpid())), ours_), HasSubstr(reason));
}

TEST(ListenVariables, AreGoneOnceTheyWereRead) {
  ::setenv("LISTEN_PID", "7", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_FDNAMES", "varlink", 1);
  const auto variables = take_listen_variables();
  EXPECT_EQ(variables.pid, "7");
  EXPECT_EQ(variables.fds, "1");
  EXPECT_EQ(variables.names, "varlink");
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) EXPECT_EQ(::getenv(name), nullptr) << name;
  EXPECT_FALSE(take_listen_variables().pid);
}

}  // namespace
}  // namespace signet::agent
