#include "sigstore/verify/git_online.h"

#include <optional>
#include <utility>
#include <variant>

#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/verify/content_check.h"
#include "sigstore/verify/verification.h"

namespace signet::sigstore {
namespace {

Examination unreadable(RefusalCode code, std::string what) {
  Findings findings;
  Verdict<VerifiedBundle> verdict = findings.refuse(CheckName::Bundle, {.code = code, .what = std::move(what)});
  return {.checks = std::move(findings).finish(), .verdict = std::move(verdict)};
}

// The signature over the name stands in the entry alone.
Result<Bytes> logged_signature(const LogEntry& entry) {
  const auto body = parse_log_body(entry.kind, entry.version, entry.canonicalized_body);
  if (!body) return fail(body.error());
  const auto* record = std::get_if<HashedRekordV1>(&*body);
  if (record == nullptr) return fail(ErrorCode::InvalidRequest, "the log's entry is no hashedrekord of version 0.0.1");
  return record->signature;
}

}  // namespace

Examination examine_git_signature_online(std::string_view name, const SignedGitObject& parts, const LogEntry& entry,
                                         const TrustedRoot& root, const IdentityPolicy& policy) {
  const auto cms = parse_git_cms(parts.signature);
  if (!cms) return unreadable(RefusalCode::SignatureMalformed, cms.error().what);
  auto signature = logged_signature(entry);
  if (!signature) return unreadable(RefusalCode::LogEntryUnsupported, signature.error().what);
  const Artifact artifact{.digests = {hash(HashAlgorithm::Sha256, bytes_of(name))}};
  Bundle bundle{.certificate = to_bytes(cms->leaf.der()),
                .public_key_hint = {},
                .entries = {entry},
                .timestamps = {},
                .content = MessageSignature{.digest = artifact.digests.front(), .signature = std::move(*signature)}};
  const auto content = [&]() -> Verdict<std::optional<Statement>> {
    if (auto named = check_artifact(bundle, artifact); !named) return named;
    // What the bundle's checks do not see: that the signature in the object is the key's, too, and of this object.
    return check_git_signature(*cms, parts.payload);
  };
  return Verification(bundle, root, policy, content).examine();
}

}  // namespace signet::sigstore
