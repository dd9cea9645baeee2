#include "pkcs11/serving/child_program.h"

#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "common/hardening.h"
#include "common/unique_fd.h"
#include "pkcs11/link/call_board.h"
#include "pkcs11/link/descriptors.h"
#include "pkcs11/link/report.h"
#include "pkcs11/serving/confinement.h"
#include "pkcs11/serving/server.h"
#include "pkcs11/serving/service.h"

namespace signet::pkcs11 {
namespace {

Result<void> check_descriptors() {
  if (auto link = check_socket(kControlFd, false); !link) return link;
  return check_socket(kListenerFd, true);
}

Result<void> confine(const Needs& needs) {
  if (auto bounded = bound_memory(); !bounded) return bounded;
  return confine_process(needs);
}

Result<void> serve_and_end(std::string_view name, const Options& options, const MakeKeyStore& make) {
  auto board = CallBoard::open(UniqueFd(kBoardFd));
  if (!board) return fail(std::move(board.error()));
  auto link = KeeperLink::make(UniqueFd(kControlFd));
  if (!link) return fail(std::move(link.error()));
  const UniqueFd listener(kListenerFd);
  WaitingNotices notices(waiting_message());
  const auto store = make(options, *link);
  const auto end = serve(listener, *store, {.board = *board, .link = *link, .notices = notices}, *options.client);
  // The keeper ends a process that hangs over this. Nothing else is taken down, for threads may sit in the token.
  store->close();
  if (!end) (void)refuse(name, end.error(), kStatusEnvironment);
  ::_exit(end ? 0 : kStatusEnvironment);
}

}  // namespace

int run_child_program(std::string_view name, Program program, std::span<char*> arguments, const MakeKeyStore& make) {
  if (auto hard = harden_process(); !hard) return refuse(name, hard.error(), kStatusEnvironment);
  if (auto settled = settle_descriptors(kBoardFd); !settled) return refuse(name, settled.error(), kStatusEnvironment);
  const std::vector<std::string_view> given(arguments.begin() + 1, arguments.end());
  const auto options = parse_options(given, program);
  if (!options) return refuse(name, options.error(), kStatusUsage);
  if (options->help) return show(help_text(program));
  if (options->version) return show(std::string(name) + " " SIGNET_VERSION "\n");
  if (auto sound = check_descriptors(); !sound) return refuse(name, sound.error(), kStatusUsage);
  if (auto confined = confine(options->needs); !confined) return refuse(name, confined.error(), kStatusEnvironment);
  const auto end = serve_and_end(name, *options, make);
  return end ? 0 : refuse(name, end.error(), kStatusEnvironment);
}

}  // namespace signet::pkcs11
