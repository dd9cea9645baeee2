#include "tests/unit/client/git_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bytes.h"
#include "tests/unit/client/cli_program.h"

namespace signet::test {

GitVerifier::GitVerifier()
    : agent_([](const protocol::Call&) { return std::vector<std::string>{kHangUp}; }),
      signature_(one_.signer.sign_git(bytes_of(kCommit))) {
  folder_.write("one.json", one_.sandbox->trusted_root());
  folder_.write("other.json", other_.sandbox->trusted_root());
}

void GitVerifier::configure(const std::string& verify) const {
  folder_.write("config.toml",
                "[instance.one]\ntrusted_root = \"one.json\"\n"
                "[instance.other]\ntrusted_root = \"other.json\"\n" +
                    verify);
}

void GitVerifier::expect_signer(std::string_view san, std::string_view issuer, std::string_view instance) const {
  configure("[verify]\nallowed = [ { san = \"" + std::string(san) + "\", issuer = \"" + std::string(issuer) +
            "\", instance = \"" + std::string(instance) + "\" } ]\n");
}

ProcessEnd GitVerifier::verify(const std::string& armored, std::string_view object) {
  auto end =
      run_signet({.arguments = {"git-verify", "--status-fd=1", "--", folder_.write("signature", armored).string()},
                  .environment = {{"SIGNET_CONFIG", (folder_ / "config.toml").string()},
                                  {"SIGNET_SOCK", agent_.socket().string()}},
                  .directory = folder_.path(),
                  .input = std::string(object)});
  EXPECT_THAT(agent_.calls(), testing::IsEmpty()) << "verification needs no agent";
  return end;
}

}  // namespace signet::test
