#include "config/rules.h"

#include <algorithm>

namespace signet::config {
namespace {

bool agrees(std::string_view wanted, std::string_view present) {
  return wanted.empty() || present.empty() || wanted == present;
}

// The configured token that a key URI means: the one that contradicts no part of it. Exactly one must be left.
void find_token(Identity& identity, const Configuration& configuration, TableReader& table) {
  for (const auto& [name, token] : configuration.tokens) {
    if (!agrees(identity.key.token, token.label) || !agrees(identity.key.serial, token.serial)) continue;
    if (!identity.token.empty()) {
      return table.refuse("key", "fits both [token." + identity.token + "] and [token." + name + "]",
                          "add token= or serial= to the URI");
    }
    identity.token = name;
  }
  if (identity.token.empty())
    table.refuse("key", "lies on no configured token", "add a [token.*] with its serial or label");
}

void check_issuer(const Identity& identity, TableReader& table) {
  const std::string_view url = identity.issuer;
  const bool allowed =
      url.starts_with("https://") || url.starts_with("http://127.0.0.1:") || url.starts_with("http://[::1]:");
  if (!allowed) table.refuse("issuer", "is neither an https URL nor http on 127.0.0.1 or [::1]");
}

bool is_signing_with_digest(const std::set<Use>& use) { return use.contains(Use::Blob) || use.contains(Use::Raw); }

}  // namespace

bool may_be_set_for_module(std::string_view variable) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !variable.empty() && std::ranges::all_of(variable, fits) && !variable.starts_with("LD_") &&
         variable != "PATH" && variable != "GCONV_PATH" && variable != "OPENSSL_CONF" &&
         variable != "OPENSSL_MODULES" && variable != "OPENSSL_ENGINES";
}

bool is_module_need(std::string_view need) {
  if (need == "pcsc" || need == "tpm" || need == "usb") return true;
  if (!need.starts_with("tcp:")) return false;
  const std::size_t colon = need.rfind(':');
  const std::string_view port = need.substr(colon + 1);
  return colon > 4 && !port.empty() && port.size() <= 5 &&
         port.find_first_not_of("0123456789") == std::string_view::npos;
}

void check_identity(Identity& identity, const Configuration& configuration, TableReader& table) {
  if (identity.san.empty()) table.refuse("san", "is empty");
  check_issuer(identity, table);
  find_token(identity, configuration, table);
  const auto instance = configuration.instances.find(identity.instance);
  if (instance == configuration.instances.end()) return table.refuse("instance", "names no [instance.*]");
  if (instance->second.signing_config.empty()) {
    table.refuse("instance", "has no signing_config, so it is for verification only");
  }
  if (!instance->second.sandbox && !identity.publish) {
    table.refuse("publish",
                 "must be \"yes\": what is signed goes into a public log for ever, with \"" + identity.san + "\" in it",
                 "publish = \"yes\" in this identity, or sandbox = true in an instance whose log is thrown away");
  }
}

void check_whole(const Configuration& configuration, Diagnosis& diagnosis) {
  const toml::source_region whole_file{};
  if (configuration.default_identity && !configuration.identities.contains(*configuration.default_identity)) {
    diagnosis.refuse(whole_file, "default_identity names no [identity.*]");
  }
  for (const auto& [name, identity] : configuration.identities) {
    for (const auto& [other_name, other] : configuration.identities) {
      const bool same_key =
          identity.token == other.token && identity.key.id == other.key.id && identity.key.object == other.key.object;
      if (!same_key || identity.cross_use || !identity.use.contains(Use::Ssh) || !is_signing_with_digest(other.use))
        continue;
      diagnosis.refuse(whole_file,
                       "[identity." + name + "] uses for ssh the key that [identity." + other_name +
                           "] uses for blob or raw: a file's digest could be a login",
                       "give them two keys, or set cross_use = true after reading docs/threat-model.md");
    }
  }
}

}  // namespace signet::config
