// The agent as a service: the test plays the service manager, with LISTEN_FDS, NOTIFY_SOCKET and WATCHDOG_USEC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <thread>

#include "tests/integration/wire.h"
#include "tests/support/service_manager.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

Deadline soon() { return Deadline::after(1min); }

ino_t inode_of(const std::filesystem::path& path) {
  struct stat facts{};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

/// A household whose agent a service manager runs.
class Service : public ::testing::Test {
 protected:
  Service() {
    house_.agent().send_signal(SIGTERM);
    EXPECT_TRUE(house_.agent().wait(soon()));
  }
  ~Service() override {
    if (!manager_ || !manager_->has_started() || !manager_->service().running()) return;
    manager_->service().send_signal(SIGTERM);
    EXPECT_TRUE(manager_->service().wait(soon()));
  }

  [[nodiscard]] std::vector<std::string> arguments() const {
    return {program("signet-agent"), "--config", house_.configuration().string(), "--state-dir",
            (house_.folder() / "state").string()};
  }
  ServiceManager& manage(ServiceManager::Setup setup = {}) {
    setup.environment.insert({"HOME", (house_.folder() / "home").string()});
    setup.environment.insert({"SIGNET_SOCK", house_.socket().string()});
    return manager_.emplace(house_.socket(), std::move(setup));
  }
  void start() {
    manager_->start(arguments());
    ASSERT_TRUE(manager_->hear("READY=1", soon())) << manager_->service().errors();
  }
  // Ends the service in order.
  void stop() {
    manager_->service().send_signal(SIGTERM);
    const auto end = manager_->service().wait(soon());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status, 0) << end->errors;
  }

  Household house_;
  std::optional<ServiceManager> manager_;
};

TEST_F(Service, ServesOnTheSocketThatItWasHandedAndLeavesItsFileAlone) {
  manage();
  const ino_t made_by_manager = inode_of(house_.socket());
  start();
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_EQ(house_.run({"signet", "status"}).status, 0);
  EXPECT_EQ(inode_of(house_.socket()), made_by_manager);
  EXPECT_EQ(manager_->service().errors(), "");
  stop();
  EXPECT_EQ(inode_of(house_.socket()), made_by_manager) << "the file is the manager's";
}

TEST_F(Service, TellsItsManagerThatItIsReadyHowItGoesAndThatItStops) {
  manage();
  start();
  const auto status = manager_->hear("STATUS=", soon());
  EXPECT_THAT(status.value_or(""), HasSubstr("1 token"));
  manager_->service().send_signal(SIGTERM);
  EXPECT_TRUE(manager_->hear("STOPPING=1", soon()));
}

TEST_F(Service, TellsAManagerThatListensAtAnAbstractAddress) {
  manage({.abstract_address = true});
  start();
}

TEST_F(Service, TicksFromItsEventLoopAndFallsSilentWhereItIsStuck) {
  manage({.watchdog = 200ms});
  start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(manager_->hear("WATCHDOG=1", soon()));
  manager_->service().send_signal(SIGSTOP);
  // What was on its way when it stopped.
  while (manager_->hear("WATCHDOG=1", Deadline::after(1s))) {
  }
  EXPECT_FALSE(manager_->hear("WATCHDOG=1", Deadline::after(1s)));
  manager_->service().send_signal(SIGCONT);
  EXPECT_TRUE(manager_->hear("WATCHDOG=1", soon()));
}

TEST_F(Service, DoesNotTickForAManagerThatDoesNotWatch) {
  manage();
  start();
  EXPECT_FALSE(manager_->hear("WATCHDOG=1", Deadline::after(1s)));
}

