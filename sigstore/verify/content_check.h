// Step 8, second half: that what is signed is what the caller holds. Nothing of an envelope's payload is looked at
// before its signature is known to be good.
#pragma once

#include <optional>

#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/git/cms.h"
#include "sigstore/verify/artifact.h"
#include "sigstore/verify/refusal.h"

namespace signet::sigstore {

/// Compares the content with the artifact: the message's digest with its digest, or the statement's subjects.
///
/// @return  the statement, if it is one
/// @error ArtifactMismatch  the digest is another one, or the artifact's digest of that kind is not known
/// @error StatementInvalid  the payload is not an in-toto statement, or the artifact is none of its subjects
/// @error PredicateTypeMismatch  no attestation of the demanded type
[[nodiscard]] Verdict<std::optional<Statement>> check_artifact(const Bundle& bundle, const Artifact& artifact);

/// Compares the payload with a statement, byte for byte.
///
/// @error ArtifactMismatch  another payload, or not an envelope at all
/// @error StatementInvalid  not an in-toto statement
[[nodiscard]] Verdict<std::optional<Statement>> check_statement(const Bundle& bundle, ByteView statement);

/// Compares a git object with the digest that the CMS attributes hold. Forgotten, any signature would fit any commit.
///
/// @return  no statement
/// @error GitObjectMismatch
[[nodiscard]] Verdict<std::optional<Statement>> check_git_object(const GitCms& cms, ByteView object);

/// The same, and before it that the signature is by the key of the certificate that lies in it. Whose certificate that
/// is, is not looked at: what is wrong here is wrong under every trust root.
///
/// @return  no statement
/// @error SignatureInvalid, GitObjectMismatch
[[nodiscard]] Verdict<std::optional<Statement>> check_git_signature(const GitCms& cms, ByteView object);

}  // namespace signet::sigstore
