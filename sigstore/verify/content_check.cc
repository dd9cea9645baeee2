#include "sigstore/verify/content_check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

Verdict<void> check_message(const MessageSignature& message, const Artifact& artifact) {
  const HashAlgorithm algorithm = message.digest.algorithm();
  const Digest* held = artifact.with(algorithm);
  if (held == nullptr) {
    return refused(RefusalCode::ArtifactMismatch,
                   "the bundle has a " + std::string(hash_name(algorithm)) +
                       " digest, and the artifact's digest of that kind is not known",
                   {}, encode_digest(message.digest));
  }
  if (*held != message.digest) {
    return refused(RefusalCode::ArtifactMismatch, "the bundle is of another artifact", encode_digest(*held),
                   encode_digest(message.digest));
  }
  return {};
}

Verdict<Statement> read_statement(const DsseEnvelope& envelope) {
  if (envelope.payload_type != kInTotoPayloadType) {
    return refused(RefusalCode::StatementInvalid, "the payload is not an in-toto statement",
                   std::string(kInTotoPayloadType), envelope.payload_type);
  }
  auto statement = parse_statement(envelope.payload);
  if (!statement) return refused(RefusalCode::StatementInvalid, statement.error().what);
  return std::move(*statement);
}

std::string list_of(const std::vector<Digest>& digests) {
  std::string list;
  for (const Digest& digest : digests) list += (list.empty() ? "" : ", ") + encode_digest(digest);
  return list;
}

}  // namespace

Verdict<std::optional<Statement>> check_artifact(const Bundle& bundle, const Artifact& artifact) {
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    if (auto same = check_message(*message, artifact); !same) return refused(std::move(same.error()));
    if (!artifact.predicate_type) return std::nullopt;
    return refused(RefusalCode::PredicateTypeMismatch, "the bundle is a signature and no attestation",
                   *artifact.predicate_type);
  }
  auto statement = read_statement(std::get<DsseEnvelope>(bundle.content));
  if (!statement) return refused(std::move(statement.error()));
  if (find_subject(*statement, artifact.digests) == nullptr) {
    return refused(RefusalCode::StatementInvalid, "the artifact is no subject of the statement",
                   list_of(artifact.digests));
  }
  if (artifact.predicate_type && *artifact.predicate_type != statement->predicate_type) {
    return refused(RefusalCode::PredicateTypeMismatch, "the attestation is of another type", *artifact.predicate_type,
                   statement->predicate_type);
  }
  return std::move(*statement);
}

Verdict<std::optional<Statement>> check_statement(const Bundle& bundle, ByteView statement) {
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content);
  if (envelope == nullptr) return refused(RefusalCode::ArtifactMismatch, "the bundle has no statement");
  auto read = read_statement(*envelope);
  if (!read) return refused(std::move(read.error()));
  if (!equal(envelope->payload, statement)) {
    return refused(RefusalCode::ArtifactMismatch, "the bundle is of another statement",
                   encode_digest(hash(HashAlgorithm::Sha256, statement)),
                   encode_digest(hash(HashAlgorithm::Sha256, envelope->payload)));
  }
  return std::move(*read);
}

Verdict<std::optional<Statement>> check_git_object(const GitCms& cms, ByteView object) {
  const Digest digest = hash(cms.hash, object);
  if (digest != cms.content_digest) {
    return refused(RefusalCode::GitObjectMismatch, "the signature is of another git object", encode_digest(digest),
                   encode_digest(cms.content_digest));
  }
  return std::nullopt;
}

Verdict<std::optional<Statement>> check_git_signature(const GitCms& cms, ByteView object) {
  const auto good = cms.leaf.public_key().verify_digest(hash(cms.hash, cms.attributes), cms.signature);
  if (!good) return refused(RefusalCode::SignatureInvalid, "the signature in the git object is not by its certificate");
  return check_git_object(cms, object);
}

}  // namespace signet::sigstore
