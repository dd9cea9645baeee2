// The agent as a process: alone in its place, hardened, many requests at once, workers that die.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX
#include <unistd.h>

#include "common/file.h"
#include "tests/integration/wire.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

class AgentProcess : public ::testing::Test {
 protected:
  [[nodiscard]] ProcessEnd second_agent(const std::filesystem::path& socket, const std::filesystem::path& state) const {
    return house_.run({"signet-agent", "--config", house_.configuration().string(), "--socket", socket.string(),
                       "--state-dir", state.string()});
  }
  Household house_;
};

TEST_F(AgentProcess, IsAloneInItsPlace) {
  const auto same_state = second_agent(house_.folder() / "other/agent.sock", house_.folder() / "state");
  EXPECT_EQ(same_state.status, 3);
  EXPECT_THAT(same_state.errors, HasSubstr("another agent holds the state folder"));
  const auto same_socket = second_agent(house_.socket(), house_.folder() / "other-state");
  EXPECT_EQ(same_socket.status, 3);
  EXPECT_THAT(same_socket.errors, HasSubstr("another agent holds the socket"));
  EXPECT_THAT(ask(house_, "Status", "{}").bytes, HasSubstr(R"("version")")) << "the first one was not disturbed";
}

TEST_F(AgentProcess, ComesBackAfterItWasKilled) {
  house_.agent().send_signal(SIGKILL);
  ASSERT_TRUE(house_.agent().wait(soon()));
  ASSERT_TRUE(std::filesystem::is_socket(house_.socket())) << "a stale socket stays behind";
  house_.restart_agent();
  EXPECT_THAT(ask(house_, "Status", "{}").bytes, HasSubstr(R"("version")"));
}

TEST_F(AgentProcess, EndsInOrderHoweverEarlyItIsTold) {
  for (int i = 0; i < 5; ++i) {
    house_.agent().send_signal(SIGTERM);
    const auto end = house_.agent().wait(soon());
    ASSERT_TRUE(end);
    EXPECT_EQ(end->status, 0) << end->errors;
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(house_.socket())));
    house_.restart_agent();
  }
}

// D25.
TEST_F(AgentProcess, ShowsNobodyItsMemory) {
  const auto proc = std::filesystem::path("/proc") / std::to_string(house_.agent().pid());
  const auto status = read_file(proc / "status", 1U << 16U);
  ASSERT_TRUE(status);
  EXPECT_THAT(*status, HasSubstr("NoNewPrivs:\t1"));
  const auto limits = read_file(proc / "limits", 1U << 16U);
  ASSERT_TRUE(limits);
  EXPECT_THAT(*limits, testing::ContainsRegex("Max core file size +0 +0"));
  struct stat facts{};
  ASSERT_EQ(::stat((proc / "environ").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_uid, 0U) << "the files of a process that is not dumpable belong to root";
}

TEST_F(AgentProcess, GivesRequestsInFlightOneCertificate) {
  ASSERT_EQ(house_.run({"signet", "logout"}).status, 0);
  const auto certificates = house_.sandbox().counter("certificates");
  std::vector<protocol::Channel> channels;
  for (int i = 0; i < 8; ++i) channels.push_back(connect_to(house_));
  for (protocol::Channel& channel : channels) send_call(channel, "Sign", sign_digest("bundle"));
  for (protocol::Channel& channel : channels) EXPECT_THAT(receive_answer(channel).bytes, HasSubstr("messageSignature"));
  EXPECT_EQ(house_.sandbox().counter("certificates"), certificates + 1);
}

TEST_F(AgentProcess, StartsAWorkerAnewThatDied) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  const auto workers = children_of(house_.agent().pid());
  ASSERT_EQ(workers.size(), 1U);
  ASSERT_EQ(::kill(workers[0], SIGKILL), 0);
  EXPECT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  EXPECT_THAT(house_.agent().errors(), HasSubstr("token desk: signet-token ended by signal 9"));
}

TEST(AgentProcessWithout, ATokenKeepsWhatIsSaidAboutItAndServesTheOthers) {
  const Household house({.extra_configuration = "[token.away]\nmodule = \"softhsm\"\nserial = \"00000000deadbeef\"\n"});
  // Two processes that open SoftHSM's files at once may fail for a moment.
  const auto status = [&house] { return ask(house, "Status", "{}").bytes; };
  std::string said = status();
  for (const Deadline deadline = soon(); said.contains("CKR_GENERAL_ERROR") && !deadline.passed(); said = status()) {
    ::usleep(10'000);
  }
  EXPECT_THAT(said, testing::ContainsRegex(R"re("name":"away","state":"(absent|starting)")re"));
  EXPECT_THAT(ask(house, "Keys", R"({"token":"away"})").bytes, HasSubstr("org.signet.Agent.TokenRemoved"));
  EXPECT_THAT(ask(house, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
}

TEST_F(AgentProcess, LeavesNoProcessBehind) {
  ASSERT_THAT(ask(house_, "Sign", sign_digest("bundle")).bytes, HasSubstr("messageSignature"));
  const auto workers = children_of(house_.agent().pid());
  ASSERT_EQ(workers.size(), 1U);
  const auto modules = children_of(workers[0]);
  ASSERT_EQ(modules.size(), 1U);
  house_.agent().send_signal(SIGTERM);
  const auto end = house_.agent().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  for (const pid_t pid : {workers[0], modules[0]}) {
    for (int i = 0; i < 1000 && ::kill(pid, 0) == 0; ++i) ::usleep(10'000);
    EXPECT_NE(::kill(pid, 0), 0) << pid;
  }
}

TEST_F(AgentProcess, NamesWhatIsWrongWithItsConfiguration) {
  const auto text = read_file(house_.configuration(), 1U << 20U);
  ASSERT_TRUE(text);
  house_.folder().write("wrong.toml", *text + "[audits]\n");
  const auto end =
      house_.run({"signet-agent", "--config", (house_.folder() / "wrong.toml").string(), "--socket",
                  (house_.folder() / "w/s").string(), "--state-dir", (house_.folder() / "w/state").string()});
  EXPECT_EQ(end.status, 2);
  EXPECT_THAT(end.errors, testing::ContainsRegex("wrong.toml:[0-9]+:2: unknown key \"audits\""));
  EXPECT_FALSE(std::filesystem::exists(house_.folder() / "w")) << "nothing was made";
}

}  // namespace
}  // namespace signet::test
