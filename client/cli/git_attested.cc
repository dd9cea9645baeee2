#include "client/cli/git_attested.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/verify/verifier.h"

namespace signet::cli {
namespace {

std::optional<std::vector<TrustChoice>> trust_in(const protocol::IdentityInfo& identity) {
  auto policy = sigstore::IdentityPolicy::any_of({{.san = {identity.san}, .issuer = {identity.issuer}}});
  if (policy) policy = policy->with({.logs = identity.log == "require" ? 1U : 0U, .scts = 0, .times = 1});
  if (!policy) return std::nullopt;
  auto choices = choose_trust({.policy = std::move(*policy), .instance = identity.instance});
  return choices ? std::optional(std::move(*choices)) : std::nullopt;
}

}  // namespace

AttestedBy::AttestedBy(const protocol::IdentityInfo& identity) : identity_(identity), choices_(trust_in(identity)) {}

bool AttestedBy::has(std::string_view bundle, const sigstore::CommitSubject& commit) const {
  if (!is_ours(bundle, commit)) return false;
  if (!choices_) return !identity_.ephemeral;
  const sigstore::Artifact artifact{.digests = {commit.sha256}};
  return std::ranges::any_of(*choices_, [&](const TrustChoice& choice) {
    return sigstore::examine_bundle(bundle, artifact, choice.root, choice.policy).verdict.has_value();
  });
}

// What the bundle and its certificate say of themselves, and by whose key.
bool AttestedBy::is_ours(std::string_view text, const sigstore::CommitSubject& commit) const {
  const auto bundle = sigstore::parse_bundle(text);
  const auto* envelope = bundle ? std::get_if<sigstore::DsseEnvelope>(&bundle->content) : nullptr;
  if (envelope == nullptr) return false;
  const auto subject = sigstore::parse_commit_statement(envelope->payload);
  if (!subject || *subject != commit) return false;
  const auto certificate = sigstore::Certificate::from_der(bundle->certificate);
  if (!certificate) return false;
  const auto& key = certificate->public_key();
  if (!key.verify_message(sigstore::encode_pae(envelope->payload_type, envelope->payload), envelope->signature)) {
    return false;
  }
  const auto san = certificate->subject_alternative_name();
  if (!san || san->value != identity_.san) return false;
  return identity_.ephemeral || key.pin() == identity_.fingerprint;
}

}  // namespace signet::cli
