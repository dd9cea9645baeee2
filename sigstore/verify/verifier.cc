#include "sigstore/verify/verifier.h"

#include <functional>
#include <utility>

#include "sigstore/git/cms.h"
#include "sigstore/verify/content_check.h"
#include "sigstore/verify/git_bundle.h"
#include "sigstore/verify/verification.h"

namespace signet::sigstore {
namespace {

Examination unreadable(RefusalCode code, const Error& error) {
  Findings findings;
  auto refusal = findings.refuse(CheckName::Bundle, {.code = code, .what = error.what});
  return {.checks = std::move(findings).finish(), .verdict = std::move(refusal)};
}

}  // namespace

Examination examine_bundle(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
                           const IdentityPolicy& policy) {
  return Verification(bundle, root, policy, [&] { return check_artifact(bundle, artifact); }).examine();
}

Examination examine_bundle(std::string_view json, const Artifact& artifact, const TrustedRoot& root,
                           const IdentityPolicy& policy) {
  const auto bundle = parse_bundle(json);
  if (bundle) return examine_bundle(*bundle, artifact, root, policy);
  const bool is_other_version = bundle.error().code == ErrorCode::NotBuiltYet;
  return unreadable(is_other_version ? RefusalCode::BundleUnsupported : RefusalCode::BundleMalformed, bundle.error());
}

Examination examine_git_signature(ByteView object, std::string_view armored_cms, const TrustedRoot& root,
                                  const IdentityPolicy& policy) {
  const auto cms = parse_git_cms(armored_cms);
  if (!cms) return unreadable(RefusalCode::SignatureMalformed, cms.error());
  const Bundle bundle = bundle_from(*cms);
  return Verification(bundle, root, policy, [&] { return check_git_object(*cms, object); }).examine();
}

Verdict<VerifiedBundle> verify_bundle(const Bundle& bundle, const Artifact& artifact, const TrustedRoot& root,
                                      const IdentityPolicy& policy) {
  return examine_bundle(bundle, artifact, root, policy).verdict;
}

Verdict<VerifiedBundle> verify_bundle(std::string_view json, const Artifact& artifact, const TrustedRoot& root,
                                      const IdentityPolicy& policy) {
  return examine_bundle(json, artifact, root, policy).verdict;
}

Verdict<VerifiedBundle> verify_statement_bundle(const Bundle& bundle, ByteView statement, const TrustedRoot& root,
                                                const IdentityPolicy& policy) {
  return Verification(bundle, root, policy, [&] { return check_statement(bundle, statement); }).examine().verdict;
}

Verdict<VerifiedBundle> verify_git_signature(ByteView object, std::string_view armored_cms, const TrustedRoot& root,
                                             const IdentityPolicy& policy) {
  return examine_git_signature(object, armored_cms, root, policy).verdict;
}

}  // namespace signet::sigstore
