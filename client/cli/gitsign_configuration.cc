#include "client/cli/gitsign_configuration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/display.h"

namespace signet::cli {
namespace {

constexpr std::string_view kPrefix = "gitsign.";

enum class Kind : std::uint8_t { Service, Issuer, Connector, Anchor, Mode, Login, Committer, Log };

struct Known {
  std::string_view name;
  Kind kind;
};

// gitsign's README and internal/config/config.go at v0.16.1, and the keys that came after.
constexpr auto kKnown = std::to_array<Known>({{"fulcio", Kind::Service},
                                              {"rekor", Kind::Service},
                                              {"timestampServerURL", Kind::Service},
                                              {"issuer", Kind::Issuer},
                                              {"connectorID", Kind::Connector},
                                              {"fulcioRoot", Kind::Anchor},
                                              {"timestampCertChain", Kind::Anchor},
                                              {"rekorMode", Kind::Mode},
                                              {"rekorVersion", Kind::Mode},
                                              {"enableSigstoreGo", Kind::Mode},
                                              {"clientID", Kind::Login},
                                              {"clientSecretFile", Kind::Login},
                                              {"redirectURL", Kind::Login},
                                              {"tokenProvider", Kind::Login},
                                              {"autoclose", Kind::Login},
                                              {"autocloseTimeout", Kind::Login},
                                              {"urlOpener", Kind::Login},
                                              {"matchCommitter", Kind::Committer},
                                              {"logPath", Kind::Log}});

// Of "https://HOST:PORT/PATH".
std::string_view host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/:?#"));
}

// The instance that signet ships to which a service belongs.
std::optional<std::string_view> shipped_instance_of(std::string_view url) {
  if (host_of(url).ends_with(".sigstage.dev")) return "staging";
  if (host_of(url).ends_with(".sigstore.dev")) return "public-good";
  return std::nullopt;
}

std::string answer_of_service(std::string_view url) {
  if (const auto instance = shipped_instance_of(url)) {
    const std::string name(*instance);
    return "belongs to the instance " + name + ": signet trust init" + (name == "public-good" ? "" : " " + name) +
           ", and instance = \"" + name + "\" in the identity";
  }
  return "belongs to an instance of its own: signet trust add NAME --url URL --root FILE with its TUF repository, and "
         "instance = \"NAME\" in the identity; that names its CA, logs and timestamp authorities";
}

std::string answer_of(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::Service:
      return answer_of_service(value);
    case Kind::Issuer:
      return answer_of_service(value) + "; issuer in the identity is the one that certificates name";
    case Kind::Connector:
      return "is what certificates name as the issuer: issuer = \"" + std::string(value) + "\" in the identity";
    case Kind::Anchor:
      return "is not needed: the instance's trusted root has it";
    case Kind::Mode:
      return "is not needed: the log's entry is always in the signature, as with rekorMode = offline, and the "
             "instance's signing config says which log";
    case Kind::Login:
      return "is not needed: signet login --token-file gives the agent an ID token, or token = { file = \"...\" } in "
             "the identity says where one lies";
    case Kind::Committer:
      return "is not asked for: without user.signingKey = signet:NAME the agent takes the identity whose SAN is the "
             "committer's e-mail; where none has it, the default or only one signs, and signet-git says so at the "
             "terminal";
    case Kind::Log:
      return "is not needed: the agent writes to its journal, and signet audit list shows what was signed";
  }
  return {};
}

const Known* known(std::string_view name) {
  const auto found = std::ranges::find_if(kKnown, [name](const Known& one) { return is_same_git_key(one.name, name); });
  return found == kKnown.end() ? nullptr : found;
}

bool is_of_user_or_system(const GitEntry& entry) {
  return entry.scope == "system" || entry.scope == "global" || entry.scope == "command";
}

}  // namespace

std::vector<GitsignKey> understand_gitsign(std::span<const GitEntry> entries) {
  std::vector<GitsignKey> keys;
  for (const GitEntry& entry : entries) {
    if (!entry.key.starts_with(kPrefix)) continue;
    const Known* meant = known(std::string_view(entry.key).substr(kPrefix.size()));
    GitsignKey key{.key = meant == nullptr ? entry.key : std::string(kPrefix) + std::string(meant->name),
                   .value = entry.value.value_or("true"),
                   .answer = {},
                   .is_of_repository = !is_of_user_or_system(entry)};
    if (key.is_of_repository) {
      key.answer = "is this repository's, and counts for nothing: only you and your system choose services and issuers";
    } else {
      key.answer = meant == nullptr ? "is no key that signet knows" : answer_of(meant->kind, key.value);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string gitsign_text(const std::vector<GitsignKey>& keys) {
  if (keys.empty()) return {};
  std::string text = "gitsign's configuration, which signet does not read:\n";
  for (const GitsignKey& key : keys) {
    text += "  " + display_text(key.key) + " = " + display_text(key.value, 300) + "\n    " +
            display_text(key.answer, 1000) + "\n";
  }
  return text;
}

json::Array gitsign_array(const std::vector<GitsignKey>& keys) {
  json::Array array;
  for (const GitsignKey& key : keys) {
    array.emplace_back(json::Object{
        {"key", key.key}, {"value", key.value}, {"answer", key.answer}, {"of_repository", key.is_of_repository}});
  }
  return array;
}

}  // namespace signet::cli
