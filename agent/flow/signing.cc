#include "agent/flow/signing.h"

#include <memory>
#include <utility>
#include <variant>

#include "agent/flow/deadlines.h"
#include "agent/flow/evidence.h"
#include "agent/flow/pin_prompt.h"
#include "agent/flow/place.h"
#include "common/display.h"
#include "sigstore/sign/draft.h"
#include "sigstore/trust/service_choice.h"

namespace signet::agent {
namespace {

using protocol::ItemResult;
using protocol::Output;
using protocol::ProgressKind;
using sigstore::Draft;
using sigstore::EntryReader;
using sigstore::ServiceChoice;
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

ItemResult result_for(const SigningOrder& order, const KeyInHand& key) {
  const config::Identity& identity = identity_of(order);
  ItemResult result;
  result.identity = identity.name;
  result.key = key.public_key.pin();
  result.algorithm = sigstore::key_kind_name(key.public_key.kind());
  result.token = key.token;
  result.note = order.approval.decision().note();
  if (key.backup) {
    const std::string backup = "token " + identity.token + " is not there: signed by the backup, token " + key.token;
    result.note = result.note ? *result.note + "; " + backup : backup;
  }
  return result;
}

std::string purpose_of(const std::string& what, const config::Identity& identity) {
  return "to sign " + what + " as " + display_text(identity.san);
}

// Notes that the token asks for a touch, and passes on what there is to be told. Both outlive it.
Report noting_touches(const Report& report, bool& touch) {
  return Report(
      [&report, &touch](protocol::Progress news) -> Awaitable<void> {
        touch = touch || news.kind == ProgressKind::TouchNeeded;
        if (report) co_await report.tell(std::move(news));
      },
      report.heard());
}

void add_verified(ItemResult& result, const VerifiedBundle& verified) {
  result.san = verified.san();
  result.issuer = verified.issuer();
  result.log = verified.log_name();
  result.log_index = verified.log_index();
}

// A CMS signature has room for one entry and one timestamp here.
Result<ServiceChoice> services_for(Output output, const sigstore::SigningConfig& config, WallTime now) {
  const bool git = output == Output::Cms;
  auto services = choose_services(config, git ? EntryReader::Git : EntryReader::Bundles, now);
  if (!services || !git || (services->logs.size() == 1 && services->timestamp_authorities.size() <= 1)) return services;
  return fail(ErrorCode::NotBuiltYet,
              "the signing config asks for " + std::to_string(services->logs.size()) + " log entries and " +
                  std::to_string(services->timestamp_authorities.size()) +
                  " timestamps for each signature; this version writes one of each into a git signature",
              "sign git objects with an instance whose selectors are ANY");
}

// Puts the parts together and verifies the whole as any verifier would, against the identity that was asked for (D2c).
Result<ItemResult> finish(ItemResult result, Output output, const SignedDraft& signed_draft,
                          const VerifiedCertificate& certificate, sigstore::Evidence evidence,
                          const sigstore::TrustedRoot& root) {
  if (output == Output::Cms) {
    auto cms = signed_draft.finish_cms(certificate, std::move(evidence), root);
    if (!cms) return fail(std::move(cms.error()).during("checking what is to be handed out"));
    add_verified(result, cms->verified);
    result.cms = std::move(cms->armored);
    return result;
  }
  auto bundle = signed_draft.finish_bundle(certificate, std::move(evidence), root);
  if (!bundle) return fail(std::move(bundle.error()).during("checking what is to be handed out"));
  add_verified(result, bundle->verified);
  result.bundle = std::move(bundle->json);
  return result;
}

// A touch that was not given in its own time is one thing, a client that gave the token less than that another.
Error name_the_wait(Error error, Deadline of_the_request) {
  if (error.code != ErrorCode::TouchTimeout || !of_the_request.passed()) return error;
  error.code = ErrorCode::Deadline;
  error.what += ": the time of the request had passed before";
  error.remedy = "ask again with more time, and touch it when told to";
  return error;
}

Outcome outcome_of(const Intent& intent, const config::Identity& identity, const Result<ItemResult>& made) {
  if (!made) return Outcome{.error = made.error(), .note = intent.remarks()};
  if (identity.ephemeral) intent.remark("by session key " + made->key.value_or("") + ", which was destroyed");
  return Outcome{.log = made->log.value_or(""), .log_index = made->log_index.value_or(0), .note = intent.remarks()};
}

}  // namespace

Awaitable<Result<ItemResult>> SigningFlow::sign(const SigningOrder& order, Item item, std::int64_t index,
                                                Report report) {
  auto place = co_await parts_.places.take(order.approval.decision().peer(), order.deadline);
  if (!place) co_return fail(std::move(place.error()));
  auto intent = co_await parts_.audit.intent(order.approval, subject_of(item, index), order.deadline);
  if (!intent) co_return fail(std::move(intent.error()));
  auto made = co_await make(order, *intent, std::move(item), report);
  auto recorded = co_await parts_.audit.outcome(*intent, outcome_of(*intent, identity_of(order), made), order.deadline);
  if (!recorded) co_return fail(std::move(recorded.error()));
  if (!made) co_return made;
  made->index = index;
  ++handed_out_;
  co_return made;
}

// A token that asked for a touch and was pulled instead has been answered: no.
Awaitable<Result<ItemResult>> SigningFlow::make(const SigningOrder& order, const Intent& intent, Item item,
                                                const Report& report) {
  const auto keys = config::keys_of(identity_of(order));
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    bool touch = false;
    const Report watched = noting_touches(report, touch);
    auto made = co_await make_with(order, intent, keys[i], item, watched);
    if (made || made.error().code != ErrorCode::TokenRemoved || touch) co_return made;
    const std::string& next = keys[i + 1].token;
    intent.remark("token " + keys[i].token + " is not there (" + made.error().what + ")");
    if (report) {
      co_await report(ProgressKind::Signing, "token " + keys[i].token + " is not there: asking the backup, " + next);
    }
  }
  co_return co_await make_with(order, intent, keys.back(), std::move(item), report);
}

