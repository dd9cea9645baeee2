#include "sigstore/verify/chain.h"

#include <optional>
#include <utility>

#include "sigstore/verify/path.h"

namespace signet::sigstore {
namespace {

RefusalCode code_for(PathProblem::Kind kind) {
  switch (kind) {
    case PathProblem::Kind::OtherAuthority:
      return RefusalCode::CaUntrusted;
    case PathProblem::Kind::NotValidThen:
      return RefusalCode::CertificateNotValidThen;
    case PathProblem::Kind::BadSignature:
    case PathProblem::Kind::Invalid:
      break;
  }
  return RefusalCode::CertificateInvalid;
}

// The path at one time, under one authority.
Verdict<std::vector<Certificate>> path_at(const Certificate& leaf, const CertificateAuthority& authority,
                                          WallTime time) {
  auto found = find_path(leaf, authority, time);
  if (const auto* problem = std::get_if<PathProblem>(&found)) {
    const bool about_time = problem->kind == PathProblem::Kind::NotValidThen;
    return refused(code_for(problem->kind), "no valid path from the certificate to its CA: " + problem->why,
                   about_time ? describe({.start = leaf.not_before(), .end = leaf.not_after()}) : "",
                   about_time ? encode_rfc3339(time) : "");
  }
  auto& path = std::get<std::vector<Certificate>>(found);
  if (path.size() < 2) return refused(RefusalCode::CertificateInvalid, "the certificate is the CA's own");
  if (!may_issue_for(oid::kCodeSigning, path)) {
    return refused(RefusalCode::CertificateInvalid, "the CA may not issue for code signing");
  }
  if (!authority.valid_for.contains(time)) {
    return refused(RefusalCode::CertificateNotValidThen, "the CA was not to be trusted at the time of the signature",
                   describe(authority.valid_for), encode_rfc3339(time));
  }
  return std::move(path);
}

Verdict<Certificate> issuer_under(const Certificate& leaf, const CertificateAuthority& authority,
                                  std::span<const WallTime> times) {
  std::optional<Certificate> issuer;
  for (const WallTime time : times) {
    auto path = path_at(leaf, authority, time);
    if (!path) return refused(std::move(path.error()));
    issuer = (*path)[1];
  }
  if (!issuer) return refused(RefusalCode::NoTrustedTime, "there is no time at which the certificate could be checked");
  return std::move(*issuer);
}

// Of several CAs of one name the one that signed has the most to say.
int nearness(RefusalCode code) {
  switch (code) {
    case RefusalCode::CaUntrusted:
      return 0;
    case RefusalCode::CertificateInvalid:
      return 1;
    default:
      return 2;
  }
}

}  // namespace

Verdict<VerifiedChain> verify_chain(const Certificate& leaf, const TrustedRoot& root, std::span<const WallTime> times) {
  // The same CA may stand there several times, each with its own span of time.
  Refusal nearest{.code = RefusalCode::CaUntrusted, .what = "the certificate is of no CA of the trusted root"};
  for (const CertificateAuthority& authority : root.certificate_authorities) {
    auto issuer = issuer_under(leaf, authority, times);
    if (issuer) return VerifiedChain(std::move(*issuer), authority.uri);
    if (nearness(issuer.error().code) > nearness(nearest.code)) nearest = std::move(issuer.error());
  }
  return refused(std::move(nearest));
}

}  // namespace signet::sigstore
