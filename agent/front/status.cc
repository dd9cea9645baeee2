#include "agent/front/status.h"

#include <unistd.h>

#include <utility>

#include "agent/flow/deadlines.h"
#include "agent/flow/key_generation.h"
#include "agent/loop/together.h"
#include "protocol/version.h"

namespace signet::agent {
namespace {

using protocol::IdentityInfo;
using protocol::KeyInfo;
using protocol::TokenInfo;

std::optional<std::string> problem_of(const Parts& parts, const config::Identity& identity, const std::string& token) {
  const auto problem = key_problem(parts.tokens, identity, token);
  return problem ? std::optional(problem->what + "; " + problem->remedy) : std::nullopt;
}

// What is known of the key without asking the token for it.
void describe_key_of(const Parts& parts, const config::Identity& identity, IdentityInfo& info) {
  if (identity.ephemeral) {
    info.ephemeral = true;
    info.algorithm = identity.ephemeral;
    const auto kind = sigstore::key_kind_from_name(*identity.ephemeral);
    if (kind) info.digest = hash_name(sigstore::default_hash(*kind));
    return;
  }
  info.problem = problem_of(parts, identity, identity.token);
  const auto token = parts.tokens.find(identity.token);
  const Result<PinnedKey>* key = token ? (*token)->known_key(identity.name) : nullptr;
  if (key == nullptr || !*key) return;
  const sigstore::KeyKind kind = (*key)->public_key().kind();
  info.algorithm = sigstore::key_kind_name(kind);
  info.public_key = (*key)->public_key().pem();
  if (!info.problem) info.digest = hash_name(sigstore::default_hash(kind));
}

IdentityInfo describe_identity(const Parts& parts, const config::Identity& identity) {
  IdentityInfo info{.name = identity.name,
                    .instance = identity.instance,
                    .san = identity.san,
                    .issuer = identity.issuer,
                    .use = {},
                    .log = std::string(config::log_mode_name(identity.log)),
                    .key = identity.key.text,
                    .fingerprint = {}};
  for (const config::Use use : identity.use) info.use.emplace_back(config::use_name(use));
  if (identity.public_key) info.fingerprint = encode_digest(*identity.public_key);
  for (const config::IdentityKey& backup : identity.backup) {
    info.backup.push_back({.token = backup.token,
                           .key = backup.uri.text,
                           .fingerprint = encode_digest(*backup.public_key),
                           .problem = problem_of(parts, identity, backup.token)});
  }
  describe_key_of(parts, identity, info);
  const auto standing_for_all = parts.policy.default_identity();
  info.is_default = standing_for_all && *standing_for_all == &identity;
  if (const auto until = parts.certificates.until(identity.name)) info.certificate_until = encode_rfc3339(*until);
  if (const auto until = parts.logins.until(identity.name)) info.login_until = encode_rfc3339(*until);
  return info;
}

}  // namespace

std::vector<IdentityInfo> describe_identities(const Parts& parts) {
  std::vector<IdentityInfo> all;
  all.reserve(parts.configuration.identities.size());
  for (const auto& [name, identity] : parts.configuration.identities) all.push_back(describe_identity(parts, identity));
  return all;
}

Awaitable<Result<protocol::KeysReply>> describe_keys(const Parts& parts, protocol::KeysRequest request) {
  const Deadline deadline = Deadline::after(kListTime);
  protocol::KeysReply reply;
  if (request.token) {
    auto token = parts.tokens.find(*request.token);
    if (!token) co_return fail(std::move(token.error()));
    auto keys = co_await list_keys(parts.configuration, **token, deadline);
    if (!keys) co_return fail(std::move(keys.error()));
    reply.keys = std::move(*keys);
    mark_views(parts.configuration, parts.tokens, reply.keys);
    co_return reply;
  }
  const std::vector<Token*> tokens = parts.tokens.all();
  std::vector<std::vector<KeyInfo>> found(tokens.size());
  std::vector<Job> jobs;
  jobs.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    jobs.emplace_back([&parts, &found, token = tokens[i], i, deadline]() -> Awaitable<bool> {
      auto keys = co_await list_keys(parts.configuration, *token, deadline);
      if (keys) found[i] = std::move(*keys);
      co_return true;
    });
  }
  co_await run_together(parts.executor, std::move(jobs));
  for (std::vector<KeyInfo>& keys : found) {
    for (KeyInfo& key : keys) reply.keys.push_back(std::move(key));
  }
  mark_views(parts.configuration, parts.tokens, reply.keys);
  co_return reply;
}

Awaitable<protocol::StatusReply> describe_agent(const Parts& parts, std::chrono::seconds uptime) {
  protocol::StatusReply reply;
  reply.version = SIGNET_VERSION;
  reply.features = protocol::features();
  reply.pid = ::getpid();
  reply.uptime_s = uptime.count();
  reply.config = parts.configuration.path.string();
  reply.default_identity = parts.configuration.default_identity;
  if (parts.ssh != nullptr) {
    reply.ssh_socket = parts.ssh->path().string();
    reply.ssh_locked = parts.ssh->locked();
  }
  reply.signatures = parts.flow.handed_out() + (parts.ssh == nullptr ? 0 : parts.ssh->handed_out());
  reply.certificates = parts.certificates.obtained();
  const std::vector<Token*> tokens = parts.tokens.all();
  reply.tokens.resize(tokens.size());
  const Deadline deadline = Deadline::after(kStatusTime);
  std::vector<Job> jobs;
  jobs.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    jobs.emplace_back([&parts, &reply, token = tokens[i], i, deadline]() -> Awaitable<bool> {
      reply.tokens[i] = co_await token->status(deadline);
      if (reply.tokens[i].state == "ready") co_await parts.key_check.read(*token, deadline);
      co_return true;
    });
  }
  co_await run_together(parts.executor, std::move(jobs));
  reply.identities = describe_identities(parts);
  co_return reply;
}

}  // namespace signet::agent
