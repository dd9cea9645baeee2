#include "sigstore/verify/signature_check.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "sigstore/encoding/hash.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/signed_bundle.h"

namespace signet::sigstore {
namespace {

using test::BundleSigner;
using test::expect_refused;
using test::expect_taken;

constexpr std::array kHashes = {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512};

Verdict<void> algorithm(const Bundle& bundle, const Signer& signer, const std::vector<LogBody>& records = {}) {
  std::vector<const LogBody*> views;
  for (const LogBody& record : records) views.push_back(&record);
  return check_algorithm(bundle, signer, views);
}

Verdict<void> signature(const Bundle& bundle, const Signer& signer, const std::vector<LogBody>& records = {}) {
  std::vector<const LogBody*> views;
  for (const LogBody& record : records) views.push_back(&record);
  SignedContent content(bundle);
  return check_signature(bundle, signer, views, content);
}

// Algorithm registry of sigstore's architecture-docs: one algorithm for each kind of key. Each mistake is in a
// signature that is good.
class RegistryOfAlgorithms : public testing::TestWithParam<KeyKind> {
 protected:
  [[nodiscard]] static bool is_taken_from_old_clients(HashAlgorithm hash) {
    return hash == HashAlgorithm::Sha256 && (GetParam() == KeyKind::EcdsaP384 || GetParam() == KeyKind::EcdsaP521);
  }
  BundleSigner signer{GetParam()};
};

TEST_P(RegistryOfAlgorithms, HasOneHashForAMessageButForOldClients) {
  for (const HashAlgorithm hash : kHashes) {
    const Bundle bundle = signer.message(hash, "an artifact");
    const std::vector<LogBody> logged = {signer.hashedrekord_v1(bundle)};
    const auto checked = algorithm(bundle, signer.by_certificate(), logged);
    if (hash == default_hash(GetParam()) || is_taken_from_old_clients(hash)) {
      expect_taken(checked);
      expect_taken(signature(bundle, signer.by_certificate(), logged));
    } else {
      expect_refused(checked, RefusalCode::AlgorithmUnsuitable,
                     "a key of kind " + std::string(key_kind_name(GetParam())) + " signed by a hash");
    }
  }
}

TEST_P(RegistryOfAlgorithms, HasOneHashForABareKey) {
  for (const HashAlgorithm hash : kHashes) {
    const auto checked = algorithm(signer.message(hash, "an artifact"), signer.by_key());
    if (hash == default_hash(GetParam())) {
      expect_taken(checked);
    } else {
      expect_refused(checked, RefusalCode::AlgorithmUnsuitable, "signed by a hash that is not its own");
    }
  }
}

TEST_P(RegistryOfAlgorithms, HasOneHashForAnEnvelopeButForOldClients) {
  for (const HashAlgorithm hash : kHashes) {
    const Bundle bundle = signer.envelope(hash, "{}");
    const auto checked = signature(bundle, signer.by_certificate());
    if (hash == default_hash(GetParam()) || is_taken_from_old_clients(hash)) {
      expect_taken(checked);
    } else {
      expect_refused(checked, RefusalCode::SignatureInvalid);
    }
    if (hash == default_hash(GetParam())) {
      expect_taken(signature(bundle, signer.by_key()));
    } else {
      expect_refused(signature(bundle, signer.by_key()), RefusalCode::SignatureInvalid);
    }
  }
}

// Rekor v2 takes nothing of old clients.
TEST_P(RegistryOfAlgorithms, HasOneHashAndOneNameInRekorV2) {
  const Bundle bundle = signer.message("an artifact");
  HashedRekord record = signer.hashedrekord_v2(bundle);
  expect_taken(algorithm(bundle, signer.by_certificate(), {record}));
  for (const char* other : {"PKIX_ECDSA_P384_SHA_256", "PKIX_RSA_PSS_3072_SHA256", "PKCS1_RSA_PKCS1V5", ""}) {
    record.key_details = other;
    expect_refused(algorithm(bundle, signer.by_certificate(), {record}), RefusalCode::AlgorithmUnsuitable,
                   "the log entry names another algorithm");
  }
  for (const HashAlgorithm hash : kHashes) {
    if (hash == default_hash(GetParam())) continue;
    record.digest = sigstore::hash(hash, bytes_of("an artifact"));
    expect_refused(algorithm(bundle, signer.by_certificate(), {record}), RefusalCode::AlgorithmUnsuitable,
                   "signed by a hash that is not its own");
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, RegistryOfAlgorithms,
                         testing::Values(KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::EcdsaP521, KeyKind::Rsa2048,
                                         KeyKind::Rsa3072),
                         [](const auto& info) { return std::string(key_kind_name(info.param)); });

TEST(SignatureCheck, RefusesASignatureOfAnotherKey) {
  const BundleSigner signer(KeyKind::EcdsaP256);
  const Signer other = BundleSigner(KeyKind::EcdsaP256).by_certificate();
  for (const Bundle& bundle : {signer.message("an artifact"), signer.envelope("{}")}) {
    expect_taken(signature(bundle, signer.by_certificate()));
    expect_refused(signature(bundle, other), RefusalCode::SignatureInvalid, "not one of this key over this content");
  }
}

TEST(SignatureCheck, RefusesABundleThatNamesAnotherDigestThanTheOneThatWasSigned) {
  const BundleSigner signer(KeyKind::EcdsaP256);
  Bundle bundle = signer.message("an artifact");
  for (const LogBody& record : {LogBody(signer.hashedrekord_v1(bundle)), LogBody(signer.hashedrekord_v2(bundle))}) {
    expect_taken(signature(bundle, signer.by_certificate(), {record}));
    Bundle other = bundle;
    std::get<MessageSignature>(other.content).digest = hash(HashAlgorithm::Sha256, bytes_of("another"));
    expect_refused(signature(other, signer.by_certificate(), {record}), RefusalCode::ArtifactMismatch,
                   "names another digest than the one that was signed");
  }
}

// Each log's digest must be the one that was signed.
TEST(SignatureCheck, RefusesALogThatHoldsAnotherDigest) {
  const BundleSigner signer(KeyKind::EcdsaP256);
  const Bundle bundle = signer.message("an artifact");
  HashedRekordV1 other = signer.hashedrekord_v1(bundle);
  other.digest = hash(HashAlgorithm::Sha256, bytes_of("another"));
  expect_taken(signature(bundle, signer.by_certificate(), {signer.hashedrekord_v2(bundle)}));
  expect_refused(signature(bundle, signer.by_certificate(), {signer.hashedrekord_v2(bundle), other}),
                 RefusalCode::SignatureInvalid);
}

TEST(SignatureCheck, TakesPureEd25519OverAnEnvelope) {
  const BundleSigner signer(KeyKind::Ed25519);
  const Bundle bundle = signer.envelope("{}");
  expect_taken(algorithm(bundle, signer.by_certificate(), {signer.dsse(bundle)}));
  expect_taken(signature(bundle, signer.by_certificate(), {signer.dsse(bundle)}));
  Bundle bad = bundle;
  std::get<DsseEnvelope>(bad.content).payload = to_bytes("{ }");
  expect_refused(signature(bad, signer.by_certificate()), RefusalCode::SignatureInvalid);
}

TEST(SignatureCheck, SaysThatEd25519phIsNotThere) {
  const BundleSigner signer(KeyKind::Ed25519);
  const Bundle envelope = signer.envelope("{}");
  Bundle message = envelope;
  message.content = MessageSignature{.digest = hash(HashAlgorithm::Sha512, bytes_of("an artifact")), .signature = {1}};
  expect_refused(algorithm(message, signer.by_certificate()), RefusalCode::AlgorithmUnsuitable, "by Ed25519ph");
  expect_refused(algorithm(envelope, signer.by_certificate(), {signer.hashedrekord_v2(envelope)}),
                 RefusalCode::AlgorithmUnsuitable, "by Ed25519ph");
}

}  // namespace
}  // namespace signet::sigstore
