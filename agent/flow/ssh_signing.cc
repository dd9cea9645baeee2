#include "agent/flow/ssh_signing.h"

#include <utility>
#include <variant>

#include "agent/flow/deadlines.h"
#include "agent/tokens/token.h"
#include "sigstore/encoding/hash.h"

namespace signet::agent {
namespace {

const Bytes& bytes_to_sign(const Item& item) {
  if (const auto* signature = std::get_if<SshSignatureItem>(&item.object)) return signature->bytes;
  return std::get<SshLoginItem>(item.object).bytes;
}

// Ed25519 hashes by itself.
protocol::TokenInput input_for(const ssh::SignatureAlgorithm& algorithm, const Bytes& data) {
  if (algorithm.hash) return sigstore::hash(*algorithm.hash, data);
  return protocol::TokenMessage{.bytes = data};
}

// What leaves is what is checked: the blob itself.
Result<Bytes> check(const SshOrder& order, const Bytes& data, ByteView raw) {
  auto blob = ssh::encode_signature(order.algorithm, raw);
  if (!blob) return fail(std::move(blob.error()));
  if (auto verified = ssh::verify_signature(order.key, *blob, data); !verified) {
    return fail(std::move(verified.error()));
  }
  return blob;
}

}  // namespace

Awaitable<Result<Bytes>> SshSigning::sign(const SshOrder& order, Item item) {
  auto place = co_await places_.take(order.approval.decision().peer(), order.deadline);
  if (!place) co_return fail(std::move(place.error()));
  auto intent = co_await audit_.intent(order.approval, subject_of(item, 0), order.deadline);
  if (!intent) co_return fail(std::move(intent.error()));
  auto made = co_await make(order, *intent, item);
  Outcome outcome;
  if (!made) outcome.error = made.error();
  outcome.note = intent->remarks();
  auto recorded = co_await audit_.outcome(*intent, std::move(outcome), order.deadline);
  if (!recorded) co_return fail(std::move(recorded.error()));
  if (made) ++handed_out_;
  co_return made;
}

// The protocol has no way to tell its client of a touch or of a PIN: who is to be told hears of it elsewhere.
Awaitable<Result<Bytes>> SshSigning::make(const SshOrder& order, const Intent& intent, const Item& item) {
  const Decision& decision = order.approval.decision();
  auto token = tokens_.find(order.token);
  if (!token) co_return fail(std::move(token.error()));
  auto key = co_await (*token)->find_key(*decision.identity(), order.deadline.within(kListTime));
  if (!key) co_return fail(std::move(key.error()));
  if (!(key->public_key() == order.key)) {
    co_return fail(ErrorCode::KeyNotFound, "token " + order.token + " holds another key than the one that was listed",
                   "`ssh-add -L` lists what it holds");
  }
  Attendance attendance;
  attendance.purpose = "for an " + item.summary + ", identity " + decision.identity()->name;
  attendance.pin = {.client = decision.peer().pid, .purpose = attendance.purpose, .can = {}, .ask = {}, .over = {}};
  const Patience patience{.deadline = order.deadline, .answer = kTouchTime};
  const Bytes& data = bytes_to_sign(item);
  if (auto may = order.may_go_on(); !may) co_return fail(std::move(may.error()));
  auto input = input_for(order.algorithm, data);
  auto raw = co_await (*token)->sign(intent, *key, std::move(input), patience, std::move(attendance));
  if (!raw) co_return fail(std::move(raw.error()));
  if (auto may = order.may_go_on(); !may) co_return fail(std::move(may.error()));
  auto blob = check(order, data, *raw);
  if (!blob) co_return fail(std::move(blob.error()).during("checking the token's signature"));
  co_return blob;
}

}  // namespace signet::agent
