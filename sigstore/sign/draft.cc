#include "sigstore/sign/draft.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/key_uses.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sigstore {
namespace {

// The self-check expects the identity that was asked for, never any of ours (D2), and that each entry is of another
// log: so many were chosen.
Result<IdentityPolicy> policy_for(const VerifiedCertificate& certificate, const Evidence& evidence) {
  const auto policy = IdentityPolicy::any_of({{.san = certificate.san(), .issuer = certificate.issuer()}});
  if (!policy) return fail(policy.error());
  return policy->with({.logs = static_cast<unsigned>(std::max<std::size_t>(1, evidence.entries.size()))});
}

// As many time authorities were chosen as there are timestamps. They are counted without the logs, which the policy
// counts as sources of time, too.
Result<void> check_each_is_another(const std::vector<Bytes>& timestamps, ByteView stamped, const TrustedRoot& root) {
  if (timestamps.size() < 2) return {};
  std::set<std::string> authorities;
  for (const Bytes& response : timestamps) {
    auto verified = verify_timestamp(response, stamped, root);
    if (!verified) return fail(std::move(verified.error()));
    authorities.insert(std::move(verified->counted_as));
  }
  if (authorities.size() == timestamps.size()) return {};
  return fail(ErrorCode::NotVerified,
              std::to_string(timestamps.size()) + " timestamps are of " + std::to_string(authorities.size()) +
                  (authorities.size() == 1 ? " authority" : " authorities"),
              "services of the signing config pass on what another one says: tell the operators of the instance");
}

EntryVerifier verifier_of(const Certificate& leaf) {
  return {.kind = EntryVerifier::Kind::Certificate, .der = to_bytes(leaf.der())};
}

Result<CmsEvidence> cms_evidence(Evidence evidence) {
  if (evidence.entries.size() > 1 || evidence.timestamps.size() > 1) {
    return fail(ErrorCode::NotBuiltYet, "a git signature with more than one log entry or timestamp");
  }
  CmsEvidence attributes;
  if (!evidence.entries.empty()) attributes.entry = std::move(evidence.entries.front());
  if (evidence.timestamps.empty()) return attributes;
  auto token = timestamp_token(evidence.timestamps.front());
  if (!token) return fail(std::move(token.error()));
  attributes.timestamp = std::move(*token);
  return attributes;
}

std::unexpected<Error> not_finished(const Refusal& refusal) {
  return fail(error_from_refusal(refusal).during("checking the finished signature"));
}

}  // namespace

Result<Draft> Draft::for_digest(const Digest& digest, const PublicKey& key) {
  if (auto fits = check_signs(key.kind(), SignedForm::Blob); !fits) return fail(std::move(fits.error()));
  const HashAlgorithm expected = default_hash(key.kind());
  if (digest.algorithm() != expected) {
    return fail(ErrorCode::KeyUnsuitable,
                "a key of kind " + std::string(key_kind_name(key.kind())) + " signs " +
                    std::string(hash_name(expected)) + " digests, not " + std::string(hash_name(digest.algorithm())),
                "send the digest that Identities names for this identity; signet sign does so when run again");
  }
  return Draft(digest, Blob{});
}

Result<Draft> Draft::for_statement(Bytes statement, const PublicKey& key) {
  if (auto fits = check_signs(key.kind(), SignedForm::Statement); !fits) return fail(std::move(fits.error()));
  if (const auto read = parse_statement_to_sign(statement); !read) return fail(read.error());
  Digest to_sign = hash(default_hash(key.kind()), encode_pae(kInTotoPayloadType, statement));
  return Draft(std::move(to_sign), InToto{.payload = std::move(statement)});
}

Result<Draft> Draft::for_git(GitObject object, const PublicKey& key, WallTime signing_time) {
  if (auto fits = check_signs(key.kind(), SignedForm::Git); !fits) return fail(std::move(fits.error()));
  const HashAlgorithm algorithm = default_hash(key.kind());
  CmsAttributes attributes = make_cms_attributes(hash(algorithm, object.bytes), signing_time);
  Digest to_sign = hash(algorithm, attributes.der);
  return Draft(std::move(to_sign), Git{.object = std::move(object), .attributes = std::move(attributes)});
}

