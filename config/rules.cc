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
// only one.
void find_token(Identity& identity, const Configuration& configuration, TableReader& table) {
  std::vector<const Token*> fitting;
  for (const auto& [name, token] : configuration.tokens) {
    if (agrees(identity.key.token, token.label) && agrees(identity.key.serial, token.serial)) fitting.push_back(&token);
  }
  const auto is_named = [&identity](const Token* token) { return names(identity.key, *token); };
  if (std::ranges::any_of(fitting, is_named)) std::erase_if(fitting, std::not_fn(is_named));
  if (fitting.size() == 1) {
    identity.token = fitting.front()->name;
  } else if (fitting.empty()) {
    table.refuse("key", "lies on no configured token", "add a [token.*] with its serial or label");
  } else {
    table.refuse("key", "fits both [token." + fitting[0]->name + "] and [token." + fitting[1]->name + "]",
                 "add token= or serial= to the URI");
  }
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

bool signs_any_digest(const Identity& identity) {
  return identity.use.contains(Use::Blob) || identity.use.contains(Use::Raw);
}

// Two URIs that do not contradict each other may mean one key; pinned public keys know.
bool may_be_one_key(const Identity& one, const Identity& other) {
  if (one.public_key && other.public_key) return *one.public_key == *other.public_key;
  return one.token == other.token && agrees(one.key.id, other.key.id) && agrees(one.key.object, other.key.object);
}

bool is_crossed(const Identity& one, const Identity& other) {
  return one.use.contains(Use::Ssh) && signs_any_digest(other) && !(one.cross_use && other.cross_use) &&
         may_be_one_key(one, other);
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

}  // namespace

bool may_be_set_for_module(std::string_view variable) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !variable.empty() && std::ranges::all_of(variable, fits) && !variable.starts_with("LD_") &&
         !variable.starts_with("GLIBC_") && variable != "PATH" && variable != "GCONV_PATH" && variable != "LOCPATH" &&
         variable != "NLSPATH" && variable != "OPENSSL_CONF" && variable != "OPENSSL_MODULES" &&
         variable != "OPENSSL_ENGINES";
}

bool is_module_need(std::string_view need) {
  constexpr std::string_view kTcp = "tcp:";
  if (need == "pcsc" || need == "tpm" || need == "usb") return true;
  if (!need.starts_with(kTcp)) return false;
  const std::string_view peer = need.substr(kTcp.size());
  const std::size_t colon = peer.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || peer.find(',') != std::string_view::npos) return false;
  const std::string_view port = peer.substr(colon + 1);
  unsigned number = 0;
  const auto [end, trouble] = std::from_chars(port.data(), port.data() + port.size(), number);
  return trouble == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

void check_identity(Identity& identity, const Configuration& configuration, TableReader& table) {
  if (identity.san.empty()) table.refuse("san", "is empty");
  if (!is_issuer(identity.issuer)) table.refuse("issuer", "is neither an https URL nor http on 127.0.0.1 or [::1]");
  find_token(identity, configuration, table);
  check_cross_use(identity, configuration, table);
  if (identity.use.contains(Use::Ssh)) {
    table.refuse("use", "\"ssh\" is not built yet", "leave it out", ErrorCode::NotBuiltYet);
  }
  const auto instance = configuration.instances.find(identity.instance);
  if (instance == configuration.instances.end()) return table.refuse("instance", "names no [instance.*]");
  if (instance->second.signing_config.empty()) {
    table.refuse("instance", "has no signing_config, so it is for verification only");
  }
  if (!instance->second.sandbox && !identity.publish) {
    table.refuse("publish",
                 "must be \"yes\": what is signed goes into a public log for ever, with \"" +
                     display_text(identity.san) + "\" in it",
                 "publish = \"yes\" in this identity, or sandbox = true in an instance whose log is thrown away");
  }
}

void check_default(const Configuration& configuration, TableReader& table) {
  if (configuration.default_identity && !configuration.identities.contains(*configuration.default_identity)) {
    table.refuse("default_identity", "names no [identity.*]");
  }
}

}  // namespace signet::config
