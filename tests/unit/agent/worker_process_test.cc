// How a worker is started and how it ends, seen by shells in its place.
#include "agent/tokens/worker_process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "agent/store/socket_file.h"
#include "common/file.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::agent {
namespace {

using test::expect_refusal;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(WorkerCommand, SaysWhichModuleWhichTokenAndWhereThePinLies) {
  const config::Module module{.name = "m", .path = "/lib/m.so", .env = {}, .needs = {"pcsc", "tcp:h:1"}};
  config::Token token{.name = "t", .module = "m", .serial = "07", .label = "desk", .pin = {}};
  token.pin = {.kind = config::PinSource::Kind::File, .path = "/home/me/pin"};
  EXPECT_THAT(worker_command("/bin/signet-token", token, &module).arguments,
              ElementsAre("--module", "/lib/m.so", "--token-serial", "07", "--token-label", "desk", "--pin-file",
                          "/home/me/pin", "--needs", "pcsc,tcp:h:1"));
  token = {.name = "t", .module = "m", .serial = "", .label = "desk", .pin = {}};
  const config::Module plain{.name = "m", .path = "/m", .env = {}, .needs = {}};
  EXPECT_THAT(worker_command("/bin/signet-token", token, &plain).arguments,
              ElementsAre("--module", "/m", "--token-label", "desk"));
}

TEST(WorkerCommand, NamesNoModuleForAPivCard) {
  const config::Token token{
      .name = "t", .module = "", .pcscd = "/run/x/pcscd.comm", .serial = "12345678", .label = "", .pin = {}};
  const WorkerCommand command = worker_command("/bin/signet-token", token, nullptr);
  EXPECT_THAT(command.arguments, ElementsAre("--piv", "--token-serial", "12345678"));
  EXPECT_EQ(command.environment.at("PCSCLITE_CSOCK_NAME"), "/run/x/pcscd.comm");
}

TEST(WorkerCommand, TakesThreeVariablesOfOursAndThoseOfTheModule) {
  ::setenv("SIGNET_SECRET_OF_OURS", "x", 1);
  const config::Token token{.name = "t", .module = "m", .serial = "1", .label = "", .pin = {}};
  const config::Module module{.name = "m", .path = "/m", .env = {{"LANG", "xx"}, {"SOFTHSM2_CONF", "/c"}}, .needs = {}};
  const auto environment = worker_command("/t", token, &module).environment;
  for (const auto& [name, value] : environment) {
    EXPECT_THAT(name, testing::AnyOf("PATH", "HOME", "LANG", "SOFTHSM2_CONF"));
  }
  EXPECT_EQ(environment.at("LANG"), "xx");
  EXPECT_EQ(environment.at("SOFTHSM2_CONF"), "/c");
  ::unsetenv("SIGNET_SECRET_OF_OURS");
}

class WorkerProcessTest : public ::testing::Test {
 protected:
  Result<WorkerProcess> start(const std::string& script) {
    return WorkerProcess::start({.program = "/bin/sh", .arguments = {"-c", script}, .environment = {{"ONLY", "this"}}},
                                socket_->fd());
  }
  // Runs a shell that writes into "out", to its end.
  std::string output_of(const std::string& script) {
    auto process = start("exec >" + (folder_ / "out").string() + "\n" + script);
    if (!process) return process.error().sentence();
    EXPECT_TRUE(wait(*process));
    EXPECT_EQ(process->reap(), "with status 0");
    return read_file(folder_ / "out", 1U << 16U).value();
  }
  static bool wait(const WorkerProcess& process) {
    const auto ended = process.ended_fd();
    pollfd watched{.fd = ended ? ended->get() : -1, .events = POLLIN, .revents = 0};
    return ended && ::poll(&watched, 1, 30'000) == 1;
  }
  // Until the shell has said that it is so far.
  void wait_for(std::string_view name) const {
    for (int i = 0; i < 3000 && !std::filesystem::exists(folder_ / name); ++i) ::usleep(10'000);
    ASSERT_TRUE(std::filesystem::exists(folder_ / name));
  }

  test::TemporaryFolder folder_;
  Result<SocketFile> socket_ = SocketFile::listen(folder_ / "s", 4);
};

TEST_F(WorkerProcessTest, HasItsFiveDescriptorsAndNoneOfOurs) {
  folder_.write("ours", "");
  // As a library may open it, without O_CLOEXEC.
  const UniqueFd ours(::open((folder_ / "ours").c_str(), O_RDONLY));
  ASSERT_TRUE(ours);
  const std::string listing = output_of("for fd in /proc/$$/fd/*; do echo ${fd##*/} $(readlink $fd); done");
  EXPECT_THAT(listing, testing::StartsWith("0 /dev/null\n"));
  EXPECT_THAT(listing, HasSubstr("\n2 "));
  EXPECT_THAT(listing, HasSubstr("\n3 socket:"));
  EXPECT_THAT(listing, HasSubstr("\n4 socket:"));
  EXPECT_THAT(listing, testing::Not(HasSubstr("/ours")));
}

TEST_F(WorkerProcessTest, HasTheEnvironmentThatItIsGiven) {
  EXPECT_EQ(output_of("env | grep -v -e ^PWD= -e ^_="), "ONLY=this\n");
}

// posix_spawn(3) leaves the two signals of glibc's threads ignored.
TEST_F(WorkerProcessTest, IgnoresAndBlocksNoSignalBecauseWeDo) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  (void)::signal(SIGPIPE, SIG_IGN);
  EXPECT_THAT(output_of("grep -E '^Sig(Blk|Ign)' /proc/self/status"),
              testing::MatchesRegex("SigBlk:\t0{16}\nSigIgn:\t0{7}[01]80000000\n|SigBlk:\t0{16}\nSigIgn:\t0{16}\n"));
  (void)::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(WorkerProcessTest, SaysHowItEnded) {
  auto with_status = start("exit 3");
  ASSERT_TRUE(with_status);
  EXPECT_TRUE(wait(*with_status));
  EXPECT_EQ(with_status->reap(), "with status 3");
  auto by_signal = start("kill -9 $$");
  ASSERT_TRUE(by_signal);
  EXPECT_TRUE(wait(*by_signal));
  EXPECT_EQ(by_signal->reap(), "by signal 9");
}

TEST_F(WorkerProcessTest, IsToldToEndByItsControlSocket) {
  auto process = start("read line <&3; exit 7");
  ASSERT_TRUE(process);
  process->let_go();
  EXPECT_TRUE(wait(*process));
  EXPECT_EQ(process->reap(), "with status 7");
}

TEST_F(WorkerProcessTest, IsKilledWhereItDoesNotEnd) {
  pid_t pid = -1;
  {
    auto process = start("trap '' TERM HUP; touch " + (folder_ / "ready").string() + "; while :; do sleep 1; done");
    ASSERT_TRUE(process);
    pid = process->pid();
    wait_for("ready");
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST_F(WorkerProcessTest, IsRefusedWhereThereIsNoProgram) {
  const auto process = WorkerProcess::start({.program = folder_ / "none", .arguments = {}}, socket_->fd());
  expect_refusal(process, ErrorCode::WorkerFailed, "none: No such file");
}

TEST(ModuleFile, BelongsToUsAndNobodyElseMayWriteIt) {
  const test::TemporaryFolder folder;
  const auto module = folder.write("m.so", "code", 0600);
  EXPECT_TRUE(check_module_file(module));
  ASSERT_EQ(::chmod(module.c_str(), 0620), 0);
  expect_refusal(check_module_file(module), ErrorCode::WorkerFailed, "may be written by others");
  expect_refusal(check_module_file(folder / "none"), ErrorCode::WorkerFailed, "cannot be opened: No such file");
  expect_refusal(check_module_file(folder.path()), ErrorCode::WorkerFailed, "is not a regular file");
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chmod(module.c_str(), 0600) + ::chown(module.c_str(), 12345, 0), 0);
  expect_refusal(check_module_file(module), ErrorCode::WorkerFailed, "belongs to another user");
}

}  // namespace
}  // namespace signet::agent