Result<SignedDraft> SignedDraft::check(Draft draft, const PublicKey& key, Bytes signature) {
  if (!key.verify_digest(draft.to_sign_, signature)) {
    return fail(ErrorCode::NotVerified, "the token's signature is not one of the pinned key over what was asked for");
  }
  return SignedDraft(std::move(draft), std::move(signature));
}

HashedRekord SignedDraft::log_record(const Certificate& leaf) const {
  return {.digest = draft_.to_sign_,
          .signature = signature_,
          .verifier = verifier_of(leaf),
          .key_details = std::string(key_details_name(leaf.public_key().kind()))};
}

LogProposal SignedDraft::log_proposal(const Certificate& leaf) const {
  if (const auto* statement = std::get_if<Draft::InToto>(&draft_.form_)) {
    return propose_dsse(kInTotoPayloadType, statement->payload,
                        {.signature = signature_, .verifier = verifier_of(leaf)});
  }
  return propose_hashedrekord({.digest = draft_.to_sign_, .signature = signature_, .verifier = verifier_of(leaf)});
}

Result<FinishedBundle> SignedDraft::finish_bundle(const VerifiedCertificate& certificate, Evidence evidence,
                                                  const TrustedRoot& root) const {
  const auto* statement = std::get_if<Draft::InToto>(&draft_.form_);
  if (std::holds_alternative<Draft::Git>(draft_.form_)) return fail(ErrorCode::Bug, "a git object has no bundle");
  const auto policy = policy_for(certificate, evidence);
  if (!policy) return fail(policy.error());
  Bundle bundle{.certificate = to_bytes(certificate.certificate().der()),
                .public_key_hint = {},
                .entries = std::move(evidence.entries),
                .timestamps = std::move(evidence.timestamps),
                .content = MessageSignature{.digest = draft_.to_sign_, .signature = signature_}};
  if (statement != nullptr) {
    bundle.content = DsseEnvelope{.payload = statement->payload,
                                  .payload_type = std::string(kInTotoPayloadType),
                                  .signature = signature_,
                                  .key_id = {}};
  }
  // What is handed out is what is checked: the text, read again.
  std::string json = encode_bundle(bundle);
  const auto read = parse_bundle(json);
  if (!read) return fail(ErrorCode::NotVerified, "reading the finished bundle: " + read.error().what);
  auto verified = statement != nullptr ? verify_statement_bundle(*read, statement->payload, root, *policy)
                                       : verify_bundle(*read, Artifact{.digests = {draft_.to_sign_}}, root, *policy);
  if (!verified) return not_finished(verified.error());
  if (auto distinct = check_each_is_another(bundle.timestamps, signature_, root); !distinct) {
    return fail(std::move(distinct.error()).during("checking the finished signature"));
  }
  return FinishedBundle{.json = std::move(json), .verified = std::move(*verified)};
}

Result<FinishedCms> SignedDraft::finish_cms(const VerifiedCertificate& certificate, Evidence evidence,
                                            const TrustedRoot& root) const {
  const auto* git = std::get_if<Draft::Git>(&draft_.form_);
  if (git == nullptr) return fail(ErrorCode::Bug, "only git objects have CMS signatures");
  const auto policy = policy_for(certificate, evidence);
  if (!policy) return fail(policy.error());
  auto attributes = cms_evidence(std::move(evidence));
  if (!attributes) return fail(std::move(attributes.error()));
  auto armored = encode_git_cms(certificate.certificate(), git->attributes, signature_, *attributes);
  if (!armored) return fail(std::move(armored.error()));
  auto verified = verify_git_signature(git->object.bytes, *armored, root, *policy);
  if (!verified) return not_finished(verified.error());
  return FinishedCms{.armored = std::move(*armored), .verified = std::move(*verified)};
}

}  // namespace signet::sigstore
