#include "sigstore/verify/verifier.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/verify/chain.h"
#include "sigstore/verify/content_check.h"
#include "sigstore/verify/leaf_profile.h"
#include "sigstore/verify/log_check.h"
#include "sigstore/verify/sct.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sigstore {
namespace {

// Step 8's last part, which alone differs between a file, a statement and a git object.
using ContentCheck = std::function<Verdict<std::optional<Statement>>()>;

}  // namespace

// One verification of one bundle. Each step takes what the earlier ones verified and leaves what it verified itself.
class Verification {
 public:
  Verification(const Bundle& bundle, const TrustedRoot& root, const IdentityPolicy& policy, ContentCheck content)
      : bundle_(bundle), root_(root), policy_(policy), is_expected_content_(std::move(content)) {}

  Verdict<VerifiedBundle> run() {
    for (const auto step : {
             &Verification::read_certificate,    // 1
             &Verification::check_log_entries,   // 2
             &Verification::check_times,         // 3
             &Verification::check_chain,         // 4
             &Verification::check_scts,          // 5
             &Verification::check_leaf_profile,  // 6
             &Verification::check_expectation,   // 7
             &Verification::check_content,       // 8
         }) {
      if (auto passed = (this->*step)(); !passed) return refused(std::move(passed.error()));
    }
    return report();  // 9
  }

 private:
  Verdict<void> read_certificate() {
    if (bundle_.certificate.empty()) {
      return refused(RefusalCode::KeyMaterialMismatch, "an identity is expected, and the bundle has a bare key");
    }
    auto certificate = Certificate::from_der(bundle_.certificate);
    if (!certificate) return refused(RefusalCode::CertificateInvalid, certificate.error().what);
    leaf_ = std::move(*certificate);
    return {};
  }

  Verdict<void> check_log_entries() {
    auto entries = verify_log_entries(bundle_.entries, root_);
    if (!entries) return refused(std::move(entries.error()));
    entries_ = std::move(*entries);
    for (const VerifiedLogEntry& entry : entries_) {
      if (auto ours = check_record(entry.record(), bundle_, *leaf_); !ours) return ours;
    }
    return {};
  }

  // Rekor v2 vouches for no time: timestamps are the only source.
  Verdict<void> check_times() {
    auto times = verify_timestamps(bundle_.timestamps, bundle_.signature(), root_);
    if (!times) return refused(std::move(times.error()));
    times_ = std::move(*times);
    return {};
  }

  Verdict<void> check_chain() {
    std::vector<WallTime> times;
    times.reserve(times_.size());
    for (const VerifiedTimestamp& timestamp : times_) times.push_back(timestamp.time);
    auto chain = verify_chain(*leaf_, root_, times);
    if (!chain) return refused(std::move(chain.error()));
    chain_ = std::move(*chain);
    return {};
  }

  Verdict<void> check_scts() { return verify_scts(*leaf_, chain_->issuer(), root_); }

  Verdict<void> check_leaf_profile() {
    auto identity = verify_leaf_profile(*leaf_);
    if (!identity) return refused(std::move(identity.error()));
    identity_ = std::move(*identity);
    return {};
  }

  Verdict<void> check_expectation() { return check_identity(policy_, identity_.san, identity_.issuer); }

  // Nothing of the content is looked at before its signature is known to be good.
  Verdict<void> check_content() {
    for (const VerifiedLogEntry& entry : entries_) {
      if (auto good = check_signature(entry.record(), *leaf_); !good) return good;
    }
    auto statement = is_expected_content_();
    if (!statement) return refused(std::move(statement.error()));
    statement_ = std::move(*statement);
    return {};
  }

  VerifiedBundle report() {
    VerifiedBundle verified;
    verified.san_ = std::move(identity_.san);
    verified.issuer_ = std::move(identity_.issuer);
    verified.certificate_ = std::move(leaf_);
    for (VerifiedTimestamp& timestamp : times_) {
      verified.times_.push_back({.time = timestamp.time, .source = std::move(timestamp.authority)});
    }
    verified.log_name_ = entries_.front().log_name();
    verified.log_index_ = entries_.front().log_index();
    verified.statement_ = std::move(statement_);
    verified.identity_was_expected_ = !policy_.expects_nobody();
    return verified;
  }

  const Bundle& bundle_;
  const TrustedRoot& root_;
  const IdentityPolicy& policy_;
  ContentCheck is_expected_content_;

  std::optional<Certificate> leaf_;        // 1
  std::vector<VerifiedLogEntry> entries_;  // 2
  std::vector<VerifiedTimestamp> times_;   // 3
  std::optional<VerifiedChain> chain_;     // 4
  LeafIdentity identity_;                  // 6
  std::optional<Statement> statement_;     // 8
};

namespace {

// A CMS signature as a bundle: what is signed is the DER of its attributes. The log entry comes without the body that
// the log committed to, so the body is made anew from the signature itself; only the right one is in the tree.
Bundle bundle_of(const GitCms& cms) {
  const HashedRekord record{.digest = hash(cms.hash, cms.attributes),
                            .signature = cms.signature,
                            .verifier = {.kind = EntryVerifier::Kind::Certificate, .der = to_bytes(cms.leaf.der())},
                            .key_details = std::string(key_details_name(cms.leaf.public_key().kind()))};
  Bundle bundle{.certificate = record.verifier.der,
                .public_key_hint = {},
                .entries = {},
                .timestamps = {},
                .content = MessageSignature{.digest = record.digest, .signature = record.signature}};
  if (cms.evidence.entry) {
    bundle.entries.push_back(*cms.evidence.entry);
    bundle.entries.back().canonicalized_body = to_bytes(encode_hashedrekord_v2(record));
  }
  if (cms.evidence.timestamp) bundle.timestamps.push_back(timestamp_response_from_token(*cms.evidence.timestamp));
  return bundle;
}

}  // namespace

const Digest* Artifact::with(HashAlgorithm algorithm) const {
  const auto found = std::ranges::find(digests, algorithm, &Digest::algorithm);
  return found == digests.end() ? nullptr : &*found;
}

Verdict<VerifiedBundle> verify_bundle(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
                                      const IdentityPolicy& policy) {
  return Verification(bundle, root, policy, [&] { return check_artifact(bundle, artifact); }).run();
}

Verdict<VerifiedBundle> verify_bundle(std::string_view json, const Artifact& artifact, const TrustedRoot& root,
                                      const IdentityPolicy& policy) {
  const auto bundle = parse_bundle(json);
  if (bundle) return verify_bundle(*bundle, artifact, root, policy);
  const bool is_other_version = bundle.error().code == ErrorCode::NotBuiltYet;
  return refused(is_other_version ? RefusalCode::BundleUnsupported : RefusalCode::BundleMalformed, bundle.error().what);
}

Verdict<VerifiedBundle> verify_statement_bundle(const Bundle& bundle, ByteView statement, const TrustedRoot& root,
                                                const IdentityPolicy& policy) {
  return Verification(bundle, root, policy, [&] { return check_statement(bundle, statement); }).run();
}

Verdict<VerifiedBundle> verify_git_signature(ByteView object, std::string_view armored_cms, const TrustedRoot& root,
                                             const IdentityPolicy& policy) {
  const auto cms = parse_git_cms(armored_cms);
  if (!cms) return refused(RefusalCode::SignatureMalformed, cms.error().what);
  const Bundle bundle = bundle_of(*cms);
  return Verification(bundle, root, policy, [&] { return check_git_object(*cms, object); }).run();
}

}  // namespace signet::sigstore