Awaitable<Result<ItemResult>> SigningFlow::make_with(const SigningOrder& order, const Intent& intent,
                                                     const config::IdentityKey& meant, Item item,
                                                     const Report& report) {
  const config::Identity& identity = identity_of(order);
  const PinAsker asker = ask_through(report, order.approval.decision().peer(), purpose_of(item.prompt(), identity));
  auto key = co_await take_key(parts_.tokens, identity, meant, intent, order.deadline, asker);
  if (!key) co_return fail(std::move(key.error()));
  if (key->backup) intent.remark(backup_text("by", *key));
  if (order.output != Output::Raw) {
    co_return co_await make_certified(order, intent, std::move(item), *key, report);
  }
  const std::string what = item.prompt();
  auto draft = draft_of(std::move(item), key->public_key, parts_.clock.now());
  if (!draft) co_return fail(std::move(draft.error()));
  auto signed_draft = co_await sign_draft(order, intent, *key, std::move(*draft), what, report, false);
  if (!signed_draft) co_return fail(std::move(signed_draft.error()));
  ItemResult result = result_for(order, *key);
  result.raw = signed_draft->finish_raw().signature;
  co_return result;
}

// The order of a Sigstore client (client specification, "Signing"): services, certificate, signature, time and log
// entry, and the verification of the whole.
Awaitable<Result<ItemResult>> SigningFlow::make_certified(const SigningOrder& order, const Intent& intent, Item item,
                                                          const KeyInHand& key, const Report& report) {
  const config::Identity& identity = identity_of(order);
  auto instance = parts_.instances.get(identity.instance);
  if (!instance) co_return fail(std::move(instance.error()));
  auto services = services_for(order.output, (*instance)->services, parts_.clock.now());
  if (!services) co_return fail(std::move(services.error()).during("choosing services of " + identity.instance));

  // Whoever has touched the token for the certificate learns that this is the second touch.
  bool touched = false;
  const Report watched = report ? noting_touches(report, touched) : Report();
  auto certificate = co_await certify(order, key, *instance, services->ca, watched);
  if (!certificate) co_return fail(std::move(certificate.error()));

  const std::string what = item.prompt();
  auto draft = draft_of(std::move(item), key.public_key, parts_.clock.now());
  if (!draft) co_return fail(std::move(draft.error()));
  auto signed_draft = co_await sign_draft(order, intent, key, std::move(*draft), what, report, touched);
  if (!signed_draft) co_return fail(std::move(signed_draft.error()));

  const sigstore::Certificate& leaf = certificate->certificate();
  auto evidence = co_await gather_evidence(parts_.executor, parts_.transport, parts_.clock, *services, *signed_draft,
                                           leaf, (*instance)->root, report, order.deadline);
  if (!evidence) co_return fail(std::move(evidence.error()));
  co_return finish(result_for(order, key), order.output, *signed_draft, *certificate, std::move(*evidence),
                   (*instance)->root);
}

Awaitable<Result<VerifiedCertificate>> SigningFlow::certify(const SigningOrder& order, const KeyInHand& key,
                                                            std::shared_ptr<const Instance> instance,
                                                            const std::string& ca, const Report& report) {
  CertificateWish wish{.approval = order.approval, .key = key, .instance = std::move(instance), .ca = ca};
  if (!key.ephemeral) co_return co_await parts_.certificates.get(std::move(wish), report, order.deadline);
  wish.deadline = order.deadline;
  co_return co_await parts_.certificates.get_once(std::move(wish), report);
}

// The token's answer is believed only where it verifies under the key in hand over our own digest (D2a).
Awaitable<Result<SignedDraft>> SigningFlow::sign_draft(const SigningOrder& order, const Intent& intent,
                                                       const KeyInHand& key, Draft draft, const std::string& what,
                                                       const Report& report, bool second_touch) {
  Attendance attendance;
  attendance.purpose = purpose_of(what, identity_of(order));
  if (report) {
    co_await report(ProgressKind::Signing, "asking token " + key.token + " for a signature");
    const std::string touch =
        std::string(second_touch ? "touch 2 of 2: " : "") + "touch token " + key.token + " " + attendance.purpose;
    attendance.on_touch = [&report, touch](const std::string& note) {
      return report(ProgressKind::TouchNeeded, touch + note);
    };
    attendance.on_place = [&report, &key](std::size_t place) { return report_place(report, key.token, place); };
  }
  attendance.pin = ask_through(report, order.approval.decision().peer(), attendance.purpose);
  const Patience patience{.deadline = order.deadline, .answer = kTouchTime};
  auto signature = co_await key.sign(intent, draft.to_sign(), patience, std::move(attendance));
  if (!signature) co_return fail(name_the_wait(std::move(signature.error()), order.deadline));
  auto checked = SignedDraft::check(std::move(draft), key.public_key, std::move(*signature));
  if (!checked) co_return fail(std::move(checked.error()).during("checking the token's signature"));
  if (order.on_signed) order.on_signed();
  co_return checked;
}

}  // namespace signet::agent
