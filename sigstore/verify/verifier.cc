#include "sigstore/verify/verifier.h"

#include <functional>
#include <utility>

#include "json/reader.h"
#include "sigstore/git/cms.h"
#include "sigstore/verify/content_check.h"
#include "sigstore/verify/git_bundle.h"
#include "sigstore/verify/verification.h"

namespace signet::sigstore {
namespace {

Examination unreadable(Refusal why) {
  Findings findings;
  auto refusal = findings.refuse(CheckName::Bundle, std::move(why));
  return {.checks = std::move(findings).finish(), .verdict = std::move(refusal)};
}

// Empty where there is none.
std::string media_type_of(std::string_view json) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = kMaxBundle});
  const json::Object* object = document ? document->as_object() : nullptr;
  const json::Value* value = object != nullptr ? object->find("mediaType") : nullptr;
  const std::string* text = value != nullptr ? value->as_string() : nullptr;
  return text != nullptr ? *text : std::string();
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
  const Error& error = bundle.error();
  if (error.code != ErrorCode::NotBuiltYet) {
    return unreadable({.code = RefusalCode::BundleMalformed, .what = error.what});
  }
  return unreadable({.code = RefusalCode::BundleUnsupported,
                     .what = error.what,
                     .expected = "a media type of version 0.1, 0.2 or 0.3",
                     .found = media_type_of(json)});
}

Examination examine_git_signature(ByteView object, std::string_view armored_cms, const TrustedRoot& root,
                                  const IdentityPolicy& policy) {
  const auto cms = parse_git_cms(armored_cms);
  if (!cms) return unreadable({.code = RefusalCode::SignatureMalformed, .what = cms.error().what});
  const Bundle bundle = bundle_from(*cms);
  const auto content = [&] { return check_git_object(*cms, object); };
  auto examination = Verification(bundle, root, policy, content, ContentTurn::First).examine();
  auto& verdict = examination.verdict;
  if (bundle.entries.empty() && !verdict && verdict.error().code == RefusalCode::LogEntryMissing) {
    verdict.error().expected = "a log entry in the signature";
    verdict.error().found = "none; gitsign's online mode keeps its log entry out of the commit";
  }
  return examination;
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
