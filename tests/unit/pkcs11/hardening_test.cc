// D25, each property of the two running processes under its own name, as seen from outside.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/support/memory.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path proc(pid_t pid, const std::string& name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string status_field(pid_t pid, const std::string& name) {
  std::istringstream status(content(proc(pid, "status")));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return line.substr(line.find_first_not_of(" \t", name.size() + 1));
  }
  return "";
}

/// What another process of the same user sees: one without capabilities, as those of most users are.
bool same_user_can_read(pid_t pid, const std::string& name) {
  const pid_t child = ::fork();
  if (child == 0) {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[2] = {};
    if (::syscall(SYS_capset, &header, none) != 0) ::_exit(2);
    const int fd = ::open(proc(pid, name).c_str(), O_RDONLY | O_CLOEXEC);
    char byte = 0;
    ::_exit(fd >= 0 && ::read(fd, &byte, 1) >= 0 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_NE(WEXITSTATUS(status), 2) << "capset";
  return WEXITSTATUS(status) == 0;
}

class Hardening : public ::testing::Test {
 protected:
  Hardening() {
    token_.make_key("EC:prime256v1", "01", "git");
    auto setup = Worker::setup_for(token_);
    setup.without_capabilities = true;  // the kernel guards a process with capabilities anyway
    worker_.emplace(setup);
    auto channel = worker_->connect();
    const auto keys = keys_of(channel);
    EXPECT_TRUE(keys && !keys->empty());
    EXPECT_TRUE(sign(channel, keys->front(), digest_of("x")));
    processes_ = {worker_->keeper().pid(), worker_->child()};
  }

  SoftHsm token_{"desk", "secret-pin-73914"};
  std::optional<Worker> worker_;
  std::vector<pid_t> processes_;  // keeper, child
};

TEST_F(Hardening, NobodyOfTheSameUserLooksIntoTheProcesses) {
  Process other({.arguments = {"sleep", "60"}, .without_capabilities = true});
  ASSERT_TRUE(same_user_can_read(other.pid(), "maps")) << "the twin: an ordinary process is open";
  for (const pid_t pid : processes_) {
    EXPECT_FALSE(same_user_can_read(pid, "maps"));
    EXPECT_FALSE(same_user_can_read(pid, "mem"));
    EXPECT_FALSE(same_user_can_read(pid, "environ"));
  }
}

TEST_F(Hardening, NoCoreIsWritten) {
  for (const pid_t pid : processes_) {
    EXPECT_THAT(content(proc(pid, "limits")), ::testing::ContainsRegex("Max core file size +0 +0 "));
  }
}

TEST_F(Hardening, NoPrivilegesAreGained) {
  for (const pid_t pid : processes_) EXPECT_EQ(status_field(pid, "NoNewPrivs"), "1");
}

TEST_F(Hardening, TheChildRunsBehindASystemCallFilter) { EXPECT_EQ(status_field(processes_.at(1), "Seccomp"), "2"); }

TEST_F(Hardening, EveryDescriptorIsCloseOnExec) {
  if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  for (const pid_t pid : processes_) {
    for (const auto& entry : std::filesystem::directory_iterator(proc(pid, "fdinfo"))) {
      if (std::stoi(entry.path().filename()) <= 2) continue;
      const std::string info = content(entry.path());
      const auto flags = std::stoul(info.substr(info.find("flags:") + 6), nullptr, 8);
      EXPECT_NE(flags & O_CLOEXEC, 0U) << std::filesystem::read_symlink(proc(pid, "fd") / entry.path().filename());
    }
  }
}

TEST_F(Hardening, InheritedDescriptorsAreClosed) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  Worker worker(Worker::Setup{.arguments = {"--module", std::string(kSoftHsmModule), "--token-label", "desk"},
                              .environment = token_.environment(),
                              .descriptors = {{9, write_end.get()}}});
  ASSERT_GT(worker.child(), 0);
  write_end.reset();
  char byte = 0;
  EXPECT_EQ(::read(read_end.get(), &byte, 1), 0) << "somebody holds the inherited end of the pipe";
}

TEST_F(Hardening, ThePinIsInNoCommandLineAndNoEnvironment) {
  for (const pid_t pid : processes_) {
    EXPECT_THAT(content(proc(pid, "cmdline")), Not(HasSubstr(token_.pin())));
    EXPECT_THAT(content(proc(pid, "environ")), Not(HasSubstr(token_.pin())));
    EXPECT_THAT(content(proc(pid, "cmdline")), HasSubstr("--module"));
  }
  EXPECT_THAT(content(proc(processes_.at(1), "cmdline")), Not(HasSubstr("--pin")));
}

// The sanitizers make mlock(2) do nothing and fill the address space with shadows.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIGNET_SANITIZED
#endif
#endif
#ifndef SIGNET_SANITIZED

TEST_F(Hardening, ThePinsMemoryIsLocked) {
  EXPECT_THAT(status_field(processes_.at(0), "VmLck"), Not(::testing::StartsWith("0 ")));
}

TEST_F(Hardening, ThePinLiesInOnePlaceOfTheKeeperAndInNoneOfTheChild) {
  if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  EXPECT_EQ(places_in_memory(processes_.at(0), token_.pin()).size(), 1U);
  EXPECT_EQ(places_in_memory(processes_.at(1), token_.pin()).size(), 0U) << "SoftHSM keeps no copy either";
}

#endif  // SIGNET_SANITIZED

}  // namespace
}  // namespace signet::test
