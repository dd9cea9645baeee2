// All that vouches for a git object: its own signature and the bundles of its notes, and what the verifier says of
// each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/git_repository.h"
#include "client/cli/trust.h"
#include "client/cli/verdict.h"
#include "common/error.h"
#include "sigstore/git/headers.h"
#include "sigstore/git/object.h"

namespace signet::cli {

/// "x509", "ssh", "openpgp", "of an unknown kind"; "none".
[[nodiscard]] std::string_view signature_kind_name(sigstore::GitSignatureKind kind);

struct GitEvidence {
  StoredObject object;
  Result<sigstore::SignedGitObject> parts;  ///< what was signed, and the signature
  sigstore::GitSignatureKind kind = sigstore::GitSignatureKind::None;
  std::vector<std::string> bundles;  ///< one JSON text each; of these notes and of those that came from remotes

  /// 'commit 1f2e3d4c5b6a "the first line of its message"', safe to show.
  [[nodiscard]] std::string name() const;
  /// Of an SSH signature that can be read: "SHA256:…".
  [[nodiscard]] std::optional<std::string> ssh_fingerprint() const;
};

struct EvidenceRead {
  std::vector<GitEvidence> objects;
  std::vector<std::string> warnings;  ///< notes that were not read, and why: for a person, safe to show
};

/// Reads objects and their notes, the remotes' notes as they were last fetched among them.
///
/// @error InvalidRequest  one is neither a commit nor a tag, or as read_objects()
/// @error as run_git()
[[nodiscard]] Result<EvidenceRead> read_git_evidence(const std::vector<std::string>& ids);

/// What the verifier says of the object's own signature: x509 by the trust choices; SSH only whether it is good, whose
/// key it is no verifier can say.
struct OwnSignature {
  std::optional<Judged> judged;              ///< x509
  std::optional<sigstore::Refusal> refusal;  ///< SSH or object: it is wrong
  /// True where the signature says something else than the object: no evidence makes that good.
  [[nodiscard]] bool is_wrong() const;
};
[[nodiscard]] OwnSignature judge_own_signature(const GitEvidence& evidence, const std::vector<TrustChoice>& choices);

/// What the verifier says of one bundle beside it: that it is good, of this very object, and by the object's own SSH
/// key where it has one.
[[nodiscard]] Judged judge_bundle_beside(const GitEvidence& evidence, const std::string& bundle,
                                         const std::vector<TrustChoice>& choices);

/// The verdict over an object, and by what: "its own signature" or "evidence in its note"; empty where it is refused.
struct GitVerdict {
  Judged judged;
  std::string_view by{};
};

/// Good where the object's own signature is, or, unless that one is wrong, a bundle beside it.
[[nodiscard]] GitVerdict judge_git_object(const GitEvidence& evidence, const std::vector<TrustChoice>& choices);

}  // namespace signet::cli
