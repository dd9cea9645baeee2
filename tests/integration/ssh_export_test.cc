// Keys that `signet key export` wrote, in the hands of OpenSSH and git: what the agent signed over ssh is found to be
// by the one whom the exported line names, for what it names, in the time that it names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/ssh_house.h"
#include "tests/support/ssh_keygen.h"

namespace signet::test {
namespace {

using ::testing::HasSubstr;

class SshExport : public ::testing::TestWithParam<const char*> {
 protected:
  void export_to(std::string_view file, std::vector<std::string> words) const {
    words.insert(words.begin(), {"signet", "key", "export"});
    const auto end = ssh_.run(std::move(words));
    ASSERT_EQ(end.status, 0) << end.errors;
    ssh_.house().folder().write(file, end.output);
  }
  // Of the content "what is new", as a commit of that time would be verified.
  [[nodiscard]] ProcessEnd verify(const std::string& name_space, const std::string& time) const {
    return ssh_keygen(ssh_.house().folder().path(),
                      {"-Y", "verify", "-f", "allowed", "-I", std::string(Household::kSan), "-n", name_space, "-s",
                       "notes.txt.sig", "-Overify-time=" + time},
                      "what is new\n");
  }

  SshHouse ssh_{{.use = R"(["ssh"])", .algorithm = GetParam(), .verifies_by_configuration = false}};
};
INSTANTIATE_TEST_SUITE_P(Kinds, SshExport, ::testing::Values("p256", "ed25519", "rsa2048"));

TEST_P(SshExport, NamesTheSignerForItsNamespacesAndItsTimeAlone) {
  export_to("key.pub", {"--ssh"});
  export_to("allowed", {"--allowed-signers", "--valid-after", "2026-01-31T12:00:00Z", "--valid-before", "20260201Z"});
  ssh_.house().folder().write("notes.txt", "what is new\n");
  const auto made =
      ssh_.run({"ssh-keygen", "-Y", "sign", "-n", "file", "-f", "key.pub", "notes.txt"}, ssh_.house().folder().path());
  ASSERT_EQ(made.status, 0) << made.errors << ssh_.house().agent().errors();
  const auto good = verify("file", "20260131180000Z");
  EXPECT_EQ(good.status, 0) << good.errors << good.output;
  EXPECT_THAT(good.output, HasSubstr("Good \"file\" signature for " + std::string(Household::kSan)));
  EXPECT_THAT(verify("file", "20260131115959Z").errors, HasSubstr("key is not yet valid"));
  EXPECT_THAT(verify("file", "20260201000001Z").errors, HasSubstr("key has expired"));
  export_to("allowed", {"--allowed-signers", "--namespaces", "git"});
  EXPECT_NE(verify("file", "20260131180000Z").status, 0) << "the line is for commits";
}

TEST_P(SshExport, NamesTheCommitterToGit) {
  export_to("key.pub", {"--ssh"});
  export_to("allowed", {"--allowed-signers", "--namespaces", "git"});
  const auto repository = ssh_.house().make_repository("repository");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"gpg.format", "ssh"},
           {"user.signingKey", (ssh_.house().folder() / "key.pub").string()},
           {"gpg.ssh.allowedSignersFile", (ssh_.house().folder() / "allowed").string()}}) {
    ASSERT_EQ(ssh_.run({"git", "config", name, value}, repository).status, 0);
  }
  const auto made = ssh_.run({"git", "commit", "-S", "--allow-empty", "-m", "Say hello"}, repository);
  ASSERT_EQ(made.status, 0) << made.errors << ssh_.house().agent().errors();
  EXPECT_EQ(ssh_.run({"git", "log", "--format=%G? %GS"}, repository).output,
            "G " + std::string(Household::kSan) + "\n");
}

}  // namespace
}  // namespace signet::test
