#include "config/ssh_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace signet::config {
namespace {

// A namespace of `ssh-keygen -Y sign -n`: what people use is a word or name@domain.
constexpr std::size_t kMaxNamespace = 255;
constexpr std::size_t kMaxHostName = 255;

// As `ssh-keygen -l` prints it: SHA-256 in base64 without padding.
bool is_host_fingerprint(std::string_view text) {
  constexpr std::string_view kPrefix = "SHA256:";
  constexpr std::size_t kDigits = 43;
  const auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kDigits &&
         std::ranges::all_of(text.substr(kPrefix.size()), is_digit);
}

void read_namespaces(SshRules& rules, TableReader& table) {
  if (!table.has("namespaces")) return;
  rules.namespaces = table.texts("namespaces");
  const auto is_none = [](const std::string& name) { return name.empty() || name.size() > kMaxNamespace; };
  if (std::ranges::any_of(rules.namespaces, is_none)) {
    table.refuse("namespaces", "holds an empty name, or one of more than 255 bytes");
  }
}

void read_hosts(SshRules& rules, TableReader& table) {
  if (!table.has("hosts")) return;
  rules.hosts.emplace();
  table.each_item("hosts", [&rules](TableReader& item) {
    SshHost host{.name = item.text("name"), .key = item.text("key")};
    if (host.name.empty() || host.name.size() > kMaxHostName) {
      item.refuse("name", "is empty, or has more than 255 bytes");
    }
    if (!is_host_fingerprint(host.key)) {
      item.refuse("key", "is not SHA256:<43 characters of base64>",
                  "`ssh-keygen -lf FILE` prints a host key's fingerprint, and the host's owner can say which is right");
    }
    rules.hosts->push_back(std::move(host));
  });
  if (!rules.logins) table.refuse("hosts", "stands beside logins = false", "leave one of them out");
}

}  // namespace

void read_ssh_rules(Identity& identity, TableReader& table, Diagnosis& diagnosis) {
  const toml::table* rules = table.table("ssh");
  if (rules == nullptr) return;
  if (!identity.use.contains(Use::Ssh)) {
    table.refuse("ssh", "says how ssh may use the key, and `use` has no \"ssh\"", "add it to `use`, or leave this out");
  }
  TableReader reader(*rules, table.where() + ".ssh", diagnosis);
  identity.ssh.logins = reader.boolean_or("logins", true);
  identity.ssh.forwarded = reader.boolean_or("forwarded", false);
  read_namespaces(identity.ssh, reader);
  read_hosts(identity.ssh, reader);
  reader.finish();
}

void read_ssh(Configuration& configuration, TableReader& table) {
  configuration.ssh_upstream = table.text("upstream");
  if (!configuration.ssh_upstream.is_absolute()) table.refuse("upstream", "is not an absolute path");
}

}  // namespace signet::config
