#include "config/rules.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "common/display.h"

namespace signet::config {
namespace {

bool agrees(std::string_view wanted, std::string_view present) {
  return wanted.empty() || present.empty() || wanted == present;
}

bool names(const KeyUri& uri, const Token& token) {
  return (!uri.token.empty() && uri.token == token.label) || (!uri.serial.empty() && uri.serial == token.serial);
}

// The configured token that a key URI means: of those that contradict no part of it the one that it names, or else the
// only one. Empty where that is refused.
std::string token_of(const KeyUri& uri, const Configuration& configuration, TableReader& table) {
  std::vector<const Token*> fitting;
  for (const auto& [name, token] : configuration.tokens) {
    if (agrees(uri.token, token.label) && agrees(uri.serial, token.serial)) fitting.push_back(&token);
  }
  const auto is_named = [&uri](const Token* token) { return names(uri, *token); };
  if (std::ranges::any_of(fitting, is_named)) std::erase_if(fitting, std::not_fn(is_named));
  if (fitting.size() == 1) return fitting.front()->name;
  if (fitting.empty()) {
    table.refuse("key", "lies on no configured token", "add a [token.*] with its serial or label");
  } else {
    table.refuse("key", "fits both [token." + fitting[0]->name + "] and [token." + fitting[1]->name + "]",
                 "let key = \"pkcs11:...\" have the token= or serial= that only one of them is configured with");
  }
  return {};
}

// HTTP to this machine alone: "http://127.0.0.1.example.org" and "http://127.0.0.1@example.org" are elsewhere.
bool is_loopback_url(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://[::1]"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    return rest.empty() || rest.front() == ':' || rest.front() == '/';
  }
  return false;
}

bool is_issuer(std::string_view url) {
  if (url.find_first_of("@ ") != std::string_view::npos) return false;
  return is_loopback_url(url) || (url.starts_with("https://") && url.size() > std::string_view("https://").size());
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  return trouble == std::errc() && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

bool signs_any_digest(const Identity& identity) {
  return identity.use.contains(Use::Blob) || identity.use.contains(Use::Raw);
}

// Two URIs that do not contradict each other may mean one key; pinned public keys know.
bool may_be_one(const IdentityKey& one, const IdentityKey& other) {
  if (one.public_key && other.public_key) return *one.public_key == *other.public_key;
  return one.token == other.token && agrees(one.uri.id, other.uri.id) && agrees(one.uri.object, other.uri.object);
}

bool may_share_a_key(const Identity& one, const Identity& other) {
  if (one.ephemeral || other.ephemeral) return &one == &other;
  const auto others = keys_of(other);
  return std::ranges::any_of(keys_of(one), [&others](const IdentityKey& key) {
    return std::ranges::any_of(others, [&key](const IdentityKey& another) { return may_be_one(key, another); });
  });
}

bool is_crossed(const Identity& one, const Identity& other) {
  return one.use.contains(Use::Ssh) && signs_any_digest(other) && !(one.cross_use && other.cross_use) &&
         may_share_a_key(one, other);
}

// D1: a signature over a digest that a client chose can be an SSH login.
void check_cross_use(const Identity& identity, const Configuration& configuration, TableReader& table) {
  const auto refuse = [&table](const std::string& whose) {
    table.refuse("use",
                 "has ssh, or blob or raw, for a key that " + whose + " uses for the other: a file's digest " +
                     "could be a login",
                 "use two keys, or set cross_use = true for each after reading docs/threat-model.md");
  };
  if (is_crossed(identity, identity)) return refuse("it");
  for (const auto& [name, other] : configuration.identities) {
    if (is_crossed(identity, other) || is_crossed(other, identity)) return refuse("[identity." + name + "]");
  }
}

// ssh asks for a key and knows no identity: of two with one key, the rules of one would hold for both.
void check_one_for_ssh(const Identity& identity, const Configuration& configuration, TableReader& table) {
  if (!identity.use.contains(Use::Ssh)) return;
  for (const auto& [name, other] : configuration.identities) {
    if (&identity == &other || !other.use.contains(Use::Ssh) || !may_share_a_key(identity, other)) continue;
    return table.refuse("use",
                        "has ssh for a key that [identity." + name + "] uses for ssh, too, which knows keys alone",
                        "leave ssh out of one of them, and put all that ssh may do into [identity.*.ssh] of the other");
  }
}

// Two tokens that show one key are two views of one card, and only one process may hold a card: the token that an
// identity names for a key is the one that signs with it.
void check_one_view(const IdentityKey& key, const Configuration& configuration, TableReader& table) {
  for (const auto& [name, other] : configuration.identities) {
    for (const IdentityKey& theirs : keys_of(other)) {
      if (!key.public_key || key.public_key != theirs.public_key || key.token == theirs.token) continue;
      return table.refuse("public_key",
                          "is the key of [identity." + name + "] on [token." + theirs.token +
                              "], too: two tokens with one key are two views of one card",
                          "let both identities name the same token for it");
    }
  }
}

// A key that goes with its signature: nobody could list it, look it up, or certify it later.
void check_ephemeral(const Identity& identity, TableReader& table) {
  if (!identity.ephemeral) return;
  if (identity.use.contains(Use::Raw)) {
    table.refuse("use", "has raw, and a bare signature by a key that nobody certified and that is gone proves nothing",
                 "leave raw out, or leave `ephemeral` out");
  }
  if (identity.use.contains(Use::Ssh)) {
    table.refuse("use", "has ssh, where a key is known by itself, and with `ephemeral` each signature has a new one",
                 "leave ssh out, or leave `ephemeral` out");
  }
}

// What is for ssh alone has no certificate, and needs nobody to issue one.
void check_person(const Identity& identity, TableReader& table) {
  const bool alone = is_for_ssh_alone(identity);
  if (identity.san.empty() && (!alone || table.has("san"))) table.refuse("san", "is empty");
  if (!is_issuer(identity.issuer) && (!alone || table.has("issuer"))) {
    table.refuse("issuer", "is neither an https URL nor http on 127.0.0.1 or [::1]");
  }
}

void check_instance(const Identity& identity, const Configuration& configuration, TableReader& table) {
  const bool alone = is_for_ssh_alone(identity);
  if (alone && !table.has("instance")) return;
  const auto instance = configuration.instances.find(identity.instance);
  if (instance == configuration.instances.end()) return table.refuse("instance", "names no [instance.*]");
  if (alone) return;
  if (!instance->second.trusted_root.empty() && instance->second.signing_config.empty()) {
    table.refuse("instance", "has no signing_config, so it is for verification only");
  }
  if (!instance->second.sandbox && !identity.publish) {
    table.refuse("publish",
                 "must be \"yes\": what is signed goes into a public log for ever, with \"" +
                     display_text(identity.san) + "\" in it",
                 "publish = \"yes\" in this identity, or sandbox = true in an instance whose log is thrown away");
  }
}

}  // namespace

void find_token(Identity& identity, const Configuration& configuration, TableReader& table) {
  identity.token = token_of(identity.key, configuration, table);
}

void check_backup(IdentityKey& key, const Identity& identity, const Configuration& configuration, TableReader& table) {
  key.token = token_of(key.uri, configuration, table);
  for (const IdentityKey& earlier : keys_of(identity)) {
    if (!key.token.empty() && key.token == earlier.token) {
      table.refuse("key", "lies on [token." + key.token + "], which holds another key of this identity",
                   "a backup is for when that token is not there: name a key on another one");
    }
    if (key.public_key && key.public_key == earlier.public_key) {
      table.refuse("public_key", "is the identity's key on [token." + earlier.token + "], too",
                   "two tokens with one key are two views of one card: make a key of its own on the backup token");
    }
  }
  check_one_view(key, configuration, table);
}

bool may_be_set_for_module(std::string_view variable) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !variable.empty() && std::ranges::all_of(variable, fits) && !variable.starts_with("LD_") &&
         !variable.starts_with("GLIBC_") && variable != "PATH" && variable != "GCONV_PATH" && variable != "LOCPATH" &&
         variable != "NLSPATH" && variable != "OPENSSL_CONF" && variable != "OPENSSL_MODULES" &&
         variable != "OPENSSL_ENGINES";
}

