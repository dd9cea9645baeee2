// The socket for ssh as a service manager makes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include <chrono>

#include "tests/integration/ssh_house.h"
#include "tests/support/service_manager.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::minutes(1)); }

TEST(SshService, ServesTheSocketThatItWasHandedAndLeavesItsFileAlone) {
  SshHouse ssh;
  Household& house = ssh.house();
  house.agent().send_signal(SIGTERM);
  ASSERT_TRUE(house.agent().wait(soon()));
  ServiceManager manager(ssh.socket(), {.name = "ssh",
                                        .environment = {{"HOME", (house.folder() / "home").string()},
                                                        {"SIGNET_SOCK", house.socket().string()}}});
  Process& agent = manager.start({program("signet-agent"), "--config", house.configuration().string(), "--state-dir",
                                  (house.folder() / "state").string()});
  ASSERT_TRUE(manager.hear("READY=1", soon())) << agent.errors();
  EXPECT_THAT(ssh.run({"ssh-add", "-L"}).output, HasSubstr("token desk"));
  EXPECT_THAT(house.run({"signet", "status"}).output, HasSubstr(ssh.socket().string()))
      << "its own socket it made itself, and tells there where this one is";
  agent.send_signal(SIGTERM);
  const auto end = agent.wait(soon());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0) << end->errors;
  EXPECT_TRUE(std::filesystem::exists(ssh.socket()));
  EXPECT_FALSE(std::filesystem::exists(house.socket()));
}

}  // namespace
}  // namespace signet::test
