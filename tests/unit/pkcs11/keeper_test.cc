// The keeper as a process: what it keeps alive, what it ends, what it forgets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/support/fault_module.h"
#include "tests/support/worker.h"

namespace signet::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

Worker::Setup with_module(const SoftHsm& token, const FaultModule& module) {
  return {.arguments = {"--module", module.path().string(), "--token-label", token.label(), "--pin-file",
                        token.pin_file().string()},
          .environment = token.environment()};
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// A zombie has ended, too: not every init collects orphans at once.
bool is_alive(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const auto state = stat.rfind(") ");
  return state != std::string::npos && stat.at(state + 2) != 'Z' && stat.at(state + 2) != 'X';
}

bool has_ended(pid_t pid) {
  for (const Deadline deadline = soon(); !deadline.passed();) {
    if (!is_alive(pid)) return true;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return false;
}

TEST(Keeper, EndsWithItsChildWhenTheAgentLetsGo) {
  const SoftHsm token;
  Worker worker(token);
  const pid_t child = worker.child();
  ASSERT_GT(child, 0);
  worker.let_go();
  const auto end = worker.keeper().wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_TRUE(has_ended(child));
}

TEST(Keeper, TakesItsChildAlongWhenItIsKilled) {
  const SoftHsm token;
  Worker worker(token);
  const pid_t child = worker.child();
  worker.keeper().send_signal(SIGKILL);
  ASSERT_TRUE(worker.keeper().wait(soon()));
  EXPECT_TRUE(has_ended(child));
}

TEST(Keeper, ReplacesAChildThatDiesAndKeepsThePin) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  Worker worker(token);
  auto before = worker.connect();
  const auto keys = keys_of(before);
  ASSERT_TRUE(keys && !keys->empty());
  ASSERT_TRUE(sign(before, keys->front(), digest_of("x")));
  std::filesystem::remove(token.pin_file());
  const pid_t first = worker.child();
  ::kill(first, SIGKILL);
  auto after = worker.connect();  // waits in the listener's queue until the next child serves
  const auto signature = sign(after, keys->front(), digest_of("y"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_TRUE(verifies(keys->front().public_key, digest_of("y"), *signature));
  EXPECT_NE(worker.child(), first);
  EXPECT_THAT(worker.keeper().errors(), HasSubstr("signet-module ended by signal 9"));
}

TEST(Keeper, EndsAModuleCallThatLastsASecondBeyondItsDeadline) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  const FaultModule module("hang_sign");
  const auto flag = module.write("hang", "");
  auto setup = with_module(token, module);
  setup.environment["SIGNET_HANG_WHILE"] = flag;
  Worker worker(setup);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys && !keys->empty());
  const pid_t first = worker.child();
  const auto started = std::chrono::steady_clock::now();
  const auto lost = sign(channel, keys->front(), digest_of("x"), milliseconds(300));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::Cancelled) << "the connection is closed";
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds(1300));
  EXPECT_THAT(worker.keeper().errors(), HasSubstr("lasts longer than its deadline"));
  std::filesystem::remove(flag);
  auto next = worker.connect();
  const auto signature = sign(next, keys->front(), digest_of("x"));
  ASSERT_TRUE(signature) << signature.error().sentence();
  EXPECT_NE(worker.child(), first);
}

TEST(Keeper, DoesNotLetOneHangingCallBlockAnother) {
  const SoftHsm token;
  token.make_key("EC:prime256v1", "01", "git");
  const FaultModule module("hang_sign");
  const auto flag = module.write("hang", "");
  auto setup = with_module(token, module);
  setup.environment["SIGNET_HANG_WHILE"] = flag;
  Worker worker(setup);
  auto healthy = worker.connect();
  const auto keys = keys_of(healthy);
  ASSERT_TRUE(keys && !keys->empty());
  std::filesystem::remove(flag);
  ASSERT_TRUE(sign(healthy, keys->front(), digest_of("opens a session and finds the key")));
  auto hanging = worker.connect();
  ASSERT_TRUE(sign(hanging, keys->front(), digest_of("the same")));
  module.write("hang", "");
  const protocol::TokenSignRequest request{.id = keys->front().id,
                                           .public_key = keys->front().public_key,
                                           .input = digest_of("x"),
                                           .deadline = std::chrono::seconds(20)};
  send_call(hanging, "org.signet.Token.Sign", request.encode(), true);
  std::string first = hanging.receive(soon()).value().value();
  EXPECT_THAT(first, HasSubstr("waiting")) << "it hangs";
  std::filesystem::remove(flag);
  const auto signature = sign(healthy, keys->front(), digest_of("y"));
  ASSERT_TRUE(signature) << signature.error().sentence();
}