bool is_repository_url(std::string_view url) { return is_issuer(url); }

bool is_base_url(std::string_view url) {
  if (url.find_first_of("?#") != std::string_view::npos) return false;
  url.remove_prefix(url.find("://") + 3);
  const std::string_view host = url.substr(0, url.find('/'));
  const std::size_t end_of_address = host.find(']');
  const std::size_t colon = host.find(':', end_of_address == std::string_view::npos ? 0 : end_of_address);
  return colon == std::string_view::npos ? !host.empty() : colon > 0 && is_port(host.substr(colon + 1));
}

bool is_module_need(std::string_view need) {
  constexpr std::string_view kTcp = "tcp:";
  if (need == "pcsc" || need == "tpm" || need == "usb") return true;
  if (!need.starts_with(kTcp)) return false;
  const std::string_view peer = need.substr(kTcp.size());
  const std::size_t colon = peer.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || peer.find(',') != std::string_view::npos) return false;
  const std::string_view port = peer.substr(colon + 1);
  return is_port(port);
}

void check_identity(const Identity& identity, const Configuration& configuration, TableReader& table) {
  check_cross_use(identity, configuration, table);
  check_one_for_ssh(identity, configuration, table);
  check_one_view({.token = identity.token, .public_key = identity.public_key}, configuration, table);
  check_ephemeral(identity, table);
  check_person(identity, table);
  check_instance(identity, configuration, table);
}

void check_default(const Configuration& configuration, TableReader& table) {
  if (configuration.default_identity && !configuration.identities.contains(*configuration.default_identity)) {
    table.refuse("default_identity", "names no [identity.*]");
  }
}

}  // namespace signet::config
