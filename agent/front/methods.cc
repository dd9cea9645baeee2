#include "agent/front/methods.h"

#include <utility>

#include "agent/flow/admission.h"
#include "agent/flow/deadlines.h"
#include "agent/flow/key_generation.h"
#include "agent/flow/login.h"
#include "agent/flow/pins.h"
#include "agent/flow/token_release.h"
#include "agent/front/batch.h"
#include "agent/front/status.h"
#include "protocol/agent_messages.h"
#include "protocol/interfaces.h"
#include "protocol/limits.h"

namespace signet::agent {

using protocol::Call;
using protocol::Peer;
using protocol::SendMore;

Methods::Methods(Parts parts) : parts_(std::move(parts)), started_(std::chrono::steady_clock::now()) {}
Methods::~Methods() = default;

protocol::Interface Methods::interface_for(const Peer& peer) {
  protocol::Interface interface{
      .name = std::string(protocol::kAgentName), .description = protocol::kAgentInterface, .methods = {}};
  const auto add = [&](const char* name, Operation operation, Handler handler) {
    interface.methods.emplace(name, method(peer, operation, handler));
  };
  add("Sign", Operation::Sign, &Methods::sign);
  add("Identities", Operation::Identities, &Methods::identities);
  add("Keys", Operation::Keys, &Methods::keys);
  add("GenerateKey", Operation::GenerateKey, &Methods::generate_key);
  add("Login", Operation::Login, &Methods::login);
  add("Logout", Operation::Logout, &Methods::logout);
  add("Lock", Operation::Lock, &Methods::lock);
  add("ReleaseToken", Operation::ReleaseToken, &Methods::release_token);
  add("ReacquireToken", Operation::ReacquireToken, &Methods::reacquire_token);
  add("Status", Operation::Status, &Methods::status);
  interface.upgrades.emplace("EnterPin", [this, &peer](Call& call) { return enter_pin(peer, call); });
  return interface;
}

protocol::Method Methods::method(const Peer& peer, Operation operation, Handler handler) {
  return [this, &peer, operation, handler](Call& call, SendMore more) -> Awaitable<Result<json::Value>> {
    auto may_ask = co_await admit(parts_.audit, parts_.policy.decide(peer, operation));
    if (!may_ask) co_return fail(std::move(may_ask.error()));
    co_return co_await (this->*handler)(peer, call, more);
  };
}

Awaitable<Result<json::Value>> Methods::sign(const Peer& peer, Call& call, const SendMore& more) {
  auto request = protocol::parse_sign_request(call.parameters);
  call.parameters = json::Value();
  if (!request) co_return fail(std::move(request.error()));
  const Deadline deadline = Deadline::after(request->deadline.value_or(protocol::kDefaultDeadline));
  auto batch = read_batch(std::move(*request), call.more);
  if (!batch) co_return fail(std::move(batch.error()));
  auto approval = co_await admit(parts_.audit, parts_.policy.decide_sign(peer, batch->wish()));
  if (!approval) co_return fail(std::move(approval.error()));
  const SigningOrder order{.approval = *approval, .output = batch->output, .deadline = deadline};
  co_return co_await sign_batch(parts_.flow, order, std::move(*batch), more);
}

Awaitable<Result<json::Value>> Methods::identities(const Peer& /*peer*/, Call& call, const SendMore& /*more*/) {
  if (auto empty = protocol::parse_nothing(call.parameters, "Identities"); !empty)
    co_return fail(std::move(empty.error()));
  // Who has just started the agent wants to know all that it will know in a moment.
  co_await parts_.key_check.wait(Deadline(started_ + kStatusTime));
  co_return protocol::IdentitiesReply{.identities = describe_identities(parts_)}.encode();
}

Awaitable<Result<json::Value>> Methods::keys(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_keys_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  auto place = co_await parts_.places.take(peer, Deadline::after(kListTime));
  if (!place) co_return fail(std::move(place.error()));
  auto reply = co_await describe_keys(parts_, std::move(*request));
  if (!reply) co_return fail(std::move(reply.error()));
  co_return reply->encode();
}

Awaitable<Result<json::Value>> Methods::generate_key(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_generate_key_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  auto place = co_await parts_.places.take(peer, Deadline::after(kGenerateTime));
  if (!place) co_return fail(std::move(place.error()));
  auto approval = co_await admit(parts_.audit, parts_.policy.decide(peer, Operation::GenerateKey));
  if (!approval) co_return fail(std::move(approval.error()));
  auto key =
      co_await agent::generate_key(parts_.configuration, parts_.audit, parts_.tokens, *approval, std::move(*request));
  if (!key) co_return fail(std::move(key.error()));
  co_return key->encode();
}

Awaitable<Result<json::Value>> Methods::login(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_login_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  auto approval =
      co_await admit(parts_.audit, parts_.policy.decide_for_identity(peer, Operation::Login, request->identity));
  if (!approval) co_return fail(std::move(approval.error()));
  auto reply = co_await log_in(parts_.audit, parts_.logins, *approval, std::move(request->id_token));
  if (!reply) co_return fail(std::move(reply.error()));
  co_return reply->encode();
}

Awaitable<Result<json::Value>> Methods::logout(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_logout_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  Decision decision = request->identity ? parts_.policy.decide_for_identity(peer, Operation::Logout, request->identity)
                                        : parts_.policy.decide(peer, Operation::Logout);
  auto approval = co_await admit(parts_.audit, std::move(decision));
  if (!approval) co_return fail(std::move(approval.error()));
  auto done = co_await log_out(parts_.audit, parts_.logins, parts_.certificates, *approval);
  if (!done) co_return fail(std::move(done.error()));
  co_return json::Value(json::Object{});
}

Awaitable<Result<json::Value>> Methods::lock(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_lock_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  auto approval = co_await admit(parts_.audit, parts_.policy.decide(peer, Operation::Lock));
  if (!approval) co_return fail(std::move(approval.error()));
  auto done = co_await lock_tokens(parts_.executor, parts_.audit, parts_.tokens, *approval, std::move(*request));
  if (!done) co_return fail(std::move(done.error()));
  co_return json::Value(json::Object{});
}

Awaitable<Result<json::Value>> Methods::release_token(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_token_request(call.parameters, "ReleaseToken");
  if (!request) co_return fail(std::move(request.error()));
  auto approval = co_await admit(parts_.audit, parts_.policy.decide(peer, Operation::ReleaseToken));
  if (!approval) co_return fail(std::move(approval.error()));
  auto reply = co_await agent::release_token(parts_.audit, parts_.tokens, *approval, std::move(request->token));
  if (!reply) co_return fail(std::move(reply.error()));
  co_return reply->encode();
}

Awaitable<Result<json::Value>> Methods::reacquire_token(const Peer& peer, Call& call, const SendMore& /*more*/) {
  auto request = protocol::parse_token_request(call.parameters, "ReacquireToken");
  if (!request) co_return fail(std::move(request.error()));
  auto approval = co_await admit(parts_.audit, parts_.policy.decide(peer, Operation::ReacquireToken));
  if (!approval) co_return fail(std::move(approval.error()));
  auto done = co_await agent::reacquire_token(parts_.audit, parts_.tokens, *approval, std::move(request->token));
  if (!done) co_return fail(std::move(done.error()));
  co_return json::Value(json::Object{});
}

// The PIN does not come by here: the keeper gets the connection, and reads it.
Awaitable<Result<protocol::Heir>> Methods::enter_pin(const Peer& peer, Call& call) {
  auto approval = co_await admit(parts_.audit, parts_.policy.decide(peer, Operation::EnterPin));
  if (!approval) co_return fail(std::move(approval.error()));
  auto request = protocol::parse_enter_pin_request(call.parameters);
  if (!request) co_return fail(std::move(request.error()));
  co_return co_await admit_pin(parts_.audit, parts_.tokens, *approval, std::move(*request));
}

Awaitable<Result<json::Value>> Methods::status(const Peer& /*peer*/, Call& call, const SendMore& /*more*/) {
  if (auto empty = protocol::parse_nothing(call.parameters, "Status"); !empty) co_return fail(std::move(empty.error()));
  const auto uptime = std::chrono::steady_clock::now() - started_;
  auto reply = co_await describe_agent(parts_, std::chrono::duration_cast<std::chrono::seconds>(uptime));
  co_return reply.encode();
}

}  // namespace signet::agent
