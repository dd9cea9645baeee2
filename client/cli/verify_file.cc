#include "client/cli/verify_file.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "client/cli/bundle_file.h"
#include "json/reader.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/statement.h"

namespace signet::cli {
namespace {

using sigstore::Artifact;
using sigstore::Bundle;
using sigstore::RefusalCode;

// The hashes that this bundle speaks of: no other is computed.
std::vector<HashAlgorithm> algorithms_of(const Bundle& bundle) {
  if (const auto* message = std::get_if<sigstore::MessageSignature>(&bundle.content)) {
    return {message->digest.algorithm()};
  }
  const auto statement = sigstore::parse_statement(std::get<sigstore::DsseEnvelope>(bundle.content).payload);
  std::vector<HashAlgorithm> all;
  if (!statement) return all;  // the verifier will say what is wrong with it
  for (const HashAlgorithm algorithm : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    for (const sigstore::StatementSubject& subject : statement->subjects) {
      const auto has = [algorithm](const Digest& digest) { return digest.algorithm() == algorithm; };
      if (std::ranges::any_of(subject.digests, has)) {
        all.push_back(algorithm);
        break;
      }
    }
  }
  return all;
}

Result<Artifact> read_artifact(const std::string& operand, const Bundle& bundle, const Question& question,
                               const sigstore::OnHashed& on_hashed) {
  Artifact artifact{.digests = {}, .predicate_type = question.type};
  if (is_digest(operand)) {
    auto digest = parse_digest(operand);
    if (!digest) return fail(std::move(digest.error()));
    artifact.digests.push_back(std::move(*digest));
    return artifact;
  }
  auto digests = sigstore::hash_file(algorithms_of(bundle), operand, on_hashed);
  if (!digests) return fail(std::move(digests.error()));
  artifact.digests = std::move(*digests);
  return artifact;
}

// A file's only bundle may be an attestation, which nobody has asked for yet.
Result<std::string> read_bundle_of(const std::string& operand, const Question& question) {
  auto json = read_bundle(question.bundle_of(operand));
  std::error_code ignored;
  if (json || question.bundle || question.attestation || !std::filesystem::exists(attestation_path(operand), ignored)) {
    return json;
  }
  json.error().remedy = "there is an attestation about it: verify that with --type TYPE";
  return json;
}

// Somebody who says of a file that it is full of holes has not signed it: an attestation passes for no signature.
void demand_kind(Judged& judged, const Question& question) {
  if (!judged.verdict) return;
  const auto& statement = judged.verdict->statement();
  if (question.attestation && !statement) {
    judged.verdict = sigstore::refused(RefusalCode::PredicateTypeMismatch, "the bundle is a signature, no attestation",
                                       "an attestation");
  } else if (!question.attestation && statement) {
    judged.verdict = sigstore::refused(RefusalCode::PredicateTypeMismatch, "the bundle is an attestation, no signature",
                                       "a signature", std::string(statement->predicate_type));
  }
}

std::optional<Attested> attested_in(const Bundle& bundle, const Artifact& artifact, const Judged& judged) {
  if (!judged.verdict || !judged.verdict->statement()) return std::nullopt;
  const auto* subject = sigstore::find_subject(*judged.verdict->statement(), artifact.digests);
  const auto* envelope = std::get_if<sigstore::DsseEnvelope>(&bundle.content);
  if (subject == nullptr || envelope == nullptr) return std::nullopt;
  Attested attested{.subject = *subject, .predicate = {}};
  const auto statement = json::parse(text_of(envelope->payload));
  const json::Value* predicate = statement ? statement->as_object()->find("predicate") : nullptr;
  if (predicate != nullptr) attested.predicate = *predicate;
  return attested;
}

}  // namespace

Result<Judged> verify_file(const std::string& operand, const Question& question, const sigstore::OnHashed& on_hashed) {
  const auto json = read_bundle_of(operand, question);
  if (!json) return fail(json.error());
  const auto bundle = sigstore::parse_bundle(*json);
  if (!bundle) {
    // The verifier reads it once more and says in its own words what is wrong.
    return judge(question.choices, [&](const TrustChoice& choice) {
      return sigstore::verify_bundle(std::string_view(*json), Artifact{}, choice.root, choice.policy);
    });
  }
  const auto artifact = read_artifact(operand, *bundle, question, on_hashed);
  if (!artifact) return fail(artifact.error());
  Judged judged = judge(question.choices, [&](const TrustChoice& choice) {
    return sigstore::verify_bundle(*bundle, *artifact, choice.root, choice.policy);
  });
  demand_kind(judged, question);
  judged.attested = attested_in(*bundle, *artifact, judged);
  return judged;
}

}  // namespace signet::cli
