// What a bundle signs: that the log's record is of it (end of step 2), and that it is what the caller holds (step 8).
#pragma once

#include <optional>

#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/statement.h"
#include "sigstore/git/cms.h"
#include "sigstore/tlog/log_body.h"
#include "sigstore/tlog/log_entry.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/verifier.h"

namespace signet::sigstore {

/// The digest that the bundle's signature is over: the message's, or that of the envelope's PAE.
///
/// @param algorithm  hash of the PAE; a message names its own
[[nodiscard]] Digest signed_digest(const Bundle& bundle, HashAlgorithm algorithm);

/// Compares what the log committed to with the bundle: certificate, signature and digest. This binds the entry, and
/// with it the proof, to this signature.
///
/// @error LogEntryMismatch  the record is of another certificate, signature or content
[[nodiscard]] Verdict<void> check_record(const HashedRekord& record, const Bundle& bundle, const Certificate& leaf);

/// Checks the signature of the leaf's key, made by the one algorithm that the registry has for keys of its kind: one
/// key, one algorithm, or a digest could be taken for another hash's. The record must have passed check_record(): its
/// digest is the one that was signed.
///
/// @error AlgorithmUnsuitable  another hash, or the entry names another algorithm
/// @error SignatureInvalid
/// @source sigstore architecture-docs, algorithm registry; Rekor v2 enables no other combination
[[nodiscard]] Verdict<void> check_signature(const HashedRekord& record, const Certificate& leaf);

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

}  // namespace signet::sigstore
