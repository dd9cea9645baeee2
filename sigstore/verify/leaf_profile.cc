#include "sigstore/verify/leaf_profile.h"

#include <utility>

namespace signet::sigstore {
namespace {

std::unexpected<Refusal> refuse(std::string what) {
  return refused(RefusalCode::CertificateUnsuitable, std::move(what));
}

}  // namespace

Verdict<LeafIdentity> verify_leaf_profile(const Certificate& leaf) {
  if (leaf.is_ca()) return refuse("the signer's certificate is a CA's");
  if (!leaf.has_key_usage_digital_signature()) return refuse("the certificate's key may not make signatures");
  if (!leaf.has_extended_key_usage(oid::kCodeSigning)) return refuse("the certificate is not for code signing");
  if (leaf.extension(oid::kCtPoison)) return refuse("the certificate is a precertificate");
  auto san = leaf.subject_alternative_name();
  if (!san) return refuse(san.error().what);
  auto issuer = leaf.oidc_issuer();
  if (!issuer) return refuse(issuer.error().what);
  auto claims = read_claims(leaf);
  if (!claims) return refuse(claims.error().what);
  return LeafIdentity{
      .san = std::move(san->value), .issuer = std::move(*issuer), .san_kind = san->kind, .claims = std::move(*claims)};
}

}  // namespace signet::sigstore
