#include "agent/flow/signing.h"

#include <memory>
#include <utility>
#include <variant>

#include "agent/flow/deadlines.h"
#include "agent/flow/evidence.h"
#include "agent/flow/services.h"
#include "agent/policy/use_table.h"
#include "sigstore/sign/draft.h"

namespace signet::agent {
namespace {

using protocol::ItemResult;
using protocol::Output;
using protocol::ProgressKind;
using sigstore::Draft;
using sigstore::SignedDraft;
using sigstore::VerifiedBundle;
using sigstore::VerifiedCertificate;

const config::Identity& identity_of(const SigningOrder& order) { return *order.approval.decision().identity(); }

Result<Draft> draft_of(Item item, const sigstore::PublicKey& key, WallTime now) {
  if (const auto* digest = std::get_if<Digest>(&item.object)) return Draft::for_digest(*digest, key);
  if (auto* statement = std::get_if<StatementItem>(&item.object)) {
    return Draft::for_statement(std::move(statement->bytes), key);
  }
  return Draft::for_git(std::move(std::get<sigstore::GitObject>(item.object)), key, now);
}

ItemResult result_for(const config::Identity& identity, const PinnedKey& key) {
  ItemResult result;
  result.identity = identity.name;
  result.key = fingerprint_of(key.public_key().spki());
  result.token = key.token();
  return result;
}

void add_verified(ItemResult& result, const VerifiedBundle& verified) {
  result.san = verified.san();
  result.issuer = verified.issuer();
  result.log = verified.log_name();
  result.log_index = verified.log_index();
}

// Puts the parts together and verifies the whole as any verifier would, against the identity that was asked for (D2c).
Result<ItemResult> finish(ItemResult result, Output output, const SignedDraft& signed_draft,
                          const VerifiedCertificate& certificate, Evidence evidence,
                          const sigstore::TrustedRoot& root) {
  if (output == Output::Cms) {
    auto cms = signed_draft.finish_cms(certificate, std::move(evidence.timestamp), std::move(evidence.entry), root);
    if (!cms) return fail(std::move(cms.error()).during("checking what is to be handed out"));
    add_verified(result, cms->verified);
    result.cms = std::move(cms->armored);
    return result;
  }
  auto bundle = signed_draft.finish_bundle(certificate, std::move(evidence.timestamp), std::move(evidence.entry), root);
  if (!bundle) return fail(std::move(bundle.error()).during("checking what is to be handed out"));
  add_verified(result, bundle->verified);
  result.bundle = std::move(bundle->json);
  return result;
}

Outcome outcome_of(const Result<ItemResult>& made) {
  if (!made) return Outcome{.error = made.error()};
  return Outcome{.log = made->log.value_or(""), .log_index = made->log_index.value_or(0)};
}

}  // namespace

Awaitable<Result<ItemResult>> SigningFlow::sign(const SigningOrder& order, Item item, std::int64_t index,
                                                Report report) {
  auto intent = co_await parts_.audit.intent(order.approval, subject_of(item, index));
  if (!intent) co_return fail(std::move(intent.error()));
  auto made = co_await make(order, *intent, std::move(item), report);
  auto recorded = co_await parts_.audit.outcome(*intent, outcome_of(made));
  if (!recorded) co_return fail(std::move(recorded.error()));
  if (!made) co_return made;
  made->index = index;
  ++handed_out_;
  co_return made;
}

Awaitable<Result<ItemResult>> SigningFlow::make(const SigningOrder& order, const Intent& intent, Item item,
                                                const Report& report) {
  const config::Identity& identity = identity_of(order);
  auto token = parts_.tokens.find(identity.token);
  if (!token) co_return fail(std::move(token.error()));
  auto key = co_await (*token)->find_key(identity, order.deadline.within(kListTime));
  if (!key) co_return fail(std::move(key.error()));
  if (auto fits = check_key_kind(key->public_key().kind(), item); !fits) co_return fail(std::move(fits.error()));
  if (order.output != Output::Raw) {
    co_return co_await make_certified(order, intent, std::move(item), *key, report);
  }
  auto draft = draft_of(std::move(item), key->public_key(), parts_.clock.now());
  if (!draft) co_return fail(std::move(draft.error()));
  auto signed_draft = co_await sign_draft(order, intent, *key, std::move(*draft), report);
  if (!signed_draft) co_return fail(std::move(signed_draft.error()));
  ItemResult result = result_for(identity, *key);
  result.raw = signed_draft->finish_raw().signature;
  co_return result;
}

// The order of a Sigstore client (client specification, "Signing"): services, certificate, signature, time and log
// entry, and the verification of the whole.
Awaitable<Result<ItemResult>> SigningFlow::make_certified(const SigningOrder& order, const Intent& intent, Item item,
                                                          const PinnedKey& key, const Report& report) {
  const config::Identity& identity = identity_of(order);
  auto instance = parts_.instances.get(identity.instance);
  if (!instance) co_return fail(std::move(instance.error()));
  auto services = choose_services((*instance)->services, parts_.clock.now());
  if (!services) co_return fail(std::move(services.error()).during("choosing services of " + identity.instance));

  CertificateWish wish{.approval = order.approval, .key = key, .instance = *instance, .ca = services->ca};
  auto certificate = co_await parts_.certificates.get(std::move(wish), report, order.deadline);
  if (!certificate) co_return fail(std::move(certificate.error()));

  auto draft = draft_of(std::move(item), key.public_key(), parts_.clock.now());
  if (!draft) co_return fail(std::move(draft.error()));
  auto signed_draft = co_await sign_draft(order, intent, key, std::move(*draft), report);
  if (!signed_draft) co_return fail(std::move(signed_draft.error()));

  const sigstore::Certificate& leaf = certificate->certificate();
  auto evidence = co_await gather_evidence(parts_.executor, parts_.transport, parts_.clock, *services, *signed_draft,
                                           leaf, (*instance)->root, report, order.deadline);
  if (!evidence) co_return fail(std::move(evidence.error()));
  co_return finish(result_for(identity, key), order.output, *signed_draft, *certificate, std::move(*evidence),
                   (*instance)->root);
}

// The token's answer is believed only where it verifies under the pinned key over our own digest (D2a).
Awaitable<Result<SignedDraft>> SigningFlow::sign_draft(const SigningOrder& order, const Intent& intent,
                                                       const PinnedKey& key, Draft draft, const Report& report) {
  auto token = parts_.tokens.find(key.token());
  if (!token) co_return fail(std::move(token.error()));
  OnWaiting on_waiting;
  if (report) {
    co_await report(ProgressKind::Signing, "asking token " + key.token() + " for a signature");
    on_waiting = [&report, &key]() -> Awaitable<void> {
      co_await report(ProgressKind::TouchNeeded, "touch token " + key.token());
    };
  }
  auto signature =
      co_await (*token)->sign(intent, key, draft.to_sign(), order.deadline.within(kTouchTime), std::move(on_waiting));
  if (!signature) co_return fail(std::move(signature.error()));
  auto checked = SignedDraft::check(std::move(draft), key.public_key(), std::move(*signature));
  if (!checked) co_return fail(std::move(checked.error()).during("checking the token's signature"));
  co_return checked;
}

}  // namespace signet::agent