TEST_F(Service, TakesNoSocketThatIsMeantForAnotherProcess) {
  manage();
  const std::string own = (house_.folder() / "own/agent.sock").string();
  auto command = arguments();
  command.insert(command.end(), {"--socket", own});
  Process agent(
      {.arguments = command, .environment = {{"LISTEN_PID", "1"}, {"LISTEN_FDS", "1"}, {"LISTEN_FDNAMES", "varlink"}}});
  for (const Deadline deadline = soon(); !std::filesystem::exists(own) && !deadline.passed();) ::usleep(10'000);
  EXPECT_EQ(house_.run({"signet", "status"}, {}, {{"SIGNET_SOCK", own}}).status, 0) << agent.errors();
  agent.send_signal(SIGTERM);
  EXPECT_TRUE(agent.wait(soon()));
}

TEST_F(Service, RefusesASocketUnderAnotherNameAndOneThatItsCommandLineContradicts) {
  manage({.name = "other"});
  manager_->start(arguments());
  auto end = manager_->service().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_THAT(end->errors, AllOf(HasSubstr("a descriptor is named \"other\", which is neither \"varlink\""),
                                 HasSubstr("FileDescriptorName=varlink")));
  std::filesystem::remove(house_.socket());
  manage();
  auto command = arguments();
  command.insert(command.end(), {"--socket", "/elsewhere/agent.sock"});
  manager_->start(command);
  end = manager_->service().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_THAT(end->errors, HasSubstr("and --socket says /elsewhere/agent.sock"));
}

TEST_F(Service, IsOneAgentForOneSocketAlsoWhereItWasHanded) {
  manage();
  start();
  auto command = arguments();
  command.back() = (house_.folder() / "other-state").string();
  ServiceManager second(house_.folder() / "second.sock", {});
  command.insert(command.end(), {"--socket", house_.socket().string()});
  const auto end = run({.arguments = command}, soon());
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, HasSubstr("another agent holds the socket"));
}

// As where root made the socket in a folder of its own.
TEST_F(Service, WritesNothingIntoASocketsFolderThatIsNotItsUsersAlone) {
  const auto folder = house_.folder() / "shared";
  std::filesystem::create_directory(folder);
  ASSERT_EQ(::chmod(folder.c_str(), 0755), 0);
  const auto socket = folder / "agent.sock";
  manager_.emplace(socket, ServiceManager::Setup{.environment = {{"HOME", (house_.folder() / "home").string()},
                                                                 {"SIGNET_SOCK", socket.string()}}});
  start();
  const auto file = house_.folder().write("file", "content");
  const auto end = house_.run({"signet", "sign", file.string()}, {}, {{"SIGNET_SOCK", socket.string()}});
  EXPECT_EQ(end.status, 0) << end.errors;
  std::vector<std::filesystem::path> inside;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) inside.push_back(entry.path());
  EXPECT_THAT(inside, ::testing::ElementsAre(socket));
}

// The environment of a process as it was when it began.
std::vector<std::string> variables_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/environ", std::ios::binary);
  std::vector<std::string> names;
  for (std::string entry; std::getline(file, entry, '\0');) names.push_back(entry.substr(0, entry.find('=')));
  return names;
}

TEST_F(Service, GivesItsWorkersACleanEnvironment) {
  if (::geteuid() != 0) GTEST_SKIP() << "looking into a non-dumpable process needs root";
  manage({.watchdog = 1min, .environment = {{"SECRET_OF_THE_SESSION", "x"}, {"LD_PRELOAD", ""}}});
  start();
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(variables_of(manager_->service().pid()),
              IsSupersetOf({"NOTIFY_SOCKET", "LISTEN_PID", "WATCHDOG_USEC", "SECRET_OF_THE_SESSION"}))
      << "the twin: what the agent itself was given is seen";
  const auto keepers = children_of(manager_->service().pid());
  ASSERT_EQ(keepers.size(), 1U);
  const auto modules = children_of(keepers[0]);
  ASSERT_EQ(modules.size(), 1U);
  for (const pid_t pid : {keepers[0], modules[0]}) {
    const auto names = variables_of(pid);
    EXPECT_THAT(names, ::testing::Contains("SOFTHSM2_CONF"));
    for (const std::string& name : names) EXPECT_THAT(name, AnyOf("PATH", "HOME", "LANG", "SOFTHSM2_CONF"));
  }
}

