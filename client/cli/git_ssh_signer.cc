#include "client/cli/git_ssh_signer.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "client/cli/exported_key.h"
#include "client/lib/agent_client.h"
#include "common/display.h"
#include "ssh/allowed_signers.h"
#include "ssh/key.h"
#include "ssh/sshsig.h"

namespace signet::cli {
namespace {

using protocol::IdentityInfo;

bool is_for_ssh(const IdentityInfo& identity) { return std::ranges::find(identity.use, "ssh") != identity.use.end(); }

Result<IdentityInfo> choose(const std::vector<IdentityInfo>& identities, const std::optional<std::string>& name,
                            const std::optional<std::string>& address) {
  std::vector<IdentityInfo> fit;
  std::string names;
  for (const IdentityInfo& identity : identities) {
    if (name && identity.name == *name && !is_for_ssh(identity)) {
      return fail(ErrorCode::KeyUnsuitable, "identity " + display_text(*name) + " is not for ssh",
                  "add \"ssh\" to its use in the configuration, and restart the agent");
    }
    if (!is_for_ssh(identity)) continue;
    names += (names.empty() ? "" : ", ") + display_text(identity.name);
    if (!name || identity.name == *name) fit.push_back(identity);
  }
  const auto narrow = [&fit](const auto& is_meant) {
    std::vector<IdentityInfo> meant;
    std::ranges::copy_if(fit, std::back_inserter(meant), is_meant);
    if (meant.size() == 1) fit = std::move(meant);
  };
  if (fit.size() > 1) narrow([&address](const IdentityInfo& one) { return address && one.san == *address; });
  if (fit.size() > 1) narrow([](const IdentityInfo& one) { return one.is_default; });
  if (fit.size() == 1) return fit.front();
  const std::string what = name
                               ? "there is no identity " + quoted_text(*name)
                               : std::string(fit.empty() ? "no identity is for ssh" : "several identities are for ssh");
  return fail(ErrorCode::IdentityNotFound, what,
              names.empty() ? "give one use = [\"ssh\"] in the configuration, and restart the agent"
                            : "name one with --identity: " + names);
}

}  // namespace

// git's address may come from a repository that somebody else made.
Result<std::string> ssh_principal(const std::string& san, const std::optional<std::string>& address) {
  std::string principal = san.empty() ? address.value_or("") : san;
  if (principal.empty()) {
    return fail(ErrorCode::InvalidRequest, "neither the identity nor git says who signs",
                "git config --global user.email YOU");
  }
  if (!ssh::is_principal_pattern(principal)) return principal;
  return fail(ErrorCode::InvalidRequest,
              std::string(san.empty() ? "git's user.email " : "the identity's SAN ") + quoted_text(principal) +
                  " would stand for others, too, in an allowed_signers file",
              san.empty() ? "git config --global user.email YOU"
                          : "write that line yourself: signet key export --allowed-signers --principal YOU");
}

Result<SshSigner> ssh_signer(const std::optional<std::string>& identity, const std::optional<std::string>& address) {
  auto agent = client::AgentClient::connect_default();
  if (!agent) return fail(std::move(agent.error()));
  const auto status = agent->status();
  if (!status) return fail(status.error());
  const auto chosen = choose(status->identities, identity, address);
  if (!chosen) return fail(chosen.error());
  const auto exported = key_of_identity(*agent, chosen->name);
  if (!exported) return fail(exported.error());
  if (!status->ssh_socket) {
    return fail(ErrorCode::AgentUnavailable, "the agent serves no socket for ssh",
                "it was started before an identity was for ssh: restart it");
  }
  const auto principal = ssh_principal(chosen->san, address);
  if (!principal) return fail(principal.error());
  auto line = ssh::encode_allowed_signer(
      {.principals = {*principal}, .namespaces = {std::string(ssh::kGitNamespace)}, .key = exported->key});
  if (!line) return fail(std::move(line.error()));
  return SshSigner{.identity = chosen->name,
                   .fingerprint = exported->key.pin(),
                   .key_line = ssh::encode_key_line(exported->key, chosen->name),
                   .allowed_signer = std::move(*line),
                   .agent_socket = *status->ssh_socket};
}

// std::filesystem::equivalent() is not for sockets.
bool ssh_finds(const std::filesystem::path& socket) {
  const char* const named = std::getenv("SSH_AUTH_SOCK");
  if (named == nullptr) return false;
  std::error_code trouble;
  const auto theirs = std::filesystem::canonical(named, trouble);
  const auto ours = trouble ? std::filesystem::path() : std::filesystem::canonical(socket, trouble);
  return !trouble && theirs == ours;
}

}  // namespace signet::cli
