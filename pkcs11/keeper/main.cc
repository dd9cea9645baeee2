// signet-token: see help.cc. Hardened before anything else, even before its arguments are read.
#include <string_view>
#include <vector>

#include "common/hardening.h"
#include "common/unique_fd.h"
#include "pkcs11/keeper/keeper.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/options.h"
#include "pkcs11/link/report.h"

namespace {

constexpr std::string_view kName = "signet-token";

}  // namespace

int main(int argc, char** argv) {
  using namespace signet::pkcs11;
  if (auto hard = signet::harden_process(); !hard) return refuse(kName, hard.error(), kStatusEnvironment);
  if (auto settled = settle_descriptors(kListenerFd); !settled)
    return refuse(kName, settled.error(), kStatusEnvironment);
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  auto options = parse_options(arguments, Program::Token);
  if (!options) return refuse(kName, options.error(), kStatusUsage);
  if (options->help) return show(help_text(Program::Token));
  if (options->version) return show("signet-token " SIGNET_VERSION "\n");
  if (auto control = check_socket(kControlFd, false); !control) return refuse(kName, control.error(), kStatusUsage);
  if (auto listener = check_socket(kListenerFd, true); !listener) return refuse(kName, listener.error(), kStatusUsage);
  const auto agent = peer_process(kControlFd);
  if (!agent) return refuse(kName, agent.error(), kStatusEnvironment);
  options->client = *agent;
  auto keeper = Keeper::make(*options, signet::UniqueFd(kControlFd), signet::UniqueFd(kListenerFd));
  if (!keeper) return refuse(kName, keeper.error(), kStatusEnvironment);
  const auto end = keeper->run();
  return end ? 0 : refuse(kName, end.error(), kStatusEnvironment);
}