// The sandbox stands still, so that a request is surely at work when the agent is told to end.
TEST_F(Service, FinishesWhatItHasBegunAndLeavesTheRestToTheNextAgent) {
  manage();
  start();
  protocol::Channel begun = connect_to(house_);
  ASSERT_THAT(ask(house_, "Status", "{}").bytes, HasSubstr("version"));
  house_.sandbox().process().send_signal(SIGSTOP);
  const auto lines_before = audit_lines(house_).size();
  send_call(begun, "Sign", sign_digest("bundle"));
  for (const Deadline deadline = soon(); audit_lines(house_).size() == lines_before && !deadline.passed();) {
    ::usleep(10'000);
  }
  manager_->service().send_signal(SIGTERM);
  ASSERT_TRUE(manager_->hear("STOPPING=1", soon()));
  protocol::Channel meanwhile = connect_to(house_);
  send_call(meanwhile, "Sign", sign_digest("bundle"));
  house_.sandbox().process().send_signal(SIGCONT);
  EXPECT_THAT(receive_answer(begun).bytes, HasSubstr("messageSignature"));
  const auto end = manager_->service().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  start();
  EXPECT_THAT(receive_answer(meanwhile).bytes, HasSubstr("messageSignature"));
}

TEST_F(Service, CancelsWhatItHasBegunWhereItIsToldTwice) {
  manage();
  start();
  house_.sandbox().process().send_signal(SIGSTOP);
  const auto lines_before = audit_lines(house_).size();
  protocol::Channel begun = connect_to(house_);
  send_call(begun, "Sign", sign_digest("bundle"));
  for (const Deadline deadline = soon(); audit_lines(house_).size() == lines_before && !deadline.passed();) {
    ::usleep(10'000);
  }
  manager_->service().send_signal(SIGTERM);
  ASSERT_TRUE(manager_->hear("STOPPING=1", soon()));
  ASSERT_TRUE(manager_->service().running()) << "it waits for the request";
  stop();
  EXPECT_THAT(receive_answer(begun).bytes, Not(HasSubstr("messageSignature")));
  house_.sandbox().process().send_signal(SIGCONT);
  EXPECT_THAT(audit_lines(house_).back(), HasSubstr("Cancelled"));
}

TEST_F(Service, EndsAtAHangupUnlessWhoeverStartedItSaidOtherwise) {
  manage();
  start();
  manager_->service().send_signal(SIGHUP);
  const auto end = manager_->service().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  auto command = arguments();
  command.insert(command.begin(), "nohup");
  manager_->start(command);
  ASSERT_TRUE(manager_->hear("READY=1", soon())) << manager_->service().errors();
  manager_->service().send_signal(SIGHUP);
  EXPECT_EQ(house_.run({"signet", "status"}).status, 0);
  EXPECT_TRUE(manager_->service().running());
}

// Programs as people run them, in a stream, while the agent is ended and started again and again.
class Restarts : public Service {
 protected:
  void sign_until_told(int client) {
    for (int i = 0; !enough_; ++i) {
      const std::string name = "file-" + std::to_string(client) + "-" + std::to_string(i);
      const auto file = house_.folder().write(name, name);
      const auto end = house_.run({"signet", "sign", "--json", file.string()});
      const std::scoped_lock lock(mutex_);
      if (end.status == 0) {
        signed_.push_back(file);
      } else {
        errors_.push_back(end.output + end.errors);
      }
    }
  }
  std::atomic<bool> enough_ = false;
  std::mutex mutex_;
  std::vector<std::filesystem::path> signed_;
  std::vector<std::string> errors_;
};

TEST_F(Restarts, RefuseNoConnectionAndLoseNoRequestButOneThatCameTooLate) {
  manage();
  start();
  std::vector<std::thread> clients;
  for (int client = 0; client < 3; ++client) clients.emplace_back([this, client] { sign_until_told(client); });
  const auto signed_by_now = [this] {
    const std::scoped_lock lock(mutex_);
    return signed_.size();
  };
  for (int restart = 0; restart < 4; ++restart) {
    const auto before = signed_by_now();
    for (const Deadline deadline = soon(); signed_by_now() < before + 3 && !deadline.passed();) ::usleep(10'000);
    stop();
    start();
  }
  enough_ = true;
  for (std::thread& client : clients) client.join();
  EXPECT_GE(signed_.size(), 12U);
  for (const auto& file : signed_) EXPECT_EQ(house_.run({"signet", "verify", file.string()}).status, 0) << file;
  EXPECT_LE(errors_.size(), 4U) << "one for each restart, where a program was held up between connecting and asking";
  for (const std::string& error : errors_) {
    EXPECT_THAT(error, HasSubstr(R"("error":"AgentUnavailable")"));
    EXPECT_THAT(error, HasSubstr("the agent closed the connection before it had answered"));
    EXPECT_THAT(error, Not(HasSubstr("no agent answers")));
  }
  std::printf("%zu signed and verified, %zu ended with a named error\n", signed_.size(), errors_.size());
}

}  // namespace
}  // namespace signet::test
