// The PIN is a credential of the service manager's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(PinCredentialFile, IsReadWhereTheServiceManagerPutsIt) {
  const TemporaryFolder folder;
  (void)folder.write("signet-pin", "1234\n", 0400);
  const Household house({.agent_environment = {{"CREDENTIALS_DIRECTORY", folder.path().string()}},
                         .pin_source = "pin = { credential = \"signet-pin\" }"});
  const auto file = house.folder().write("app", "app");
  const auto end = house.run({"signet", "sign", file.string()});
  EXPECT_EQ(end.status, 0) << end.errors;
}

TEST(PinCredentialFile, IsMissedWhereNoServiceManagerPassesAny) {
  const TemporaryFolder folder;
  const auto config = folder.write("config.toml", "[token.card]\nserial = \"1\"\npin = { credential = \"p\" }\n");
  const auto end = run({.arguments = {program("signet-agent"), "--config", config.string(), "--socket",
                                      (folder / "run/s").string(), "--state-dir", (folder / "state").string()}},
                       Deadline::after(std::chrono::minutes(1)));
  EXPECT_EQ(end.status, 3);
  EXPECT_THAT(end.errors, AllOf(HasSubstr("CREDENTIALS_DIRECTORY is not set"), HasSubstr("LoadCredential=p:")));
}

}  // namespace
}  // namespace signet::test
