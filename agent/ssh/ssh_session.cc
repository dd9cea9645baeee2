#include "agent/ssh/ssh_session.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "agent/flow/admission.h"
#include "agent/flow/ssh_locking.h"
#include "protocol/limits.h"
#include "ssh/session_bind.h"
#include "ssh/wire.h"

namespace signet::agent {
namespace {

using ssh::AgentMessage;

// Neither a list nor the lock must wait for another agent that hangs.
constexpr std::chrono::seconds kTheirMoment{2};

Bytes failure() { return ssh::encode_plain_answer(AgentMessage::Failure); }
Bytes success() { return ssh::encode_plain_answer(AgentMessage::Success); }
Bytes no_keys() { return ssh::encode_identities_answer({}).value(); }

// Requests about keys that an agent holds: REMOVE_IDENTITY alone names one (RFC 9987 §7.1).
constexpr std::uint8_t kRemoveIdentity = 18;

// What another agent may do with keys of its own: adding and removing them. Protocol 1 is for nobody.
bool is_about_their_keys(std::uint8_t type) { return (type >= 17 && type <= 21) || type == 25 || type == 26; }

Bytes key_named_in(ByteView message) {
  ssh::Reader reader(message, "a request to remove a key");
  (void)reader.byte();
  return to_bytes(reader.string());
}

}  // namespace

SshSession::SshSession(const SshParts& parts, const protocol::Peer& peer) : parts_(parts), peer_(peer) {
  if (parts.upstream != nullptr) upstream_.emplace(parts.executor, *parts.upstream);
}

void SshSession::tell(const Error& error) const {
  if (error.code == ErrorCode::Cancelled) return;
  parts_.notice("ssh: " + error.sentence() + (error.remedy.empty() ? "" : "; " + error.remedy));
}

Awaitable<Bytes> SshSession::answer(ByteView message) {
  auto request = ssh::parse_agent_request(message);
  if (!request) co_return failure();
  if (auto* extension = std::get_if<ssh::ExtensionRequest>(&*request)) {
    if (extension->name == ssh::kSessionBind) co_return co_await bind(*extension, message);
  }
  if (parts_.lock.locked()) co_return co_await answer_locked(std::move(*request), message);
  if (std::holds_alternative<ssh::IdentitiesRequest>(*request)) co_return co_await list();
  if (auto* wanted = std::get_if<ssh::SignRequest>(&*request)) co_return co_await sign(std::move(*wanted), message);
  if (auto* extension = std::get_if<ssh::ExtensionRequest>(&*request)) co_return co_await extend(*extension, message);
  if (auto* locking = std::get_if<ssh::LockRequest>(&*request)) co_return co_await lock(*locking, message);
  if (auto* unlocking = std::get_if<ssh::UnlockRequest>(&*request)) co_return co_await unlock(*unlocking, message);
  co_return co_await other(std::get<ssh::OtherRequest>(*request).type, message);
}

Awaitable<Bytes> SshSession::answer_locked(ssh::AgentRequest request, ByteView message) {
  if (auto* unlocking = std::get_if<ssh::UnlockRequest>(&request)) co_return co_await unlock(*unlocking, message);
  if (auto* locking = std::get_if<ssh::LockRequest>(&request)) co_return co_await lock(*locking, message);
  if (std::holds_alternative<ssh::IdentitiesRequest>(request)) co_return no_keys();
  co_return failure();
}

// A key of ours is ours alone, whoever else has it and whether or not its token is there: else its rules would be the
// other agent's.
Awaitable<void> SshSession::add_theirs(std::vector<ssh::AgentIdentity>& identities) {
  const Bytes request = ssh::encode_agent_request(ssh::IdentitiesRequest());
  auto answer = co_await upstream_->ask(request, Deadline::after(kTheirMoment));
  if (!answer) co_return;
  auto theirs = ssh::parse_identities_answer(*answer);
  if (!theirs) co_return;
  for (ssh::AgentIdentity& identity : *theirs) {
    if (!parts_.keys.is_ours(identity.key_blob) && identities.size() < ssh::kMaxIdentities)
      identities.push_back(std::move(identity));
  }
}

Awaitable<Bytes> SshSession::list() {
  std::vector<ssh::AgentIdentity> identities;
  const std::vector<SshKey> ours = co_await parts_.keys.list();
  for (const SshKey& key : ours) {
    if (!check_ssh_origin(*key.identity, binds_.origin())) continue;
    identities.push_back({.key_blob = key.blob, .comment = key.comment()});
  }
  const std::vector<ssh::AgentIdentity> without_theirs = identities;
  if (upstream_) co_await add_theirs(identities);
  if (parts_.lock.locked()) co_return no_keys();
  auto answer = ssh::encode_identities_answer(identities);
  if (answer) co_return std::move(*answer);
  tell(answer.error());
  answer = ssh::encode_identities_answer(without_theirs);
  if (answer) co_return std::move(*answer);
  co_return failure();
}

// A refusal that is only counted is told to nobody, like a client that has gone.
Awaitable<Result<Approval>> SshSession::admit_or_count(Decision decision) {
  if (decision.allowed() || !binds_.origin().is_remote()) co_return co_await admit(parts_.audit, std::move(decision));
  const auto more = parts_.far_refusals.note(std::chrono::steady_clock::now());
  if (!more) co_return fail(ErrorCode::Cancelled, "another host asks for too much");
  co_return co_await admit(parts_.audit, Policy::standing_for(std::move(decision), *more));
}

Awaitable<Bytes> SshSession::sign(ssh::SignRequest request, ByteView message) {
  const std::size_t times = parts_.lock.times();
  auto key = parts_.keys.find(request.key_blob);
  if (!key) {
    const std::vector<SshKey> looked = co_await parts_.keys.list();
    key = parts_.keys.find(request.key_blob);
  }
  const bool is_theirs = !key && !parts_.keys.is_ours(request.key_blob);
  if (is_theirs && upstream_) co_return co_await hand_on(message, AgentMessage::Failure);
  auto item = read_ssh_item(std::move(request.data));
  if (item) {
    const config::Identity* identity = key ? key->identity : nullptr;
    item->summary = co_await summary_of(*item, identity);
  }
  std::optional<SshWish> wish;
  Result<ssh::SignatureAlgorithm> algorithm = fail(ErrorCode::KeyNotFound, "nobody's key");
  if (key) {
    algorithm = ssh::signature_algorithm_for(key->key.kind(), request.flags);
    wish.emplace(
        SshWish{.identity = *key->identity, .key = key->key, .algorithm = algorithm, .origin = binds_.origin()});
  }
  auto approval = co_await admit_or_count(parts_.policy.decide_ssh(peer_, wish, item));
  if (!approval) {
    tell(approval.error());
    co_return failure();
  }
  const SshOrder order{.approval = *approval,
                       .token = key->token,
                       .key = key->key,
                       .algorithm = *algorithm,
                       .deadline = Deadline::after(protocol::kDefaultDeadline),
                       .may_go_on = [this, times] { return parts_.lock.check_open_since(times); }};
  auto blob = co_await parts_.signing.sign(order, std::move(*item));
  if (blob) co_return ssh::encode_sign_response(*blob);
  tell(blob.error());
  co_return failure();
}

// A file of another host's is none of ours.
Awaitable<std::string> SshSession::summary_of(const Item& item, const config::Identity* identity) {
  std::string summary = ssh_summary(item, identity, binds_.origin());
  const auto* signature = std::get_if<SshSignatureItem>(&item.object);
  if (signature == nullptr || binds_.origin().is_remote()) co_return summary;
  const auto object = co_await parts_.files.summary_of(peer_, signature->request);
  if (object) summary += ": " + *object;
  co_return summary;
}

Awaitable<Bytes> SshSession::bind(const ssh::ExtensionRequest& request, ByteView message) {
  const std::size_t hops = binds_.origin().hops.size();
  auto added = binds_.add(request.contents);
  if (!added) {
    if (const auto more = parts_.far_refusals.note(std::chrono::steady_clock::now())) {
      Error why = added.error();
      why.what += Policy::words_for_more(*more);
      tell(why);
    }
  }
  if (upstream_) co_await pass_on(message, binds_.origin().hops.size() > hops);
  co_return added ? success() : ssh::encode_plain_answer(AgentMessage::ExtensionFailure);
}

// What was believed here is told to every connection to them, and no more of it is kept than there are hops. What was
// not believed is said once: a connection of which they know that may not be followed by one of which they do not.
Awaitable<void> SshSession::pass_on(ByteView message, bool is_news) {
  if (is_news) {
    auto heard = co_await upstream_->tell(message, Deadline::after(kTheirMoment));
    (void)heard;
  } else {
    co_await tell_them(message);
  }
  if (binds_.origin().bind_failed) upstream_->keep_to_this_connection();
}

Awaitable<Bytes> SshSession::extend(const ssh::ExtensionRequest& request, ByteView message) {
  if (request.name == ssh::kQuery && request.contents.empty()) {
    co_return ssh::encode_query_response({ssh::kQuery, ssh::kSessionBind});
  }
  co_return co_await hand_on(message, AgentMessage::ExtensionFailure);
}

Awaitable<Bytes> SshSession::lock(const ssh::LockRequest& request, ByteView message) {
  auto approval = co_await admit_or_count(parts_.policy.decide_ssh_lock(peer_, Operation::SshLock, binds_.origin()));
  Result<void> locked = approval ? Result<void>() : fail(approval.error());
  if (approval) {
    auto shut = [&] { return parts_.lock.lock(request.password); };
    locked = co_await lock_ssh(parts_.executor, parts_.audit, parts_.tokens, *approval, std::move(shut));
  }
  if (!locked) {
    tell(locked.error());
    co_return failure();
  }
  if (upstream_) co_await tell_them(message);
  co_return success();
}

Awaitable<Bytes> SshSession::unlock(const ssh::UnlockRequest& request, ByteView message) {
  auto approval = co_await admit_or_count(parts_.policy.decide_ssh_lock(peer_, Operation::SshUnlock, binds_.origin()));
  Result<void> unlocked = approval ? Result<void>() : fail(approval.error());
  if (approval) {
    auto open = [&] { return parts_.lock.unlock(request.password); };
    unlocked = co_await unlock_ssh(parts_.audit, *approval, std::move(open));
  }
  // Locked by this socket before our agent was started anew: theirs is locked still.
  const bool was_open = !unlocked && unlocked.error().code == ErrorCode::InvalidRequest;
  if (was_open && upstream_) co_return co_await hand_on(message, AgentMessage::Failure);
  if (!unlocked) {
    tell(unlocked.error());
    co_return failure();
  }
  if (upstream_) co_await tell_them(message);
  co_return success();
}

Awaitable<Bytes> SshSession::other(std::uint8_t type, ByteView message) {
  if (!is_about_their_keys(type)) co_return failure();
  if (type == kRemoveIdentity && parts_.keys.is_ours(key_named_in(message))) co_return failure();
  co_return co_await hand_on(message, AgentMessage::Failure);
}

// What they answer changes nothing here.
Awaitable<void> SshSession::tell_them(ByteView message) {
  auto heard = co_await upstream_->ask(message, Deadline::after(kTheirMoment));
  (void)heard;
}

Awaitable<Bytes> SshSession::hand_on(ByteView message, AgentMessage otherwise) {
  if (!upstream_ || parts_.lock.locked()) co_return ssh::encode_plain_answer(otherwise);
  auto answer = co_await upstream_->ask(message, Deadline::after(protocol::kDefaultDeadline));
  if (answer && !parts_.lock.locked()) co_return std::move(*answer);
  co_return ssh::encode_plain_answer(otherwise);
}

}  // namespace signet::agent
