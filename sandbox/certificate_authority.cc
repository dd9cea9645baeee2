#include "sandbox/certificate_authority.h"

#include <utility>

namespace signet::sandbox {
namespace {

// Fulcio's order of extensions; the list of SCTs comes last.
CertificateProfile leaf_profile(const LeafOptions& options, const Authority& issuing, WallTime not_before) {
  return {.issuer_name = issuing.certificate.subject_name(),
          .subject_name = empty_name(),
          .not_before = not_before,
          .not_after = not_before + options.lifetime,
          .spki = to_bytes(options.key.spki()),
          .extensions = {extension::digital_signature(), extension::purpose(sigstore::oid::kCodeSigning, false),
                         extension::subject_key_id(options.key), extension::authority_key_id(issuing.key.public_key()),
                         extension::alternative_name(options.san, true), extension::issuer_v1(options.issuer),
                         extension::issuer_v2(options.issuer)}};
}

}  // namespace

CertificateAuthority::CertificateAuthority(Hierarchy trusted, CtLog& ct_log, const Clock& clock)
    : trusted_(std::move(trusted)),
      untrusted_(make_ca(SoftwareKey::generate(), SoftwareKey::generate(), trusted_.root.certificate.not_before())),
      ct_log_(ct_log),
      clock_(clock) {}

// Precertificate and certificate are signed by the same key, so the log is shown the TBSCertificate without poison
// (RFC 6962 §3.2); the precertificate itself has no other use here.
Result<IssuedLeaf> CertificateAuthority::issue(const LeafOptions& options) {
  const Hierarchy& ca = options.by_untrusted_ca ? untrusted_ : trusted_;
  const WallTime now = clock_.now();
  const WallTime not_before = options.not_before.value_or(wall_time_from_unix(unix_seconds(now)));
  CertificateProfile profile = leaf_profile(options, ca.issuing, not_before);
  if (options.change) options.change(profile);
  if (options.with_sct) {
    const Sha256Hash& issuer_key_hash = ca.issuing.key.public_key().fingerprint();
    auto scts = ct_log_.sign(issuer_key_hash, encode_tbs(profile), now, options.sct);
    if (!scts) return fail(std::move(scts.error()));
    profile.extensions.push_back(extension::sct_list(*scts));
  }
  return IssuedLeaf{.leaf = sign_tbs(encode_tbs(profile), ca.issuing.key),
                    .chain = {ca.issuing.certificate, ca.root.certificate}};
}

}  // namespace signet::sandbox
