#include "tests/conformance/verify_bundle.h"

#include <array>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "common/display.h"
#include "common/file.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/trust/shipped.h"
#include "sigstore/verify/verifier.h"
#include "tests/conformance/suite_arguments.h"

namespace signet::conformance {
namespace {

using sigstore::IdentityPolicy;

constexpr std::array<std::string_view, 5> kFlags = {"bundle", "certificate-identity", "certificate-oidc-issuer", "key",
                                                    "trusted-root"};
constexpr std::array<std::string_view, 1> kSwitches = {"staging"};

constexpr int kVerified = 0;
constexpr int kRefused = 1;
constexpr int kWrongUse = 2;

int report(int status, const Error& error) {
  std::cerr << display_text(error.sentence()) << "\n";
  return status;
}

Result<IdentityPolicy> read_policy(const SuiteArguments& arguments) {
  const auto path = arguments.text("key");
  if (!path) {
    return IdentityPolicy::any_of({{.san = arguments.text("certificate-identity").value_or(""),
                                    .issuer = arguments.text("certificate-oidc-issuer").value_or("")}});
  }
  const auto pem = read_file(*path, std::size_t{64} * 1024);
  if (!pem) return fail(pem.error());
  auto key = sigstore::PublicKey::from_pem(*pem);
  if (!key) return fail(std::move(key.error()).during("reading " + *path));
  return IdentityPolicy::holder_of(std::move(*key));
}

Result<sigstore::TrustedRoot> read_root(const SuiteArguments& arguments) {
  const auto path = arguments.text("trusted-root");
  if (!path) {
    const auto shipped = sigstore::shipped_trusted_root(arguments.has("staging") ? "staging" : "public-good");
    return sigstore::parse_trusted_root(shipped.value_or(""));
  }
  const auto json = read_file(*path, sigstore::kMaxTrustedRoot);
  if (!json) return fail(json.error());
  return sigstore::parse_trusted_root(*json);
}

Result<sigstore::Artifact> read_artifact(const std::string& operand) {
  if (sigstore::is_digest_operand(operand)) {
    auto digest = parse_digest(operand);
    if (!digest) return fail(std::move(digest.error()));
    return sigstore::Artifact{.digests = {std::move(*digest)}};
  }
  auto digests = sigstore::hash_file({HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}, operand);
  if (!digests) return fail(std::move(digests.error()));
  return sigstore::Artifact{.digests = std::move(*digests)};
}

}  // namespace

int verify_bundle(std::span<const char* const> words) {
  const auto arguments = parse_suite_arguments(words, kFlags, kSwitches);
  if (!arguments) return report(kWrongUse, arguments.error());
  const auto json = read_file(arguments->text("bundle").value_or(""), sigstore::kMaxBundle);
  if (!json) return report(kRefused, json.error());
  const auto policy = read_policy(*arguments);
  if (!policy) return report(kRefused, policy.error());
  const auto root = read_root(*arguments);
  if (!root) return report(kRefused, root.error());
  const auto artifact = read_artifact(arguments->operand);
  if (!artifact) return report(kRefused, artifact.error());
  const auto verdict = sigstore::verify_bundle(std::string_view(*json), *artifact, *root, *policy);
  return verdict ? kVerified : report(kRefused, sigstore::error_from_refusal(verdict.error()));
}

}  // namespace signet::conformance
