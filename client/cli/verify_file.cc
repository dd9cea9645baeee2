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

struct Candidate {
  std::string json;
  Result<Bundle> bundle;
};

bool names_algorithm(const sigstore::Statement& statement, HashAlgorithm algorithm) {
  const auto has = [algorithm](const Digest& digest) { return digest.algorithm() == algorithm; };
  return std::ranges::any_of(statement.subjects, [&has](const sigstore::StatementSubject& subject) {
    return std::ranges::any_of(subject.digests, has);
  });
}

void add_algorithms(const Bundle& bundle, std::vector<HashAlgorithm>& all) {
  const auto add = [&all](HashAlgorithm algorithm) {
    if (std::ranges::find(all, algorithm) == all.end()) all.push_back(algorithm);
  };
  if (const auto* message = std::get_if<sigstore::MessageSignature>(&bundle.content)) {
    return add(message->digest.algorithm());
  }
  const auto statement = sigstore::parse_statement(std::get<sigstore::DsseEnvelope>(bundle.content).payload);
  if (!statement) return;  // the verifier will say what is wrong with it
  for (const HashAlgorithm algorithm : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    if (names_algorithm(*statement, algorithm)) add(algorithm);
  }
}

// By the hashes that the bundles speak of: no other is computed.
Result<Artifact> read_artifact(const std::string& operand, const std::vector<Candidate>& candidates,
                               const Question& question, const sigstore::OnHashed& on_hashed) {
  Artifact artifact{.digests = {}, .predicate_type = question.type};
  if (sigstore::is_digest_operand(operand)) {
    auto digest = parse_digest(operand);
    if (!digest) {
      digest.error().remedy = "a digest is sha256: and 64 hexadecimal digits, sha384: and 96, or sha512: and 128";
      return fail(std::move(digest.error()));
    }
    artifact.digests.push_back(std::move(*digest));
    return artifact;
  }
  const auto is_read = [](const Candidate& candidate) { return candidate.bundle.has_value(); };
  // Where there is no bundle, the file is not looked at either.
  if (std::ranges::none_of(candidates, is_read)) return artifact;
  std::vector<HashAlgorithm> algorithms;
  for (const Candidate& candidate : candidates) {
    if (candidate.bundle) add_algorithms(*candidate.bundle, algorithms);
  }
  auto digests = sigstore::hash_file(algorithms, operand, on_hashed);
  if (!digests) return fail(std::move(digests.error()));
  artifact.digests = std::move(*digests);
  return artifact;
}

// Where none is found, what was meant may lie nearby: an attestation, which nobody has asked for, or the file itself.
Result<std::vector<std::string>> read_bundles_of(const std::string& operand, const Question& question) {
  auto bundles = read_bundles(question.bundle_of(operand));
  if (bundles || question.bundle) return bundles;
  std::error_code ignored;
  if (is_bundle_name(operand)) {
    bundles.error().remedy = "that is a bundle itself: name the file that it is of";
  } else if (!question.attestation && std::filesystem::exists(attestation_path(operand), ignored)) {
    bundles.error().remedy = "there is an attestation about it: verify that with --type TYPE";
  } else if (question.attestation) {
    bundles.error().remedy =
        "an attestation about a file lies beside it as FILE.intoto.sigstore.json; name another place with --bundle "
        "FILE";
  }
  return bundles;
}

// Somebody who says of a file that it is full of holes has not signed it: an attestation passes for no signature.
void demand_kind(Judged& judged, const Question& question) {
  if (!judged.verdict) return;
  const auto& statement = judged.verdict->statement();
  if (question.attestation && !statement) {
    refuse_in_hindsight(judged, {.code = RefusalCode::PredicateTypeMismatch,
                                 .what = "the bundle is a signature, no attestation",
                                 .expected = "an attestation"});
  } else if (!question.attestation && statement) {
    refuse_in_hindsight(judged, {.code = RefusalCode::PredicateTypeMismatch,
                                 .what = "the bundle is an attestation, no signature",
                                 .expected = "a signature",
                                 .found = statement->predicate_type});
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

Judged judge_candidate(const Candidate& candidate, const Artifact& artifact, const Question& question) {
  const auto& bundle = candidate.bundle;
  Judged judged = judge(question.choices, [&](const TrustChoice& choice) {
    // What is no bundle the verifier reads once more, and says in its own words what is wrong.
    return bundle ? sigstore::examine_bundle(*bundle, artifact, choice.root, choice.policy)
                  : sigstore::examine_bundle(candidate.json, artifact, choice.root, choice.policy);
  });
  if (!bundle) return judged;
  demand_kind(judged, question);
  judged.attested = attested_in(*bundle, artifact, judged);
  return judged;
}

}  // namespace

Result<Judged> verify_file(const std::string& operand, const Question& question, const sigstore::OnHashed& on_hashed) {
  auto bundles = read_bundles_of(operand, question);
  if (!bundles) return fail(std::move(bundles.error()));
  std::vector<Candidate> candidates;
  for (std::string& json : *bundles) {
    auto bundle = sigstore::parse_bundle(json);
    candidates.push_back({.json = std::move(json), .bundle = std::move(bundle)});
  }
  const auto artifact = read_artifact(operand, candidates, question, on_hashed);
  if (!artifact) return fail(artifact.error());
  std::optional<Judged> nearest;
  for (const Candidate& candidate : candidates) {
    Judged judged = judge_candidate(candidate, *artifact, question);
    if (judged.verdict) return judged;
    if (!nearest || came_further(judged, *nearest)) nearest = std::move(judged);
  }
  return std::move(*nearest);
}

}  // namespace signet::cli
