// signet-module: see link/help.cc. Hardened before anything else, confined before any foreign code is loaded.
#include <unistd.h>

#include <string_view>
#include <vector>

#include "common/hardening.h"
#include "common/unique_fd.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/options.h"
#include "pkcs11/link/report.h"
#include "pkcs11/module/confinement.h"
#include "pkcs11/module/server.h"
#include "pkcs11/module/service.h"
#include "pkcs11/module/token.h"

namespace {

using signet::Result;
using signet::UniqueFd;
using namespace signet::pkcs11;

constexpr std::string_view kName = "signet-module";

Result<void> run(const Options& options) {
  auto board = CallBoard::open(UniqueFd(kBoardFd));
  if (!board) return signet::fail(std::move(board.error()));
  auto link = KeeperLink::make(UniqueFd(kControlFd));
  if (!link) return signet::fail(std::move(link.error()));
  const UniqueFd listener(kListenerFd);
  WaitingNotices notices(waiting_message());
  Token token(options, *link);
  const auto end = serve(listener, token, {.board = *board, .link = *link, .notices = notices}, *options.client);
  // Threads may sit in the module, and the module's own code may hang on the way out: nothing is taken down.
  if (!end) (void)refuse(kName, end.error(), kStatusEnvironment);
  ::_exit(end ? 0 : kStatusEnvironment);
}

}  // namespace

int main(int argc, char** argv) {
  if (auto hard = signet::harden_process(); !hard) return refuse(kName, hard.error(), kStatusEnvironment);
  if (auto settled = settle_descriptors(kBoardFd); !settled) return refuse(kName, settled.error(), kStatusEnvironment);
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = parse_options(arguments, Program::Module);
  if (!options) return refuse(kName, options.error(), kStatusUsage);
  if (options->help) return show(help_text(Program::Module));
  if (options->version) return show("signet-module " SIGNET_VERSION "\n");
  if (auto link = check_socket(kControlFd, false); !link) return refuse(kName, link.error(), kStatusUsage);
  if (auto listener = check_socket(kListenerFd, true); !listener) return refuse(kName, listener.error(), kStatusUsage);
  if (auto confined = confine_process(options->needs); !confined)
    return refuse(kName, confined.error(), kStatusEnvironment);
  const auto end = run(*options);
  return end ? 0 : refuse(kName, end.error(), kStatusEnvironment);
}