class PinOnce : public ::testing::Test {
 protected:
  PinOnce() {
    token_.make_key("EC:prime256v1", "01", "git");
    setup_ = with_module(token_, module_);
    setup_.environment["SIGNET_CALL_LOG"] = module_.beside("log");
    setup_.environment["SIGNET_SCRIPT"] = module_.write("script", "");
  }
  long logins() const { return std::ranges::count(lines_of(module_.beside("log")), "C_Login"); }

  SoftHsm token_;
  FaultModule module_{"scripted"};
  Worker::Setup setup_;
};

TEST_F(PinOnce, ARefusedPinIsNeverSentAgain) {
  std::ofstream(token_.pin_file()) << "4321\n";
  Worker worker(setup_);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys) << "public halves are seen without a login";
  ASSERT_FALSE(keys->empty());
  for (int round = 0; round < 3; ++round) {
    const auto refused = sign(channel, keys->front(), digest_of("x"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::PinIncorrect) << refused.error().sentence();
    EXPECT_THAT(refused.error().what, HasSubstr("not sent again"));
  }
  const pid_t first = worker.child();
  ::kill(first, SIGKILL);
  ASSERT_NE(worker.child(first), first);
  auto after = worker.connect();
  const auto refused = sign(after, keys->front(), digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PinIncorrect);
  EXPECT_EQ(logins(), 1);
}

TEST_F(PinOnce, AnAcceptedPinLogsInOnceForAllConnections) {
  Worker worker(setup_);
  for (int round = 0; round < 3; ++round) {
    auto channel = worker.connect();
    const auto keys = keys_of(channel);
    ASSERT_TRUE(keys && !keys->empty());
    ASSERT_TRUE(sign(channel, keys->front(), digest_of("x")));
  }
  EXPECT_EQ(logins(), 1);
}

TEST_F(PinOnce, AnUnprovenPinIsForgottenWithTheChildThatDiesOfIt) {
  module_.write("script", "C_Login crash\nC_Login crash\n");
  Worker worker(setup_);
  auto channel = worker.connect();
  EXPECT_FALSE(keys_of(channel)) << "the child dies";
  auto after = worker.connect();
  const auto keys = keys_of(after);
  ASSERT_TRUE(keys && !keys->empty());
  const auto refused = sign(after, keys->front(), digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PinIncorrect);
  EXPECT_THAT(refused.error().what, HasSubstr("nobody knows"));
  EXPECT_EQ(logins(), 1);
}

TEST_F(PinOnce, WithoutAPinTheErrorSaysWhyThereIsNone) {
  std::filesystem::remove(token_.pin_file());
  Worker worker(setup_);
  auto channel = worker.connect();
  const auto keys = keys_of(channel);
  ASSERT_TRUE(keys && !keys->empty());
  const auto refused = sign(channel, keys->front(), digest_of("x"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PinRequired);
  EXPECT_THAT(refused.error().what, HasSubstr("the PIN cannot be read"));
  EXPECT_EQ(logins(), 0);
}

ProcessEnd run_program(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(SIGNET_BIN_DIR) + "/" + program);
  return run({.arguments = std::move(arguments)}, soon());
}

TEST(WorkerPrograms, TeachOnHelp) {
  for (const std::string program : {"signet-token", "signet-module"}) {
    const auto end = run_program(program, {"--help"});
    EXPECT_EQ(end.status, 0);
    EXPECT_THAT(end.output, HasSubstr("usage: " + program));
    EXPECT_THAT(end.output, HasSubstr("exit status"));
    EXPECT_EQ(run_program(program, {"--version"}).output, program + " 0.1.0\n");
  }
}

TEST(WorkerPrograms, RefuseWrongUseWithStatus2) {
  for (const std::string program : {"signet-token", "signet-module"}) {
    EXPECT_EQ(run_program(program, {}).status, 2);
    EXPECT_EQ(run_program(program, {"--module", "/m.so", "--pin", "1234"}).status, 2);
    std::vector<std::string> arguments = {"--module", "/m.so"};
    if (program == "signet-module") arguments.insert(arguments.end(), {"--client-pid", "1"});
    const auto by_hand = run_program(program, arguments);
    EXPECT_EQ(by_hand.status, 2);
    EXPECT_THAT(by_hand.errors, HasSubstr("descriptor 3 is not a connected AF_UNIX socket"));
    EXPECT_THAT(by_hand.errors, HasSubstr("started by another one"));
  }
}

}  // namespace
}  // namespace signet::test
