#include "client/cli/exported_key.h"

#include <algorithm>
#include <utility>

#include "client/cli/identity_choice.h"
#include "common/display.h"
#include "config/configuration.h"
#include "ssh/key.h"

namespace signet::cli {
namespace {

using protocol::IdentityInfo;
using protocol::KeyInfo;

constexpr const char* kOpenSsh = "SHA256:";
constexpr const char* kUri = "pkcs11:";

// Where the agent has not read the key: it may lie on a token that came since, or be that of a backup.
Result<std::string> pem_on_token(client::AgentClient& agent, const IdentityInfo& identity) {
  const auto reply = agent.keys({});
  if (!reply) return fail(reply.error());
  const auto found = std::ranges::find(reply->keys, identity.fingerprint, &KeyInfo::fingerprint);
  if (found != reply->keys.end() && !identity.fingerprint.empty()) return found->public_key;
  return fail(
      ErrorCode::KeyNotFound,
      "the key of identity " + display_text(identity.name) + " was not read yet, and no token that is there holds it",
      "plug its token in; signet status tells which one that is");
}

Result<std::string> pem_of(client::AgentClient& agent, const IdentityInfo& identity) {
  if (identity.ephemeral) {
    return fail(ErrorCode::KeyUnsuitable,
                "identity " + display_text(identity.name) +
                    " makes a key for each signature: there is none that could be handed out before",
                "use an identity with a key of its own");
  }
  if (identity.public_key) return *identity.public_key;
  if (identity.problem) {
    return fail(ErrorCode::KeyNotFound, "the key of identity " + display_text(identity.name) +
                                            " is not known: " + display_text(*identity.problem, 400));
  }
  return pem_on_token(agent, identity);
}

bool has_fingerprint(const KeyInfo& info, const std::string& openssh) {
  const auto key = sigstore::PublicKey::from_pem(info.public_key);
  return key && ssh::key_fingerprint(*key) == openssh;
}

bool has_uri(const KeyInfo& info, const config::KeyUri& wanted) {
  const auto uri = config::parse_key_uri(info.uri);
  return uri && config::fits(*uri, wanted);
}

Result<KeyInfo> find(const std::vector<KeyInfo>& keys, const std::string& which) {
  std::optional<config::KeyUri> wanted;
  if (which.starts_with(kUri)) {
    auto uri = config::parse_key_uri(which);
    if (!uri) return fail(std::move(uri.error()));
    wanted = std::move(*uri);
  }
  const bool is_openssh = which.starts_with(kOpenSsh);
  std::vector<KeyInfo> found;
  std::ranges::copy_if(keys, std::back_inserter(found), [&](const KeyInfo& info) {
    return info.fingerprint == which || (wanted && has_uri(info, *wanted)) ||
           (is_openssh && has_fingerprint(info, which));
  });
  if (found.empty()) {
    return fail(ErrorCode::KeyNotFound, "no token that is there holds the key " + quoted_text(which),
                "signet key list shows the keys that are there");
  }
  const auto is_same = [&](const KeyInfo& info) { return info.fingerprint == found.front().fingerprint; };
  if (std::ranges::all_of(found, is_same)) return found.front();
  return fail(ErrorCode::KeyNotFound, "several keys fit the URI " + quoted_text(which),
              "say which one by its fingerprint, as signet key list shows it");
}

Result<std::vector<std::string>> sans_of(client::AgentClient& agent, const std::vector<std::string>& names) {
  const auto reply = agent.identities();
  if (!reply) return fail(reply.error());
  std::vector<std::string> sans;
  for (const IdentityInfo& identity : reply->identities) {
    const bool is_its = std::ranges::find(names, identity.name) != names.end();
    const bool is_known = identity.san.empty() || std::ranges::find(sans, identity.san) != sans.end();
    if (is_its && !is_known) sans.push_back(identity.san);
  }
  return sans;
}

}  // namespace

Result<ExportedKey> key_of_identity(client::AgentClient& agent, const std::optional<std::string>& identity) {
  const auto reply = agent.identities();
  if (!reply) return fail(reply.error());
  const auto chosen = choose_identity(reply->identities, identity);
  if (!chosen) return fail(chosen.error());
  const auto pem = pem_of(agent, *chosen);
  if (!pem) return fail(pem.error());
  auto key = sigstore::PublicKey::from_pem(*pem);
  if (!key) return fail(std::move(key.error()).during("reading the key of identity " + display_text(chosen->name)));
  if (key->pin() != chosen->fingerprint) {
    return fail(ErrorCode::WorkerFailed,
                "the agent tells another key than the one that identity " + display_text(chosen->name) + " pins");
  }
  ExportedKey exported{.key = std::move(*key), .name = chosen->name, .sans = {}};
  if (!chosen->san.empty()) exported.sans.push_back(chosen->san);
  return exported;
}

Result<ExportedKey> key_on_token(client::AgentClient& agent, const std::string& which) {
  const bool is_known_form = which.starts_with("sha256:") || which.starts_with(kOpenSsh) || which.starts_with(kUri);
  if (!is_known_form) {
    return fail(ErrorCode::InvalidRequest, quoted_text(which) + " names no key",
                "give sha256:…, SHA256:… or pkcs11:…, as signet key list and ssh-keygen -l show them");
  }
  const auto reply = agent.keys({});
  if (!reply) return fail(reply.error());
  const auto info = find(reply->keys, which);
  if (!info) return fail(info.error());
  auto key = sigstore::PublicKey::from_pem(info->public_key);
  if (!key) return fail(std::move(key.error()).during("reading the key " + display_text(info->uri)));
  auto sans = sans_of(agent, info->identities);
  if (!sans) return fail(std::move(sans.error()));
  const std::string name = info->identities.empty() ? info->label : info->identities.front();
  return ExportedKey{.key = std::move(*key), .name = name, .sans = std::move(*sans)};
}

}  // namespace signet::cli
