#include <algorithm>
#include <optional>
#include <system_error>

#include "client/cli/bundle_file.h"
#include "client/cli/predicate.h"
#include "client/cli/progress_line.h"
#include "client/cli/trust.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "json/reader.h"
#include "protocol/varlink.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/statement.h"

namespace signet::cli {
namespace {

using sigstore::Artifact;
using sigstore::Bundle;
using sigstore::RefusalCode;

constexpr Flag kFlags[] = {
    {.name = "identity",
     .value = "SAN",
     .text = "the expected signer's e-mail address or URI",
     .alias = "certificate-identity"},
    {.name = "issuer", .value = "URL", .text = "the expected OIDC issuer", .alias = "certificate-oidc-issuer"},
    {.name = "type",
     .value = "TYPE",
     .text = "demand an attestation of this type: a URI, a short name of signet attest --help, or any"},
    {.name = "bundle",
     .value = "FILE",
     .text = "the bundle of all FILEs; without it FILE.sigstore.json, with --type FILE.intoto.sigstore.json"},
    {.name = "trusted-root",
     .value = "FILE",
     .text = "trusted_root.json; without it $SIGNET_TRUSTED_ROOT or the instance's own"},
    {.name = "instance", .value = "NAME", .text = "only this instance of the configuration"}};

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

bool is_digest(std::string_view operand) {
  return operand.starts_with("sha256:") || operand.starts_with("sha384:") || operand.starts_with("sha512:");
}

// What is asked about every operand.
struct Question {
  std::vector<TrustChoice> choices;
  std::optional<std::filesystem::path> bundle;
  bool attestation = false;         // asked for, and not a signature
  std::optional<std::string> type;  // its type, a URI; nothing where any will do

  [[nodiscard]] std::filesystem::path bundle_of(const std::string& operand) const {
    if (bundle) return *bundle;
    return attestation ? attestation_path(operand) : bundle_path(operand);
  }
};

Result<Artifact> read_artifact(const std::string& operand, const Bundle& bundle, const Question& question) {
  Artifact artifact{.digests = {}, .predicate_type = question.type};
  if (is_digest(operand)) {
    auto digest = parse_digest(operand);
    if (!digest) return fail(std::move(digest.error()));
    artifact.digests.push_back(std::move(*digest));
    return artifact;
  }
  ProgressLine line;
  auto digests = sigstore::hash_file(algorithms_of(bundle), operand, show_hashing(line, operand));
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

Result<Judged> verify_one(const std::string& operand, const Question& question) {
  const auto json = read_bundle_of(operand, question);
  if (!json) return fail(json.error());
  const auto bundle = sigstore::parse_bundle(*json);
  if (!bundle) {
    // The verifier reads it once more and says in its own words what is wrong.
    return judge(question.choices, [&](const TrustChoice& choice) {
      return sigstore::verify_bundle(std::string_view(*json), Artifact{}, choice.root, choice.policy);
    });
  }
  const auto artifact = read_artifact(operand, *bundle, question);
  if (!artifact) return fail(artifact.error());
  Judged judged = judge(question.choices, [&](const TrustChoice& choice) {
    return sigstore::verify_bundle(*bundle, *artifact, choice.root, choice.policy);
  });
  demand_kind(judged, question);
  judged.attested = attested_in(*bundle, *artifact, judged);
  return judged;
}

Result<Question> read_question(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  if (operands.empty()) {
    return fail(ErrorCode::InvalidRequest, "no file to verify", "for example: signet verify app.tar.gz");
  }
  if (!arguments.has("bundle") && std::ranges::any_of(operands, is_digest)) {
    return fail(ErrorCode::InvalidRequest, "a digest has no file beside which its bundle could lie",
                "name the bundle: --bundle FILE");
  }
  Question question;
  if (const auto type = arguments.text("type")) {
    question.attestation = true;
    auto uri = *type == "any" ? Result<std::string>() : predicate_type_from(*type);
    if (!uri) return fail(std::move(uri.error()));
    if (*type != "any") question.type = std::move(*uri);
  }
  question.bundle = arguments.text("bundle");
  const auto wish = trust_wish(arguments);
  if (!wish) return fail(wish.error());
  auto choices = choose_trust(*wish);
  if (!choices) return fail(std::move(choices.error()));
  question.choices = std::move(*choices);
  return question;
}

json::Object trouble_object(const std::string& operand, const Error& error) {
  json::Object object;
  set_name(object, "name", operand);
  object.set("verified", false);
  object.set("error", protocol::encode_error(error));
  return object;
}

Result<int> run(const Arguments& arguments, const Output& output) {
  const auto question = read_question(arguments);
  if (!question) return fail(question.error());
  json::Array results;
  int refused = 0;
  int troubled = 0;
  for (const std::string& operand : arguments.operands()) {
    const auto judged = verify_one(operand, *question);
    if (!judged) {
      const Error error = Error(judged.error()).during("verifying " + operand);
      client::write_stderr(client::explain("signet", error));
      results.emplace_back(trouble_object(operand, error));
      if (troubled == 0) troubled = exit_status(error.code);
      continue;
    }
    if (!judged->verdict) refused = 1;
    output.text(verdict_text(operand, *judged));
    results.emplace_back(verdict_object(operand, *judged));
  }
  output.object("signet.verify/1", json::Object{{"results", std::move(results)}});
  return refused != 0 ? refused : troubled;
}

}  // namespace

const Verb kVerify{
    .name = "verify",
    .summary = "verify the signatures of files, or what is attested about them",
    .operands = "FILE…",
    .help =
        "Verifies the Sigstore bundle of each FILE: the signature, the log entry and its proof, the time, the\n"
        "certificate, and that the signer is one that you expect. FILE may be a digest, sha256:HEX. Needs neither\n"
        "agent nor network.\n\n"
        "Expected is the --identity with its --issuer; without them anybody of [verify] allowed in the\n"
        "configuration, each under the trusted root of its own instance.\n\n"
        "With --type it is an attestation (signet attest) that is verified, in the same way: FILE must be one of its\n"
        "subjects, and TYPE its type. An attestation passes for no signature: who says of a file that it has holes\n"
        "has not signed it. What the predicate says is for you to judge: --json shows it.\n\n"
        "Ends with 0 where every FILE is verified, 1 where one is refused, 2 where one could not be judged because it "
        "or\n"
        "its bundle cannot be read, or the call is wrong.\n\n"
        "  signet verify app.tar.gz\n"
        "  signet verify --type slsaprovenance1 app.tar.gz\n"
        "  signet verify --type any --json app.tar.gz | jq '.results[] | .predicate'\n"
        "  signet verify --identity jane@example.org --issuer https://accounts.example app.tar.gz\n"
        "  signet verify --trusted-root trusted_root.json --identity … --issuer … --bundle app.json app.tar.gz\n"
        "  signet verify --json dist/*.whl | jq '.results[] | .verified'\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
