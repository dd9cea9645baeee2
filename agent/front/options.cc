#include "agent/front/options.h"

#include <charconv>
#include <map>
#include <string>
#include <system_error>

#include "common/display.h"

namespace signet::agent {
namespace {

constexpr std::string_view kHelp =
    R"(signet-agent - signs for you with keys that stay on your tokens, for programs that ask over a Unix socket

usage: signet-agent [options]

It runs in the foreground until it gets SIGTERM, finishes what is at work, and ends; a second SIGTERM cancels what is at
work. Programs that ask it: signet, signet-git, anything that speaks Varlink.
For each token of the configuration it starts a signet-token, which holds the PIN and loads the PKCS#11 module in a
process of its own; where no file holds the PIN, the person at the terminal of the program that asks enters it. Nothing
that it signs leaves before it was checked as any verifier would check it.

  --config FILE     the configuration; default: $SIGNET_CONFIG, else ~/.config/signet/config.toml, else
                    /etc/signet/config.toml
  --socket PATH     where it listens; default: $SIGNET_SOCK, else $XDG_RUNTIME_DIR/signet/agent.sock. Its folder is made
                    for you alone. A socket that a service manager hands over (LISTEN_FDS) is used as it is. Where an
                    identity has use "ssh", ssh.sock lies beside it: what SSH_AUTH_SOCK names
  --state-dir DIR   what outlives it: the audit log; default: ~/.local/state/signet. One agent at a time
  --ready-fd N      write a line to this descriptor and close it when programs may connect
  --version [--json]
                    the version, what it can do, and the libraries that it runs with
  --help

A first configuration, with a key that `signet key generate` made:

  default_identity = "me"
  [instance.sandbox]
  trusted_root = "sandbox/trusted_root.json"
  signing_config = "sandbox/signing_config.v0.2.json"
  sandbox = true
  [module.softhsm]
  path = "/usr/lib/softhsm/libsofthsm2.so"
  [token.desk]
  module = "softhsm"
  label = "desk"
  [identity.me]
  instance = "sandbox"
  key = "pkcs11:token=desk;id=%01"
  public_key = "sha256:..."
  san = "me@example.org"
  issuer = "https://issuer.example.org"
  use = ["git", "statement", "blob"]
  token = { file = "id-token" }

Then: signet status, signet key list, signet sign FILE.

exit status: 0 ended by SIGTERM, SIGINT or SIGHUP; 2 wrong use or configuration; 3 the system refused something that is
needed, or another agent runs already
)";

Result<int> parse_descriptor(const std::string& text) {
  int number = -1;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble == std::errc() && end == text.data() + text.size() && number >= 0) return number;
  return fail(ErrorCode::InvalidRequest, "--ready-fd takes the number of a descriptor", "for example --ready-fd 3");
}

}  // namespace

std::string_view help_text() { return kHelp; }

Result<Options> parse_options(std::span<const std::string_view> arguments) {
  Options options;
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string name(arguments[i]);
    if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (name == "--version") {
      options.version = true;
    } else if (name == "--json") {
      options.json = true;
    } else if (name != "--config" && name != "--socket" && name != "--state-dir" && name != "--ready-fd") {
      return fail(ErrorCode::InvalidRequest, "unknown argument " + display_text(name, 64), "see signet-agent --help");
    } else if (i + 1 == arguments.size() || arguments[i + 1].empty()) {
      return fail(ErrorCode::InvalidRequest, name + " needs a value", "see signet-agent --help");
    } else if (!values.emplace(name, arguments[++i]).second) {
      return fail(ErrorCode::InvalidRequest, name + " is given twice", "see signet-agent --help");
    }
  }
  if (options.json && !options.version) {
    return fail(ErrorCode::InvalidRequest, "--json goes with --version", "see signet-agent --help");
  }
  const auto path_of = [&values](const char* name) -> std::optional<std::filesystem::path> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return std::filesystem::path(found->second);
  };
  options.config = path_of("--config");
  options.socket = path_of("--socket");
  options.state = path_of("--state-dir");
  if (const auto found = values.find("--ready-fd"); found != values.end()) {
    auto descriptor = parse_descriptor(found->second);
    if (!descriptor) return fail(std::move(descriptor.error()));
    options.ready_fd = *descriptor;
  }
  return options;
}

}  // namespace signet::agent
