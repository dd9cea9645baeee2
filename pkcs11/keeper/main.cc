// signet-token: see help.cc. Hardened before anything else, even before its arguments are read.
#include <cstdio>
#include <string_view>
#include <vector>

#include "common/hardening.h"
#include "common/unique_fd.h"
#include "pkcs11/keeper/keeper.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/options.h"

namespace {

using signet::Error;

constexpr int kUsage = 2;
constexpr int kEnvironment = 3;

int refuse(const Error& error, int status) {
  std::fprintf(stderr, "signet-token: %s\n", error.sentence().c_str());
  if (!error.remedy.empty()) std::fprintf(stderr, "  %s\n", error.remedy.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace signet::pkcs11;
  if (auto hard = signet::harden_process(); !hard) return refuse(hard.error(), kEnvironment);
  if (auto settled = settle_descriptors(kListenerFd); !settled) return refuse(settled.error(), kEnvironment);
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  const auto options = parse_options(arguments, Program::Token);
  if (!options) return refuse(options.error(), kUsage);
  if (options->help) return std::fputs(help_text(Program::Token).data(), stdout) < 0 ? kEnvironment : 0;
  if (options->version) return std::puts("signet-token " SIGNET_VERSION) < 0 ? kEnvironment : 0;
  if (auto control = check_socket(kControlFd, false); !control) return refuse(control.error(), kUsage);
  if (auto listener = check_socket(kListenerFd, true); !listener) return refuse(listener.error(), kUsage);
  auto keeper = Keeper::make(*options, signet::UniqueFd(kControlFd), signet::UniqueFd(kListenerFd));
  if (!keeper) return refuse(keeper.error(), kEnvironment);
  const auto end = keeper->run();
  return end ? 0 : refuse(end.error(), kEnvironment);
}
