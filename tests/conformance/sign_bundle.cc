#include "tests/conformance/sign_bundle.h"

#include <array>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "common/file.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/fulcio.h"
#include "sigstore/services/log_upload.h"
#include "sigstore/services/timestamp_authority.h"
#include "sigstore/trust/service_choice.h"
#include "sigstore/trust/shipped.h"
#include "sigstore/verify/issued_certificate.h"
#include "tests/conformance/suite_arguments.h"
#include "tests/unit/services/awaited.h"

namespace signet::conformance {
namespace {

using sigstore::Draft;
using sigstore::SignedDraft;

constexpr std::size_t kMaxFile = std::size_t{64} * 1024 * 1024;
constexpr std::chrono::seconds kServiceTime{30};
constexpr int kNotSigned = 1;
constexpr int kUsage = 2;
constexpr std::array<std::string_view, 4> kFlags = {"identity-token", "bundle", "trusted-root", "signing-config"};
constexpr std::array<std::string_view, 2> kSwitches = {"staging", "in-toto"};

/// Where the key came from, whom it is certified by and what it signs.
struct Signing {
  const sigstore::ServiceChoice& services;
  const sigstore::IdentityToken& token;
  const sigstore::TrustedRoot& root;
  sandbox::SoftwareKey key;
  SystemClock clock{};
};

// Of an e-mail address it is known beforehand how the certificate names it; of a CI job only the CA knows.
std::string expected_san(const sigstore::IdentityToken& token, const sigstore::Certificate& leaf) {
  if (token.subject().contains('@')) return token.subject();
  const auto san = leaf.subject_alternative_name();
  return san ? san->value : token.subject();
}

Awaitable<Result<sigstore::VerifiedCertificate>> certify(sigstore::HttpTransport& transport, const Signing& signing) {
  const sigstore::PublicKey& key = signing.key.public_key();
  const Bytes proof = signing.key.sign_digest(proof_of_possession_digest(signing.token, key.kind()));
  const Deadline deadline = Deadline::after(kServiceTime);
  auto leaf = co_await request_certificate(transport, signing.services.ca, signing.token, key, proof, deadline);
  if (!leaf) co_return fail(std::move(leaf.error()));
  co_return verify_issued_certificate(*leaf, key, expected_san(signing.token, *leaf),
                                      signing.token.certificate_issuer(), signing.root, signing.clock.now());
}

Awaitable<Result<sigstore::Evidence>> gather(sigstore::HttpTransport& transport, const Signing& signing,
                                             const SignedDraft& draft, const sigstore::Certificate& leaf) {
  sigstore::Evidence evidence;
  for (const std::string& url : signing.services.timestamp_authorities) {
    auto stamp = co_await request_timestamp(transport, url, draft.signature(), signing.root, signing.clock.now(),
                                            Deadline::after(kServiceTime));
    if (!stamp) co_return fail(std::move(stamp.error()));
    evidence.timestamps.push_back(std::move(*stamp));
  }
  for (const sigstore::LogChoice& log : signing.services.logs) {
    auto entry = co_await upload_to_log(transport, log, draft, leaf, signing.root, Deadline::after(kServiceTime));
    if (!entry) co_return fail(std::move(entry.error()));
    evidence.entries.push_back(std::move(*entry));
  }
  co_return evidence;
}

Awaitable<Result<std::string>> sign(sigstore::HttpTransport& transport, const Signing& signing, Draft draft) {
  auto certificate = co_await certify(transport, signing);
  if (!certificate) co_return fail(std::move(certificate.error()));
  Bytes signature = signing.key.sign_digest(draft.to_sign());
  auto signed_draft = SignedDraft::check(std::move(draft), signing.key.public_key(), std::move(signature));
  if (!signed_draft) co_return fail(std::move(signed_draft.error()));
  auto evidence = co_await gather(transport, signing, *signed_draft, certificate->certificate());
  if (!evidence) co_return fail(std::move(evidence.error()));
  auto bundle = signed_draft->finish_bundle(*certificate, std::move(*evidence), signing.root);
  if (!bundle) co_return fail(std::move(bundle.error()));
  co_return std::move(bundle->json);
}

Result<std::string> text_of(const SuiteArguments& wish, std::string_view flag, std::string_view shipped) {
  const auto file = wish.text(flag);
  return file ? read_file(*file, kMaxFile) : Result<std::string>(std::string(shipped));
}

Result<Draft> draft_of(const SuiteArguments& wish, const sigstore::PublicKey& key) {
  if (!wish.has("in-toto")) {
    const auto digest = sigstore::hash_file(HashAlgorithm::Sha256, wish.operand);
    if (!digest) return fail(digest.error());
    return Draft::for_digest(*digest, key);
  }
  const auto statement = read_file(wish.operand, kMaxFile);
  if (!statement) return fail(statement.error());
  return Draft::for_statement(to_bytes(*statement), key);
}

struct Instance {
  sigstore::TrustedRoot root;
  sigstore::ServiceChoice services;
};

Result<Instance> instance_of(const SuiteArguments& wish, WallTime now) {
  const auto shipped = sigstore::shipped_instance(wish.has("staging") ? "staging" : "public-good");
  if (!shipped) return fail(ErrorCode::Bug, "an instance is not shipped");
  const auto root_text = text_of(wish, "trusted-root", shipped->trusted_root);
  if (!root_text) return fail(root_text.error());
  auto root = sigstore::parse_trusted_root(*root_text);
  if (!root) return fail(std::move(root.error()));
  const auto config_text = text_of(wish, "signing-config", shipped->signing_config);
  if (!config_text) return fail(config_text.error());
  const auto config = sigstore::parse_signing_config(*config_text);
  if (!config) return fail(config.error());
  auto services = choose_services(*config, sigstore::EntryReader::Bundles, now);
  if (!services) return fail(std::move(services.error()));
  return Instance{.root = std::move(*root), .services = std::move(*services)};
}

Result<void> sign_as(const SuiteArguments& wish, std::string token_text, const std::string& bundle_file) {
  const WallTime now = SystemClock().now();
  const auto instance = instance_of(wish, now);
  if (!instance) return fail(instance.error());
  const auto token = sigstore::IdentityToken::parse(Secret(std::move(token_text)), "sigstore", now);
  if (!token) return fail(token.error());
  const Signing signing{
      .services = instance->services, .token = *token, .root = instance->root, .key = sandbox::SoftwareKey::generate()};
  auto draft = draft_of(wish, signing.key.public_key());
  if (!draft) return fail(std::move(draft.error()));
  boost::asio::io_context loop{1};
  const auto transport = sigstore::make_curl_transport(loop.get_executor());
  const auto bundle = test::await_on(loop, sign(*transport, signing, std::move(*draft)));
  if (!bundle) return fail(bundle.error());
  return write_file_atomic(bundle_file, *bundle, 0644);
}

}  // namespace

int sign_bundle(std::span<const char* const> words) {
  const auto wish = parse_suite_arguments(words, kFlags, kSwitches);
  const auto token = wish ? wish->text("identity-token") : std::nullopt;
  const auto bundle = wish ? wish->text("bundle") : std::nullopt;
  if (!token || !bundle) {
    std::cerr << "conformance-sigstore sign-bundle: "
              << (wish ? "--identity-token or --bundle is missing" : wish.error().what) << "\n";
    return kUsage;
  }
  const auto done = sign_as(*wish, *token, *bundle);
  if (done) return 0;
  std::cerr << "conformance-sigstore: " << done.error().sentence() << "\n";
  return kNotSigned;
}

}  // namespace signet::conformance
