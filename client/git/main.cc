// signet-git: what git runs as gpg.x509.program. Asks the agent to sign; hands verification over to signet.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <tuple>

#include "client/git/options.h"
#include "client/git/sign.h"
#include "client/git/verify.h"
#include "client/lib/explain.h"
#include "common/hardening.h"
#include "common/unique_fd.h"

namespace signet::git_program {
namespace {

constexpr std::string_view kHelp =
    "signet-git " SIGNET_VERSION R"(: signs and verifies git commits and tags with keys that stay on their token.

git runs this program by itself, once it knows it. signet git setup tells it, after a trial; by hand:

  git config --global gpg.format x509
  git config --global gpg.x509.program signet-git
  git config --global user.signingKey signet:work     (an identity of the agent; without it, the one of your e-mail)

Then:

  git commit -S            git tag -s v1
  git verify-commit HEAD   git verify-tag v1   git log --show-signature

What git gives it:

  signet-git --status-fd=2 -bsau KEY < object > signature
  signet-git --status-fd=1 --verify SIGNATURE - < object

  -s, --sign            sign what comes on standard input
  -b, --detach-sign     as a detached signature (needed)
  -a, --armor           in text (needed)
  -u, --local-user KEY  signet:NAME chooses an identity; anything else leaves the choice to the agent
  --verify FILE -       verify the signature in FILE over what comes on standard input
  --status-fd N         write status lines for git to this descriptor
  --version, --help

Where the token wants its PIN, you are asked at your terminal; signet unlock TOKEN enters it before.
The agent is found by $SIGNET_SOCK, else at $XDG_RUNTIME_DIR/signet/agent.sock.
Exit status: 0 done, 1 the answer is no, 2 usage, 3 environment (no agent, no token, no network).
)";

int finish(const Error& error) {
  client::write_stderr(client::explain("signet-git", error));
  return exit_status(error.code);
}

// git reads our stderr for status lines, and many versions keep the rest to themselves when we fail (2.39 among them):
// a person must not be left with "gpg failed to sign the data".
int finish_signing(const Error& error) {
  if (::isatty(STDERR_FILENO) == 0) {
    const UniqueFd terminal(::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (terminal) std::ignore = client::write_all(terminal.get(), client::explain("signet-git", error));
  }
  return finish(error);
}

int run(std::span<char* const> arguments) {
  if (auto hardened = harden_client(); !hardened) return finish(hardened.error());
  const auto options = parse_options(arguments);
  if (!options) return finish(options.error());
  switch (options->action) {
    case Action::Help:
      return client::write_all(STDOUT_FILENO, kHelp) ? EXIT_SUCCESS : 3;
    case Action::Version:
      return client::write_all(STDOUT_FILENO, "signet-git " SIGNET_VERSION "\n") ? EXIT_SUCCESS : 3;
    case Action::Verify:
      return finish(verify(*options));
    case Action::Sign:
      break;
  }
  const auto signed_object = sign(*options);
  return signed_object ? EXIT_SUCCESS : finish_signing(signed_object.error());
}

}  // namespace
}  // namespace signet::git_program

int main(int argc, char** argv) {
  const std::span<char* const> all(argv, static_cast<std::size_t>(argc));
  return signet::git_program::run(all.subspan(all.empty() ? 0 : 1));
}
