// D25, each property of agent, keeper and module process under its own name, as somebody else sees it; each with a twin
// that shows what is seen of a process without it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

#include "tests/integration/wire.h"
#include "tests/support/service_manager.h"

namespace signet::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

std::filesystem::path proc(pid_t pid, const std::string& name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The errno of what another process of this user tries, one without capabilities as those of most users are; 0 where it
// succeeds.
int errno_of_same_user(const std::function<long()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[2] = {};
    if (::syscall(SYS_capset, &header, none) != 0) ::_exit(255);
    ::_exit(attempt() < 0 ? errno : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_NE(WEXITSTATUS(status), 255) << "capset";
  return WEXITSTATUS(status);
}

int errno_of_tracing(pid_t pid) {
  return errno_of_same_user([pid] { return ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr); });
}

int errno_of_opening(pid_t pid, const char* name) {
  const std::string path = proc(pid, name).string();
  return errno_of_same_user([&path] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
}

// The descriptors above 2 that a program started from there would inherit.
std::vector<std::string> inheritable(pid_t pid) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(proc(pid, "fdinfo"))) {
    const std::string number = entry.path().filename();
    if (std::stoi(number) <= 2) continue;
    const std::string info = content(entry.path());
    const auto flags = std::stoul(info.substr(info.find("flags:") + 6), nullptr, 8);
    if ((flags & O_CLOEXEC) == 0)
      found.push_back(number + " " + std::filesystem::read_symlink(proc(pid, "fd") / number).string());
  }
  return found;
}

std::vector<std::string> cores_in(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("core")) found.push_back(entry.path());
  }
  return found;
}

// Agent, keeper and module process, started as for a user who is not root: the kernel guards one with capabilities
// anyway.
class HardenedProcesses : public ::testing::Test {
 protected:
  HardenedProcesses() {
    house_.agent().send_signal(SIGTERM);
    EXPECT_TRUE(house_.agent().wait(soon()));
    manager_.emplace(house_.socket(),
                     ServiceManager::Setup{.without_capabilities = true,
                                           .environment = {{"HOME", (house_.folder() / "home").string()},
                                                           {"SIGNET_SOCK", house_.socket().string()}},
                                           .directory = house_.folder() / "home"});
    manager_->start({program("signet-agent"), "--config", house_.configuration().string(), "--state-dir",
                     (house_.folder() / "state").string()});
    EXPECT_TRUE(manager_->hear("READY=1", soon())) << agent().errors();
    EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
    processes_ = {agent().pid()};
    for (std::size_t i = 0; i < 2; ++i) {
      const auto children = children_of(processes_.back());
      EXPECT_EQ(children.size(), 1U);
      processes_.push_back(children.at(0));
    }
  }
  ~HardenedProcesses() override {
    agent().send_signal(SIGTERM);
    EXPECT_TRUE(agent().wait(soon()));
  }
  [[nodiscard]] Process& agent() { return manager_->service(); }

  Household house_;
  std::optional<ServiceManager> manager_;
  std::vector<pid_t> processes_;  ///< agent, keeper, module
  TemporaryFolder elsewhere_;
  Process ordinary_{{.arguments = {"sleep", "600"}, .directory = elsewhere_.path(), .without_capabilities = true}};
};

TEST_F(HardenedProcesses, CannotBeTraced) {
  const std::string yama = content("/proc/sys/kernel/yama/ptrace_scope");
  if (!yama.empty() && !yama.starts_with("0")) GTEST_SKIP() << "nobody may trace anybody here (Yama)";
  EXPECT_EQ(errno_of_tracing(ordinary_.pid()), 0) << "the twin";
  for (const pid_t pid : processes_) EXPECT_EQ(errno_of_tracing(pid), EPERM) << pid;
}

TEST_F(HardenedProcesses, ShowNobodyTheirMemory) {
  for (const char* name : {"mem", "maps", "environ"}) {
    EXPECT_EQ(errno_of_opening(ordinary_.pid(), name), 0) << "the twin, " << name;
    for (const pid_t pid : processes_) EXPECT_EQ(errno_of_opening(pid, name), EACCES) << name;
  }
}

TEST_F(HardenedProcesses, DumpNoCore) {
  Process dumping({.arguments = {"sh", "-c", "ulimit -c unlimited && exec sleep 600"}, .directory = elsewhere_.path()});
  for (const Deadline deadline = soon(); content(proc(dumping.pid(), "comm")) != "sleep\n" && !deadline.passed();)
    ::usleep(10'000);
  dumping.send_signal(SIGABRT);
  const auto twin = dumping.wait(soon());
  ASSERT_TRUE(twin);
  EXPECT_EQ(twin->status, 128 + SIGABRT);
  EXPECT_TRUE(twin->dumped_core) << "the twin";
  for (const pid_t pid : processes_) {
    EXPECT_THAT(content(proc(pid, "limits")), ContainsRegex("Max core file size +0 +0 "));
  }
  ASSERT_EQ(::kill(processes_[2], SIGABRT), 0);
  EXPECT_THAT(ask(house_, "Status", "{}").bytes, HasSubstr("version"));
  ASSERT_EQ(::kill(processes_[1], SIGABRT), 0);
  for (const Deadline deadline = soon();
       !agent().errors().contains("signet-token ended by signal 6") && !deadline.passed();)
    ::usleep(10'000);
  EXPECT_THAT(agent().errors(), HasSubstr("signet-token ended by signal 6"));
  agent().send_signal(SIGABRT);
  const auto end = agent().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 128 + SIGABRT);
  EXPECT_FALSE(end->dumped_core);
  EXPECT_THAT(cores_in(house_.folder() / "home"), IsEmpty());
}

TEST_F(HardenedProcesses, GainNoPrivileges) {
  EXPECT_THAT(content(proc(ordinary_.pid(), "status")), HasSubstr("NoNewPrivs:\t0")) << "the twin";
  for (const pid_t pid : processes_) EXPECT_THAT(content(proc(pid, "status")), HasSubstr("NoNewPrivs:\t1"));
}

TEST_F(HardenedProcesses, HaveEachDescriptorCloseOnExec) {
  if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Process inheriting({.arguments = {"sleep", "600"}, .descriptors = {{9, null.get()}}});
  EXPECT_THAT(inheritable(inheriting.pid()), ::testing::Contains("9 /dev/null")) << "the twin";
  for (const pid_t pid : processes_) EXPECT_THAT(inheritable(pid), IsEmpty()) << pid;
}

// The sanitizers make mlock(2) do nothing.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIGNET_SANITIZED
#endif
#endif
#ifndef SIGNET_SANITIZED

// Flags of a mapping in smaps: lo is locked, dd not dumped, dc not copied on fork.
TEST_F(HardenedProcesses, KeepThePinInAPageThatIsLockedNotDumpedAndNotInherited) {
  if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  std::istringstream smaps(content(proc(processes_.at(1), "smaps")));
  int locked = 0;
  int ordinary = 0;
  for (std::string line; std::getline(smaps, line);) {
    if (!line.starts_with("VmFlags:")) continue;
    const bool all = line.contains(" lo") && line.contains(" dd") && line.contains(" dc");
    (all ? locked : ordinary) += 1;
    EXPECT_EQ(line.contains(" lo"), all) << line;
  }
  EXPECT_EQ(locked, 1);
  EXPECT_GT(ordinary, 10) << "the twin: other memory of the keeper";
}

#endif  // SIGNET_SANITIZED

}  // namespace
}  // namespace signet::test
