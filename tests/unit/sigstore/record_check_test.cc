#include "sigstore/verify/record_check.h"

#include <gtest/gtest.h>

#include <vector>

#include "sigstore/encoding/hash.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sigstore/signed_bundle.h"

namespace signet::sigstore {
namespace {

using test::expect_refused;
using test::expect_taken;

class RecordCheck : public testing::Test {
 protected:
  static Verdict<void> check(const LogBody& record, const Bundle& bundle, const Signer& signer) {
    SignedContent content(bundle);
    return check_record(record, bundle, signer, content);
  }
  [[nodiscard]] Verdict<void> check(const LogBody& record, const Bundle& bundle) const {
    return check(record, bundle, signer.by_certificate());
  }
  static void expect_mismatch(const Verdict<void>& verdict, std::string_view reason) {
    expect_refused(verdict, RefusalCode::LogEntryMismatch, reason);
  }
  [[nodiscard]] std::vector<LogBody> records_of_message() const {
    return {signer.hashedrekord_v1(message), signer.hashedrekord_v2(message)};
  }
  [[nodiscard]] std::vector<LogBody> records_of_envelope() const {
    return {signer.dsse(envelope), signer.intoto(envelope), signer.hashedrekord_v2(envelope)};
  }

  test::BundleSigner signer{KeyKind::EcdsaP256};
  Bundle message = signer.message("an artifact");
  Bundle envelope = signer.envelope("{}");
};

TEST_F(RecordCheck, TakesEachKindOfRecordOfItsKindOfContent) {
  for (const LogBody& record : records_of_message()) expect_taken(check(record, message));
  for (const LogBody& record : records_of_envelope()) expect_taken(check(record, envelope));
}

TEST_F(RecordCheck, RefusesARecordOfAnotherKindOfContent) {
  expect_mismatch(check(signer.hashedrekord_v1(message), envelope), "of a message, and the bundle has an envelope");
  expect_mismatch(check(signer.dsse(envelope), message), "of an envelope, and the bundle has a message");
  expect_mismatch(check(signer.intoto(envelope), message), "of an envelope, and the bundle has a message");
}

TEST_F(RecordCheck, RefusesTheRecordOfAnotherSignature) {
  const Bundle other_message = signer.message("an artifact");  // as good, but not this one
  const Bundle other_envelope = signer.envelope("{}");
  for (const LogBody& record : records_of_message()) expect_mismatch(check(record, other_message), "another signature");
  for (const LogBody& record : records_of_envelope()) {
    expect_mismatch(check(record, other_envelope), "another signature");
  }
}

TEST_F(RecordCheck, RefusesTheRecordOfAnotherCertificate) {
  const Signer other = test::BundleSigner(KeyKind::EcdsaP256).by_certificate();
  for (const LogBody& record : records_of_message())
    expect_mismatch(check(record, message, other), "another certificate");
  for (const LogBody& record : records_of_envelope()) {
    expect_mismatch(check(record, envelope, other), "another certificate");
  }
}

TEST_F(RecordCheck, ComparesABareKeyWithABareKey) {
  HashedRekordV1 record = signer.hashedrekord_v1(message);
  expect_mismatch(check(record, message, signer.by_key()), "another certificate or key");
  record.verifier = {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(signer.key().public_key().spki())};
  expect_taken(check(record, message, signer.by_key()));
  expect_mismatch(check(record, message), "another certificate or key");
  expect_mismatch(check(record, message, test::BundleSigner(KeyKind::EcdsaP256).by_key()),
                  "another certificate or key");
}

TEST_F(RecordCheck, RefusesTheRecordOfAnotherPayload) {
  DsseRecord dsse = signer.dsse(envelope);
  dsse.payload_hash = hash(HashAlgorithm::Sha256, bytes_of("another"));
  expect_mismatch(check(dsse, envelope), "another content");
  IntotoRecord intoto = signer.intoto(envelope);
  intoto.payload_hash = dsse.payload_hash;
  expect_mismatch(check(intoto, envelope), "another content");
}

// What Rekor v2 holds is the digest of the PAE, never that of the payload alone.
TEST_F(RecordCheck, RefusesTheRecordOfThePayloadWithoutItsType) {
  HashedRekord record = signer.hashedrekord_v2(envelope);
  record.digest = hash(HashAlgorithm::Sha256, bytes_of("{}"));
  expect_mismatch(check(record, envelope), "another content");
}

TEST_F(RecordCheck, RefusesAnIntotoRecordOfAnotherTypeOfPayload) {
  IntotoRecord record = signer.intoto(envelope);
  record.payload_type = "application/json";
  expect_mismatch(check(record, envelope), "another type of payload");
}

TEST_F(RecordCheck, RefusesARecordWithSeveralSignatures) {
  DsseRecord record = signer.dsse(envelope);
  record.signatures.push_back(record.signatures.front());
  expect_mismatch(check(record, envelope), "not exactly one signature");
}

}  // namespace
}  // namespace signet::sigstore
