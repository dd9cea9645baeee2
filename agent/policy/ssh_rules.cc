#include "agent/policy/ssh_rules.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/display.h"
#include "ssh/key.h"

namespace signet::agent {
namespace {

constexpr std::size_t kShownName = 80;

std::string rules_of(const config::Identity& identity) { return "[identity." + identity.name + ".ssh]"; }

// The host that a login goes to: proven by the connection, or named in the login itself.
const sigstore::PublicKey* destination_of(const ssh::Login& login, const SshOrigin& origin) {
  if (!origin.hops.empty()) return &origin.hops.back().host_key;
  return login.host_key ? &*login.host_key : nullptr;
}

const config::SshHost* known_host(const config::Identity& identity, const std::string& fingerprint) {
  if (!identity.ssh.hosts) return nullptr;
  const auto found = std::ranges::find(*identity.ssh.hosts, fingerprint, &config::SshHost::key);
  return found == identity.ssh.hosts->end() ? nullptr : &*found;
}

Result<void> check_namespace(const config::Identity& identity, const ssh::SshsigRequest& request) {
  if (std::ranges::find(identity.ssh.namespaces, request.name_space) != identity.ssh.namespaces.end()) return {};
  return fail(ErrorCode::NotAuthorized,
              "identity " + identity.name + " signs nothing of namespace " +
                  quoted_text(request.name_space, kShownName) + " over ssh",
              "add it to `namespaces` of " + rules_of(identity) + ", if signatures of that kind are meant to be made");
}

// A login is for the session whose host has signed its id, and for no other one (OpenSSH's PROTOCOL.agent, §2).
Result<void> check_session(const ssh::Login& login, const SshOrigin& origin) {
  if (origin.hops.empty()) return {};
  const SshOrigin::Hop& last = origin.hops.back();
  if (last.is_forwarding) {
    return fail(ErrorCode::NotAuthorized, "a login over a connection that is for forwarding alone",
                "ssh of OpenSSH 8.9 and later says on the far host, too, which session it logs in to");
  }
  if (!equal(last.session_id, login.session_id)) {
    return fail(ErrorCode::InvalidRequest, "a login of another session than the one that this connection is for");
  }
  if (login.host_key && !(*login.host_key == last.host_key)) {
    return fail(ErrorCode::InvalidRequest, "a login to another host than the one that this connection is for");
  }
  return {};
}

Result<void> check_host(const config::Identity& identity, const ssh::Login& login, const SshOrigin& origin) {
  if (!identity.ssh.hosts) return {};
  if (origin.hops.empty() || origin.bind_failed) {
    return fail(ErrorCode::NotAuthorized,
                "identity " + identity.name + " logs in to some hosts alone, and ssh did not prove which one this is",
                "log in with ssh of OpenSSH 8.9 or later, or take `hosts` out of " + rules_of(identity));
  }
  if (origin.hops.size() > 1 && !login.host_key) {
    return fail(ErrorCode::NotAuthorized, "a login over another host that does not name the host that it is for",
                "the server there must be OpenSSH 8.9 or later");
  }
  const std::string fingerprint = ssh::key_fingerprint(origin.hops.back().host_key);
  if (known_host(identity, fingerprint) != nullptr) return {};
  return fail(
      ErrorCode::NotAuthorized,
      "the host with the key " + fingerprint + " is none of those that identity " + identity.name + " may log in to",
      "if it should, add { name = \"...\", key = \"" + fingerprint + "\" } to `hosts` of " + rules_of(identity));
}

Result<void> check_login(const SshWish& wish, const ssh::Login& login) {
  const config::Identity& identity = wish.identity;
  if (!identity.ssh.logins) {
    return fail(ErrorCode::NotAuthorized, "identity " + identity.name + " does not log in anywhere",
                "set logins = true in " + rules_of(identity) + ", or use another identity");
  }
  if (!(login.key == wish.key)) {
    return fail(ErrorCode::InvalidRequest, "a login with another key than the one that is asked for");
  }
  if (login.algorithm != *wish.algorithm) {
    return fail(ErrorCode::InvalidRequest, "a login by another algorithm than the one that is asked for");
  }
  if (auto session = check_session(login, wish.origin); !session) return session;
  return check_host(identity, login, wish.origin);
}

}  // namespace

bool SshOrigin::is_remote() const { return bind_failed || std::ranges::any_of(hops, &Hop::is_forwarding); }

Result<void> check_ssh_origin(const config::Identity& identity, const SshOrigin& origin) {
  if (identity.ssh.forwarded || !origin.is_remote()) return {};
  const std::string remedy =
      "ask on this machine; or set forwarded = true in " + rules_of(identity) + " after reading docs/ssh.md";
  if (origin.bind_failed) {
    return fail(ErrorCode::NotAuthorized,
                "nobody could prove where this connection comes from, and identity " + identity.name +
                    " is not for other hosts",
                remedy);
  }
  const auto far = std::ranges::find_if(origin.hops, &SshOrigin::Hop::is_forwarding);
  return fail(ErrorCode::NotAuthorized,
              "this connection is forwarded to the host with the key " + ssh::key_fingerprint(far->host_key) +
                  ", and identity " + identity.name + " is not for other hosts",
              remedy);
}

Result<void> check_ssh(const SshWish& wish, const Item& item) {
  if (auto near = check_ssh_origin(wish.identity, wish.origin); !near) return near;
  if (!wish.algorithm) return fail(wish.algorithm.error());
  if (const auto* signature = std::get_if<SshSignatureItem>(&item.object)) {
    return check_namespace(wish.identity, signature->request);
  }
  return check_login(wish, std::get<SshLoginItem>(item.object).login);
}

std::string ssh_summary(const Item& item, const config::Identity* identity, const SshOrigin& origin) {
  std::string summary = item.summary;
  if (const auto* login = std::get_if<SshLoginItem>(&item.object)) {
    const sigstore::PublicKey* destination = destination_of(login->login, origin);
    std::string where = "a host that ssh did not name";
    if (destination != nullptr) {
      const std::string fingerprint = ssh::key_fingerprint(*destination);
      const config::SshHost* host = identity == nullptr ? nullptr : known_host(*identity, fingerprint);
      where =
          host == nullptr ? "the host " + fingerprint : display_text(host->name, kShownName) + " (" + fingerprint + ")";
    }
    constexpr std::string_view kHead = "ssh login";
    summary.insert(kHead.size(), " to " + where);
  }
  if (origin.is_remote()) summary += ", asked for by another host";
  return summary;
}

}  // namespace signet::agent
