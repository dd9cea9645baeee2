#include "agent/service/notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>

#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using test::expect_refusal;

constexpr pid_t kSelf = 4711;

Deadline soon() { return Deadline::after(30s); }

// The manager's end.
class Ear {
 public:
  explicit Ear(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(name, address.sun_path);
    const bool abstract = name.starts_with('@');
    if (abstract) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0U : 1U));
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  [[nodiscard]] std::string hear() const {
    std::array<char, 1000> buffer{};
    const ssize_t size = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

 private:
  UniqueFd fd_;
};

TEST(Notifier, TellsNobodyWhereNobodyAsked) {
  auto notifier = Notifier::make({.watchdog_usec = "1000"}, kSelf);
  ASSERT_TRUE(notifier);
  EXPECT_FALSE(notifier->has_listener());
  EXPECT_FALSE(notifier->watchdog());
  EXPECT_TRUE(notifier->tell("READY=1", soon()));
}

TEST(Notifier, TellsThePathOrTheAbstractNameThatItWasGiven) {
  const test::TemporaryFolder folder;
  for (const std::string& name :
       {(folder / "notify").string(), "@signet-notifier-test-" + std::to_string(::getpid())}) {
    const Ear ear(name);
    auto notifier = Notifier::make({.socket = name}, kSelf);
    ASSERT_TRUE(notifier) << name;
    ASSERT_TRUE(notifier->tell("READY=1\nSTATUS=x", soon())) << name;
    EXPECT_EQ(ear.hear(), "READY=1\nSTATUS=x");
  }
}

TEST(Notifier, FindsAManagerThatMadeItsSocketAnew) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "notify").string();
  std::optional<Ear> ear(path);
  auto notifier = Notifier::make({.socket = path}, kSelf);
  ASSERT_TRUE(notifier && notifier->tell("A=1", soon()));
  ear.reset();
  expect_refusal(notifier->tell("B=1", soon()), ErrorCode::InvalidRequest, "cannot be told anything at " + path);
  ::unlink(path.c_str());
  ear.emplace(path);
  ASSERT_TRUE(notifier->tell("C=1", soon()));
  EXPECT_EQ(ear->hear(), "C=1");
}

TEST(Notifier, GivesUpOnAManagerThatDoesNotRead) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "notify").string();
  const Ear ear(path);
  auto notifier = Notifier::make({.socket = path}, kSelf);
  ASSERT_TRUE(notifier);
  Result<void> told;
  for (int i = 0; i < 100'000 && told; ++i) told = notifier->tell("WATCHDOG=1", Deadline::after(0ms));
  expect_refusal(told, ErrorCode::Deadline, "does not read what it is told");
}

TEST(Notifier, KnowsHowOftenTheManagerWantsToHear) {
  const auto watchdog = [](std::optional<std::string> usec, std::optional<std::string> pid) {
    const auto notifier =
        Notifier::make({.socket = "/n", .watchdog_usec = std::move(usec), .watchdog_pid = std::move(pid)}, kSelf);
    EXPECT_TRUE(notifier);
    return notifier->watchdog();
  };
  EXPECT_EQ(watchdog("30000000", {}), 30s);
  EXPECT_EQ(watchdog("30000000", "4711"), 30s);
  EXPECT_EQ(watchdog("30000000", "4712"), std::nullopt) << "meant for whoever started us";
  EXPECT_EQ(watchdog({}, "4711"), std::nullopt);
}

TEST(Notifier, RefusesVariablesThatAreMalformed) {
  const auto refuses = [](const NotifyVariables& variables, std::string_view reason) {
    expect_refusal(Notifier::make(variables, kSelf), ErrorCode::InvalidRequest, reason);
  };
  for (const char* socket : {"", "/", "@", "relative", "vsock:2:1"}) {
    refuses({.socket = socket}, "which is neither an absolute path nor an abstract address");
  }
  refuses({.socket = "/" + std::string(107, 'x')}, "NOTIFY_SOCKET holds 108 bytes; the kernel takes 107");
  EXPECT_TRUE(Notifier::make({.socket = "/" + std::string(106, 'x')}, kSelf));
  for (const char* usec : {"", "soon", "1s", "-1"}) {
    refuses({.socket = "/n", .watchdog_usec = usec}, "the variable WATCHDOG_USEC holds no number");
  }
  for (const char* usec : {"0", "18446744073709551615"}) {
    refuses({.socket = "/n", .watchdog_usec = usec}, "which is no time");
  }
  refuses({.socket = "/n", .watchdog_usec = "1", .watchdog_pid = "me"}, "the variable WATCHDOG_PID holds no number");
}

TEST(NotifyVariables, AreGoneOnceTheyWereRead) {
  ::setenv("NOTIFY_SOCKET", "/n", 1);
  ::setenv("WATCHDOG_USEC", "5", 1);
  ::setenv("WATCHDOG_PID", "6", 1);
  const auto variables = take_notify_variables();
  EXPECT_EQ(variables.socket, "/n");
  EXPECT_EQ(variables.watchdog_usec, "5");
  EXPECT_EQ(variables.watchdog_pid, "6");
  for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    EXPECT_EQ(::getenv(name), nullptr) << name;
}

}  // namespace
}  // namespace signet::agent
