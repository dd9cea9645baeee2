// signet-module: see link/help.cc. Hardened before anything else, confined before any foreign code is loaded.
#include <unistd.h>

#include <cstdio>
#include <string_view>
#include <vector>

#include "common/hardening.h"
#include "common/unique_fd.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/options.h"
#include "pkcs11/module/confinement.h"
#include "pkcs11/module/server.h"
#include "pkcs11/module/service.h"
#include "pkcs11/module/token.h"

namespace {

using signet::Error;
using signet::Result;
using signet::UniqueFd;
using namespace signet::pkcs11;

constexpr int kUsage = 2;
constexpr int kEnvironment = 3;

int refuse(const Error& error, int status) {
  std::fprintf(stderr, "signet-module: %s\n", error.sentence().c_str());
  if (!error.remedy.empty()) std::fprintf(stderr, "  %s\n", error.remedy.c_str());
  return status;
}

Result<void> run(const Options& options) {
  auto board = CallBoard::open(UniqueFd(kBoardFd));
  if (!board) return signet::fail(std::move(board.error()));
  auto link = KeeperLink::make(UniqueFd(kControlFd));
  if (!link) return signet::fail(std::move(link.error()));
  const UniqueFd listener(kListenerFd);
  WaitingNotices notices(waiting_message());
  Token token(options, *link);
  const auto end = serve(listener, token, {.board = *board, .link = *link, .notices = notices});
  // Threads may sit in the module, and the module's own code may hang on the way out: nothing is taken down.
  if (!end) refuse(end.error(), kEnvironment);
  ::_exit(end ? 0 : kEnvironment);
}

}  // namespace

int main(int argc, char** argv) {
  if (auto hard = signet::harden_process(); !hard) return refuse(hard.error(), kEnvironment);
  if (auto settled = settle_descriptors(kBoardFd); !settled) return refuse(settled.error(), kEnvironment);
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = parse_options(arguments, Program::Module);
  if (!options) return refuse(options.error(), kUsage);
  if (options->help) return std::fputs(help_text(Program::Module).data(), stdout) < 0 ? kEnvironment : 0;
  if (options->version) return std::puts("signet-module " SIGNET_VERSION) < 0 ? kEnvironment : 0;
  if (auto link = check_socket(kControlFd, false); !link) return refuse(link.error(), kUsage);
  if (auto listener = check_socket(kListenerFd, true); !listener) return refuse(listener.error(), kUsage);
  if (auto confined = confine_process(options->needs); !confined) return refuse(confined.error(), kEnvironment);
  const auto end = run(*options);
  return end ? 0 : refuse(end.error(), kEnvironment);
}
