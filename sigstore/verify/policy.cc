#include "sigstore/verify/policy.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace signet::sigstore {
namespace {

std::string list_of(const std::vector<ExpectedIdentity>& identities, std::string ExpectedIdentity::* member) {
  std::string list;
  for (const ExpectedIdentity& identity : identities) list += (list.empty() ? "" : " or ") + identity.*member;
  return list;
}

}  // namespace

Result<IdentityPolicy> IdentityPolicy::any_of(std::vector<ExpectedIdentity> identities) {
  if (identities.empty()) return fail(ErrorCode::InvalidRequest, "a verification needs an expected identity");
  for (const ExpectedIdentity& identity : identities) {
    if (identity.san.empty() || identity.issuer.empty()) {
      return fail(ErrorCode::InvalidRequest, "an expected identity needs a SAN and an issuer",
                  "give both: the one without the other proves nothing");
    }
  }
  return IdentityPolicy(std::move(identities), false);
}

IdentityPolicy IdentityPolicy::anybody_unsafe() { return IdentityPolicy({}, true); }

Verdict<void> check_identity(const IdentityPolicy& policy, std::string_view san, std::string_view issuer) {
  if (policy.expects_nobody()) return {};
  std::vector<ExpectedIdentity> of_that_san;
  std::ranges::copy_if(policy.identities(), std::back_inserter(of_that_san),
                       [san](const ExpectedIdentity& each) { return each.san == san; });
  if (of_that_san.empty()) {
    return refused(RefusalCode::IdentityMismatch, "somebody else signed",
                   list_of(policy.identities(), &ExpectedIdentity::san), std::string(san));
  }
  if (std::ranges::any_of(of_that_san, [issuer](const ExpectedIdentity& each) { return each.issuer == issuer; })) {
    return {};
  }
  return refused(RefusalCode::IssuerMismatch, "another OIDC issuer vouches for the signer",
                 list_of(of_that_san, &ExpectedIdentity::issuer), std::string(issuer));
}

}  // namespace signet::sigstore
