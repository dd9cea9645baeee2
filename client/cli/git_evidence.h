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
#include "sigstore/encoding/public_key.h"
#include "sigstore/git/headers.h"
#include "sigstore/git/object.h"

namespace signet::cli {

/// "x509", "ssh", "openpgp", "of an unknown kind"; "none".
[[nodiscard]] std::string_view signature_kind_name(sigstore::GitSignatureKind kind);

struct GitEvidence {
  StoredObject object;
  Result<sigstore::SignedGitObject> parts;  ///< what was signed, and the signature
  sigstore::GitSignatureKind kind = sigstore::GitSignatureKind::None;
  std::vector<std::string> named{};    ///< of a tag: the names of the refs by which it was asked for, "v1.0"
  std::vector<std::string> bundles{};  ///< one JSON text each; of these notes and of those that came from remotes

  /// 'commit 1f2e3d4c5b6a "the first line of its message"', safe to show.
  [[nodiscard]] std::string name() const;
  /// The first line of its message, or the name of a tag, as it stands there.
  [[nodiscard]] std::string title() const;
  /// Of an SSH signature that can be read: the key that it names.
  [[nodiscard]] std::optional<sigstore::PublicKey> ssh_key() const;
  /// The same as OpenSSH shows it: "SHA256:…".
  [[nodiscard]] std::optional<std::string> ssh_fingerprint() const;
  /// Where it has a signature of a kind that is not read, and so neither good nor wrong: "an OpenPGP signature", or why
  /// SSH's key cannot be used (a FIDO token's, a certificate). Safe to show.
  [[nodiscard]] std::optional<std::string> unread() const;
};

/// An object with its signature taken out, and no bundles.
///
/// @error InvalidRequest  neither a commit nor a tag
[[nodiscard]] Result<GitEvidence> take_apart(StoredObject object);

struct EvidenceRead {
  std::vector<GitEvidence> objects;
  std::vector<std::string> warnings;  ///< notes that were not read, and why: for a person, safe to show
};

/// Reads objects and their notes, the remotes' notes as they were last fetched among them. A ref that cannot be read is
/// a warning.
///
/// @error InvalidRequest  one is neither a commit nor a tag, or as read_objects()
/// @error as run_git()
[[nodiscard]] Result<EvidenceRead> read_git_evidence(const std::vector<std::string>& ids);

/// What is wrong with an object under every trust root: other bytes than those of its id, or a signature, SSH or x509,
/// that is not by its own key over this object. Nothing lying beside it makes that good. What is not read is not wrong.
[[nodiscard]] std::optional<sigstore::Refusal> contradiction_within(const GitEvidence& evidence);

/// A tag that was asked for by a ref of another name than its own: an old release in the place of a new one.
[[nodiscard]] std::optional<sigstore::Refusal> contradiction_of_name(const GitEvidence& evidence);

/// What the verifier says of the object's own signature: x509 by the trust choices; SSH only whether it is good, whose
/// key it is no verifier can say.
struct OwnSignature {
  std::optional<Judged> judged;              ///< x509
  std::optional<sigstore::Refusal> refusal;  ///< SSH or object: it is wrong
  /// True where the signature says something else than the object: no evidence makes that good.
  [[nodiscard]] bool is_wrong() const;
};
[[nodiscard]] OwnSignature judge_own_signature(const GitEvidence& evidence, const std::vector<TrustChoice>& choices);

/// What the verifier says of one bundle beside an object.
struct BesideVerdict {
  Judged judged;  ///< good: by whom it says, of this very object, and by the object's own SSH key where it has one
  /// Of a countersignature, which is good but for its key, and refused as SshKeyMismatch: "SAN (issuer)", safe to show.
  std::optional<std::string> countersigner{};
};
[[nodiscard]] BesideVerdict judge_bundle_beside(const GitEvidence& evidence, const std::string& bundle,
                                                const std::vector<TrustChoice>& choices);

/// The verdict over an object, and by what: "its own signature" or "evidence in its note"; empty where it is refused.
struct GitVerdict {
  Judged judged;
  std::string_view by{};
};

/// Good where the object's own signature is, or, unless that one is wrong, a bundle beside it; that one may be of a
/// kind that is not read.
[[nodiscard]] GitVerdict judge_git_object(const GitEvidence& evidence, const std::vector<TrustChoice>& choices);

}  // namespace signet::cli
