#include <algorithm>

#include "client/cli/bundle_file.h"
#include "client/cli/trust.h"
#include "client/cli/verbs.h"
#include "client/cli/verdict.h"
#include "client/lib/explain.h"
#include "common/display.h"
#include "protocol/varlink.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"

namespace signet::cli {
namespace {

using sigstore::Artifact;
using sigstore::Bundle;

constexpr Flag kFlags[] = {
    {.name = "identity",
     .value = "SAN",
     .text = "the expected signer's e-mail address or URI",
     .alias = "certificate-identity"},
    {.name = "issuer", .value = "URL", .text = "the expected OIDC issuer", .alias = "certificate-oidc-issuer"},
    {.name = "bundle", .value = "FILE", .text = "the bundle, for a single FILE; without it FILE.sigstore.json"},
    {.name = "trusted-root",
     .value = "FILE",
     .text = "trusted_root.json; without it $SIGNET_TRUSTED_ROOT or the instance's own"},
    {.name = "instance", .value = "NAME", .text = "only this instance of the configuration"}};

// The hashes that this bundle speaks of, so that a large file is read once for each and no more.
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

Result<Artifact> read_artifact(const std::string& operand, const Bundle& bundle) {
  Artifact artifact;
  if (is_digest(operand)) {
    auto digest = parse_digest(operand);
    if (!digest) return fail(std::move(digest.error()));
    artifact.digests.push_back(std::move(*digest));
    return artifact;
  }
  for (const HashAlgorithm algorithm : algorithms_of(bundle)) {
    auto digest = sigstore::hash_file(algorithm, operand);
    if (!digest) return fail(std::move(digest.error()));
    artifact.digests.push_back(std::move(*digest));
  }
  return artifact;
}

Result<Judged> verify_one(const std::string& operand, const std::filesystem::path& bundle_file,
                          const std::vector<TrustChoice>& choices) {
  const auto json = read_bundle(bundle_file);
  if (!json) return fail(json.error());
  const auto bundle = sigstore::parse_bundle(*json);
  if (!bundle) {
    // The verifier reads it once more and says in its own words what is wrong.
    return judge(choices, [&](const TrustChoice& choice) {
      return sigstore::verify_bundle(std::string_view(*json), Artifact{}, choice.root, choice.policy);
    });
  }
  const auto artifact = read_artifact(operand, *bundle);
  if (!artifact) return fail(artifact.error());
  return judge(choices, [&](const TrustChoice& choice) {
    return sigstore::verify_bundle(*bundle, *artifact, choice.root, choice.policy);
  });
}

Result<void> check_operands(const Arguments& arguments) {
  const auto& operands = arguments.operands();
  if (operands.empty()) {
    return fail(ErrorCode::InvalidRequest, "no file to verify", "for example: signet verify app.tar.gz");
  }
  if (arguments.has("bundle") && operands.size() != 1) {
    return fail(ErrorCode::InvalidRequest, "--bundle is for a single file",
                "without it each file's bundle is FILE.sigstore.json");
  }
  if (!arguments.has("bundle") && std::ranges::any_of(operands, is_digest)) {
    return fail(ErrorCode::InvalidRequest, "a digest has no file beside which its bundle could lie",
                "name the bundle: --bundle FILE");
  }
  return {};
}

Result<int> run(const Arguments& arguments, const Output& output) {
  if (auto usable = check_operands(arguments); !usable) return fail(std::move(usable.error()));
  const auto choices = choose_trust(trust_wish(arguments));
  if (!choices) return fail(choices.error());
  json::Array results;
  int refused = 0;
  int troubled = 0;
  for (const std::string& operand : arguments.operands()) {
    const auto named = arguments.text("bundle");
    const auto judged = verify_one(operand, named ? std::filesystem::path(*named) : bundle_path(operand), *choices);
    if (!judged) {
      const Error error = Error(judged.error()).during("verifying " + operand);
      client::write_stderr(client::explain("signet", error));
      results.emplace_back(
          json::Object{{"name", operand}, {"verified", false}, {"error", protocol::encode_error(error)}});
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
    .summary = "verify the signatures of files",
    .operands = "FILE…",
    .help =
        "Verifies the Sigstore bundle of each FILE: the signature, the log entry and its proof, the time, the\n"
        "certificate, and that the signer is one that you expect. FILE may be a digest, sha256:HEX. Needs neither\n"
        "agent nor network.\n\n"
        "Expected is the --identity with its --issuer; without them anybody of [verify] allowed in the\n"
        "configuration, each under the trusted root of its own instance.\n\n"
        "  signet verify app.tar.gz\n"
        "  signet verify --identity jane@example.org --issuer https://accounts.example app.tar.gz\n"
        "  signet verify --trusted-root trusted_root.json --identity … --issuer … --bundle app.json app.tar.gz\n"
        "  signet verify --json dist/*.whl | jq '.results[] | .verified'\n",
    .flags = kFlags,
    .run = run};

}  // namespace signet::cli
