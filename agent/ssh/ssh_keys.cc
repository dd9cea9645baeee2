#include "agent/ssh/ssh_keys.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/tokens/token.h"
#include "sigstore/encoding/hash.h"
#include "ssh/key.h"

namespace signet::agent {
namespace {

constexpr std::chrono::milliseconds kMoment{1000};

}  // namespace

std::string SshKey::comment() const {
  return identity->name + (identity->san.empty() ? "" : " (" + identity->san + ")") + " token " + token;
}

SshKeys::SshKeys(const config::Configuration& configuration, Tokens& tokens, KeyCheck& key_check)
    : configuration_(configuration),
      tokens_(tokens),
      key_check_(key_check),
      first_look_(Deadline::after(kStatusTime)) {}

std::vector<SshKey> SshKeys::known() const {
  std::vector<SshKey> keys;
  for (const auto& [name, identity] : configuration_.identities) {
    if (!identity.use.contains(config::Use::Ssh)) continue;
    for (const config::IdentityKey& meant : config::keys_of(identity)) {
      const auto token = tokens_.find(meant.token);
      const Result<PinnedKey>* key = token ? (*token)->known_key(name) : nullptr;
      if (key == nullptr || !*key || key_problem(tokens_, identity, meant.token)) continue;
      const sigstore::PublicKey& public_key = (*key)->public_key();
      keys.push_back(
          {.identity = &identity, .token = meant.token, .key = public_key, .blob = ssh::encode_key_blob(public_key)});
    }
  }
  return keys;
}

// True where a token is asked that was never read and was not being asked. One that had another key in that place is
// looked at for the next one who asks: what stays wrong must hold up nobody each time.
bool SshKeys::look_again() {
  bool begun = false;
  for (const auto& [name, identity] : configuration_.identities) {
    if (!identity.use.contains(config::Use::Ssh)) continue;
    for (const config::IdentityKey& meant : config::keys_of(identity)) {
      const auto token = tokens_.find(meant.token);
      if (!token || !is_worth_a_look(**token, name)) continue;
      const bool never_read = (*token)->known_key(name) == nullptr;
      if (!never_read && somebody_signs()) continue;
      if (key_check_.look_again(**token) && never_read) begun = true;
    }
  }
  return begun;
}

bool SshKeys::somebody_signs() const { return std::ranges::any_of(tokens_.all(), &Token::is_signing); }

Awaitable<std::vector<SshKey>> SshKeys::list() {
  if (!somebody_signs()) co_await key_check_.wait(first_look_);
  if (look_again() && !somebody_signs()) co_await key_check_.wait(Deadline::after(kMoment));
  co_return known();
}

std::vector<Digest> SshKeys::unseen() const {
  std::vector<Digest> pins;
  for (const auto& [name, identity] : configuration_.identities) {
    if (!identity.use.contains(config::Use::Ssh)) continue;
    for (const config::IdentityKey& meant : config::keys_of(identity)) {
      const auto token = tokens_.find(meant.token);
      const Result<PinnedKey>* key = token ? (*token)->known_key(name) : nullptr;
      if (meant.public_key && (key == nullptr || !*key)) pins.push_back(*meant.public_key);
    }
  }
  return pins;
}

bool SshKeys::is_ours(ByteView blob) const {
  if (find(blob)) return true;
  const std::vector<Digest> pins = unseen();
  const auto key = pins.empty() ? std::nullopt : std::optional(ssh::parse_key_blob(blob));
  if (!key || !*key) return false;
  return std::ranges::find(pins, Digest::from_sha256(sigstore::sha256((*key)->spki()))) != pins.end();
}

std::optional<SshKey> SshKeys::find(ByteView blob) const {
  auto keys = known();
  const auto found = std::ranges::find_if(keys, [blob](const SshKey& key) { return equal(key.blob, blob); });
  return found == keys.end() ? std::nullopt : std::optional(std::move(*found));
}

}  // namespace signet::agent
