// The configuration: whatever is accepted keeps the rules, and whatever is refused names its file.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/bytes.h"
#include "config/configuration.h"

namespace {

using signet::config::Configuration;

// Each on a token of its own, each pinned, none of them twice.
bool has_sound_backups(const Configuration& configuration, const signet::config::Identity& identity) {
  const auto keys = signet::config::keys_of(identity);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (!keys[i].public_key || identity.ephemeral || !configuration.tokens.contains(keys[i].token)) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (keys[i].token == keys[j].token || keys[i].public_key == keys[j].public_key) return false;
    }
  }
  return true;
}

bool keeps_the_rules(const Configuration& configuration) {
  const auto& instances = configuration.instances;
  for (const auto& [name, token] : configuration.tokens) {
    if (!configuration.modules.contains(token.module)) return false;
  }
  for (const auto& [name, identity] : configuration.identities) {
    const auto instance = instances.find(identity.instance);
    if (instance == instances.end() || instance->second.signing_config.empty()) return false;
    if (!instance->second.sandbox && !identity.publish) return false;
    if (identity.ephemeral && (identity.public_key || identity.use.contains(signet::config::Use::Raw))) return false;
    if (!has_sound_backups(configuration, identity)) return false;
    if (!configuration.tokens.contains(identity.token) || identity.san.empty() || identity.use.empty()) return false;
  }
  const auto is_known = [&](const auto& signer) { return instances.contains(signer.instance) && !signer.san.empty(); };
  return std::ranges::all_of(configuration.allowed, is_known) &&
         (!configuration.default_identity || configuration.identities.contains(*configuration.default_identity));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read =
      signet::config::parse_configuration(signet::text_of(signet::ByteView(data, size)), "/c/config.toml");
  const bool sound = read ? keeps_the_rules(*read) : read.error().what.starts_with("/c/config.toml:");
  if (!sound) __builtin_trap();
  return 0;
}
