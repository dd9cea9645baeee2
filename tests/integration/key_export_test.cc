// Public keys on their way out of signet, from a real agent: for SSH, for git, and while somebody waits for a finger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "tests/integration/wire.h"
#include "tests/support/fault_module.h"
#include "tests/support/ssh_keygen.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string exported(const Household& house, std::vector<std::string> words) {
  words.insert(words.begin(), {"signet", "key", "export"});
  const auto end = house.run(std::move(words));
  EXPECT_EQ(end.status, 0) << end.errors;
  return end.output;
}

class KeyExport : public ::testing::TestWithParam<const char*> {
 protected:
  Household house_{{.algorithm = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Kinds, KeyExport, ::testing::Values("p256", "p384", "rsa3072"));

TEST_P(KeyExport, GivesOpenSshTheVeryKeyOfTheToken) {
  const std::string pem = exported(house_, {"--pem"});
  const std::string line = exported(house_, {"--ssh"});
  EXPECT_THAT(line, EndsWith(" " + std::string(Household::kIdentity) + " " + std::string(Household::kSan) + "\n"));
  house_.folder().write("key.pub", line);
  const auto read = ssh_keygen(house_.folder().path(), {"-e", "-m", "PKCS8", "-f", "key.pub"});
  EXPECT_EQ(read.output, pem) << read.errors;
  const auto listed = house_.run({"signet", "key", "list", "--json"});
  EXPECT_THAT(listed.output, HasSubstr(pem.substr(27, 60))) << "as the token shows it";
  EXPECT_THAT(ssh_keygen(house_.folder().path(), {"-l", "-f", "key.pub"}).status, 0);
}

TEST_P(KeyExport, GivesOpenSshALineThatItFindsTheSignerBy) {
  const std::string line =
      exported(house_, {"--allowed-signers", "--valid-after", "2026-01-01T00:00:00Z", "--valid-before", "20270101Z"});
  EXPECT_THAT(line, StartsWith(std::string(Household::kSan) +
                               " namespaces=\"git,file\",valid-after=\"20260101000000Z\",valid-before=\"20270101Z\" "));
  house_.folder().write("allowed", line);
  const auto found = ssh_keygen(house_.folder().path(),
                                {"-Y", "match-principals", "-I", std::string(Household::kSan), "-f", "allowed"});
  EXPECT_EQ(found.status, 0) << found.errors;
  EXPECT_EQ(found.output, std::string(Household::kSan) + "\n");
}

TEST(KeyExportOfAnAgent, NeedsNoPin) {
  const Household house({.pin_source = "pin = { prompt = \"terminal\" }"});
  EXPECT_THAT(exported(house, {"--ssh"}), StartsWith("ecdsa-sha2-nistp256 "));
}

TEST(KeyExportOfAnAgent, SaysThatNoAgentIsThere) {
  const Household house;
  const auto refused =
      house.run({"signet", "key", "export", "--ssh"}, {}, {{"SIGNET_SOCK", (house.folder() / "none.sock").string()}});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.errors, HasSubstr("AgentUnavailable"));
}

TEST(KeyExportOfAnAgent, RemembersAKeyWhoseTokenWasReleased) {
  const Household house;
  const std::string before = exported(house, {"--pem"});
  ASSERT_EQ(house.run({"signet", "token", "release", "desk"}).status, 0);
  EXPECT_EQ(exported(house, {"--pem"}), before);
}

TEST(KeyExportOfAnAgent, AnswersWhileAFingerIsAwaited) {
  const FaultModule module("touch");
  const Household house({.module = (module.write("held", ""), module.path().string()),
                         .module_environment = {{"SIGNET_TOUCH", module.beside("finger").string()},
                                                {"SIGNET_NO_TOUCH", module.beside("held").string()}},
                         .use = R"(["git", "statement", "blob", "raw"])"});
  std::filesystem::remove(module.beside("held"));
  auto channel = connect_to(house);
  send_call(channel, "Sign", sign_digest("raw"));
  for (std::string heard; heard.find("touch token desk") == std::string::npos;) {
    const auto news = channel.receive(Deadline::after(std::chrono::minutes(1)));
    ASSERT_TRUE(news && *news);
    heard = **news;
  }
  EXPECT_THAT(exported(house, {"--ssh"}), StartsWith("ecdsa-sha2-nistp256 "));
  EXPECT_THAT(house.run({"signet", "status"}).output, HasSubstr("waits for  to sign")) << "and it is still awaited";
}

}  // namespace
}  // namespace signet::test
