// `signet verify` opens no socket of any kind: the kernel would kill it (seccomp(2)).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>

#include "tests/unit/client/cli_program.h"

namespace signet {
namespace {

constexpr const char* kSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
constexpr const char* kIssuer = "https://token.actions.githubusercontent.com";

// From here on a call of socket(2) or socketpair(2) kills the process.
bool forbid_sockets() {
  std::array<sock_filter, 5> rules = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socketpair, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{.len = rules.size(), .filter = rules.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// How a child ends that may use no sockets: its exit status, or 128 + the signal that ended it.
template <typename Act>
int end_without_sockets(Act act) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (!forbid_sockets()) ::_exit(99);
    act();
    ::_exit(127);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_without_sockets(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), std::string(SIGNET_BIN_DIR) + "/signet");
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  return end_without_sockets([&words] { ::execv(words[0], words.data()); });
}

TEST(CliVerifyOffline, OpensNoSocket) {
  const auto assets = test::conformance_assets();
  if (assets.empty()) GTEST_SKIP() << "the folder with real bundles is not there (SIGNET_CONFORMANCE_ASSETS)";
  const auto verify = [&](const char* bundle, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"verify", "--trusted-root",
                                          (assets / "roots/production/trusted_root.json").native(), "--bundle",
                                          (assets / "cases" / bundle / "bundle.sigstore.json").native()};
    arguments.insert(arguments.end(), {"--identity", kSan, "--issuer", kIssuer});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_without_sockets(std::move(arguments));
  };
  const std::string file = (assets / "artifacts/a.txt").native();
  EXPECT_EQ(verify("happy-path-v0.3-new-mediaType", {file}), 0);
  EXPECT_EQ(verify("happy-path-v0.3-new-mediaType", {"--json", "-v", file, file, file}), 0);
  EXPECT_EQ(verify("checkpoint-wrong-roothash_fail", {file}), 1);
  // The kernel does look.
  EXPECT_EQ(end_without_sockets([] { (void)::socket(AF_UNIX, SOCK_STREAM, 0); }), 128 + SIGSYS);
}

}  // namespace
}  // namespace signet
