#include "sigstore/verify/policy.h"

#include <algorithm>
#include <utility>

namespace signet::sigstore {
namespace {

// The alternatives that are left after each question, by address.
using Candidates = std::vector<const ExpectedIdentity*>;

template <typename Fits>
Candidates keep(const Candidates& candidates, Fits fits) {
  Candidates kept;
  std::ranges::copy_if(candidates, std::back_inserter(kept), [&](const ExpectedIdentity* each) { return fits(*each); });
  return kept;
}

template <typename Describe>
std::string list_of(const Candidates& candidates, Describe describe) {
  std::string list;
  for (const ExpectedIdentity* each : candidates) list += (list.empty() ? "" : " or ") + describe(*each);
  return list;
}

std::string named(SanKind kind, const std::string& text) { return std::string(san_kind_name(kind)) + " " + text; }

const Claim* first_that_differs(const ExpectedIdentity& expected, const std::vector<Claim>& claims) {
  const auto differs = [&claims](const Claim& wanted) {
    const std::string* value = find_claim(claims, wanted.name);
    return value == nullptr || *value != wanted.value;
  };
  const auto found = std::ranges::find_if(expected.claims, differs);
  return found == expected.claims.end() ? nullptr : &*found;
}

std::unexpected<Refusal> refuse_claims(const Candidates& candidates, const std::vector<Claim>& claims) {
  const Claim& wanted = *first_that_differs(*candidates.front(), claims);
  const std::string name(claim_text(wanted.name));
  const std::string* found = find_claim(claims, wanted.name);
  return refused(RefusalCode::ClaimMismatch, "the CA says something else about the build: " + name, wanted.value,
                 found == nullptr ? "nothing" : *found);
}

}  // namespace

Result<IdentityPolicy> IdentityPolicy::any_of(std::vector<ExpectedIdentity> identities) {
  if (identities.empty()) return fail(ErrorCode::InvalidRequest, "a verification needs an expected identity");
  for (const ExpectedIdentity& identity : identities) {
    if (identity.san.text().empty() || identity.issuer.text().empty()) {
      return fail(ErrorCode::InvalidRequest, "an expected identity needs a SAN and an issuer",
                  "give both: the one without the other proves nothing");
    }
  }
  return IdentityPolicy(std::move(identities), std::nullopt, false);
}

IdentityPolicy IdentityPolicy::holder_of(PublicKey key) { return IdentityPolicy({}, std::move(key), false); }

IdentityPolicy IdentityPolicy::anybody_unsafe() { return IdentityPolicy({}, std::nullopt, true); }

Result<IdentityPolicy> IdentityPolicy::with(const Thresholds& thresholds) const {
  if (thresholds.times == 0 && !key_) {
    return fail(ErrorCode::InvalidRequest, "a verification of certificates needs a source of time",
                "demand at least one: a certificate of minutes proves nothing about today");
  }
  IdentityPolicy other = *this;
  other.thresholds_ = thresholds;
  return other;
}

Verdict<void> check_identity(const IdentityPolicy& policy, const LeafIdentity& signer) {
  if (policy.expects_nobody()) return {};
  Candidates all;
  for (const ExpectedIdentity& each : policy.identities()) all.push_back(&each);
  const auto of_san = keep(all, [&](const ExpectedIdentity& each) { return each.san.accepts(signer.san); });
  if (of_san.empty()) {
    return refused(RefusalCode::IdentityMismatch, "somebody else signed",
                   list_of(all, [](const ExpectedIdentity& each) { return each.san.description(); }), signer.san);
  }
  const auto of_kind = keep(
      of_san, [&](const ExpectedIdentity& each) { return each.san_kind.value_or(signer.san_kind) == signer.san_kind; });
  if (of_kind.empty()) {
    return refused(
        RefusalCode::IdentityMismatch, "the signer's name is of another kind",
        list_of(of_san, [](const ExpectedIdentity& each) { return named(*each.san_kind, each.san.description()); }),
        named(signer.san_kind, signer.san));
  }
  const auto of_issuer =
      keep(of_kind, [&](const ExpectedIdentity& each) { return each.issuer.accepts(signer.issuer); });
  if (of_issuer.empty()) {
    return refused(RefusalCode::IssuerMismatch, "another OIDC issuer vouches for the signer",
                   list_of(of_kind, [](const ExpectedIdentity& each) { return each.issuer.description(); }),
                   signer.issuer);
  }
  const auto whole =
      keep(of_issuer, [&](const ExpectedIdentity& each) { return first_that_differs(each, signer.claims) == nullptr; });
  if (whole.empty()) return refuse_claims(of_issuer, signer.claims);
  return {};
}

}  // namespace signet::sigstore
