#include "sandbox/rekor_v1_upload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/writer.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/log_proposal.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;
using sigstore::LogProposal;
using testing::ElementsAre;

const SoftwareKey& key() {
  static const SoftwareKey key = SoftwareKey::generate();
  return key;
}

EntryVerifier verifier() {
  return {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(key().public_key().spki())};
}

LogProposal message(std::string_view artifact, std::string_view signed_artifact) {
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(artifact));
  return sigstore::propose_hashedrekord(
      {.digest = digest, .signature = key().sign_message(bytes_of(signed_artifact)), .verifier = verifier()});
}

LogProposal envelope(std::string_view payload, std::string_view signed_payload) {
  const Bytes pae = sigstore::encode_pae("text/plain", bytes_of(signed_payload));
  return sigstore::propose_dsse("text/plain", bytes_of(payload),
                                {.signature = key().sign_message(pae), .verifier = verifier()});
}

void expect_body(const LogProposal& proposal) {
  const auto body = accept_proposal(proposal.json);
  ASSERT_TRUE(body.has_value()) << body.error().sentence();
  EXPECT_EQ(text_of(*body), proposal.body) << "what the client expects is what the log stores";
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(RekorV1Upload, OfAMessageBecomesTheBodyThatItsClientExpects) { expect_body(message("artifact", "artifact")); }
TEST(RekorV1Upload, OfAnEnvelopeBecomesTheBodyThatItsClientExpects) { expect_body(envelope("payload", "payload")); }

TEST(RekorV1Upload, IsRefusedWhereTheSignatureIsOfSomethingElse) {
  test::expect_refusal(accept_proposal(message("artifact", "another").json), ErrorCode::InvalidRequest,
                       "verifying signature");
  test::expect_refusal(accept_proposal(envelope("payload", "another").json), ErrorCode::InvalidRequest,
                       "could not verify envelope");
}

TEST(RekorV1Upload, IsNormalised) {
  const LogProposal proposal = message("artifact", "artifact");
  const std::string pem = encode_pem("PUBLIC KEY", key().public_key().spki());
  std::string one_line = pem;
  std::erase(one_line, '\n');
  one_line.insert(one_line.find("-----END"), "\n").insert(one_line.find("-----", 5) + 5, "\n");
  const auto body =
      accept_proposal(changed(proposal.json, encode_base64(bytes_of(pem)), encode_base64(bytes_of(one_line + "\n\n"))));
  ASSERT_TRUE(body.has_value()) << body.error().sentence();
  EXPECT_EQ(text_of(*body), proposal.body);
}

TEST(RekorV1Upload, IsRefusedWithMembersOrKindsThatNobodyKnows) {
  const std::string good = message("artifact", "artifact").json;
  const auto expect = [](const std::string& json, std::string_view why) {
    test::expect_refusal(accept_proposal(json), ErrorCode::InvalidRequest, why);
  };
  ASSERT_TRUE(accept_proposal(good).has_value());
  expect(changed(good, R"("data":)", R"("more":1,"data":)"), "more");
  expect(changed(good, R"("hashedrekord")", R"("rekord")"), "kind is not supported");
  expect(changed(good, R"("0.0.1")", R"("0.0.2")"), "apiVersion");
  expect(changed(good, R"("sha256")", R"("md5")"), "data");
  expect("[]", "proposed entry");
  expect("{", "");
}

// sigstore-python writes the members of the stored form out, as null.
TEST(RekorV1Upload, OfAnEnvelopeMayHaveWhatTheLogMakesItself) {
  const LogProposal proposal = envelope("payload", "payload");
  const auto body = accept_proposal(
      changed(proposal.json, R"("proposedContent")", R"("signatures":null,"envelopeHash":null,"proposedContent")"));
  ASSERT_TRUE(body.has_value()) << body.error().sentence();
  EXPECT_EQ(text_of(*body), proposal.body);
}

TEST(RekorV1Upload, IsRefusedWithASignatureThatNoVerifierVouchesFor) {
  const Bytes pae = sigstore::encode_pae("text/plain", bytes_of("payload"));
  const std::string one = encode_base64(key().sign_message(pae));
  const std::string good = envelope("payload", "payload").json;
  const std::string second = changed(good, R"(\"signatures\":[)", R"(\"signatures\":[{\"sig\":\")" + one + R"(\"},)");
  test::expect_refusal(accept_proposal(second), ErrorCode::InvalidRequest, "a signature without verifier");
}

TEST(RekorV1Upload, IsFoundByWhatWasSignedAndByItsKey) {
  const std::string by_key = "x509:" + encode_hex(sigstore::sha256(key().public_key().spki()));
  const std::string digest = encode_digest(sigstore::hash(HashAlgorithm::Sha256, bytes_of("artifact")));
  EXPECT_THAT(search_terms(bytes_of(message("artifact", "artifact").body)), ElementsAre(digest, by_key));
  const std::string payload = encode_digest(sigstore::hash(HashAlgorithm::Sha256, bytes_of("payload")));
  EXPECT_THAT(search_terms(bytes_of(envelope("payload", "payload").body)), ElementsAre(payload, testing::_, by_key));
  EXPECT_TRUE(search_terms(bytes_of("filler")).empty());
}

TEST(RekorV1Search, TakesAHashAnAddressAndAKey) {
  const std::string pem = encode_pem("PUBLIC KEY", key().public_key().spki());
  const auto search = parse_search(
      R"({"hash":"sha256:00","email":"a@b.test","operator":"and","publicKey":{"format":"x509","content":")" +
      encode_base64(bytes_of(pem)) + R"("}})");
  ASSERT_TRUE(search.has_value()) << search.error().sentence();
  EXPECT_TRUE(search->all);
  EXPECT_THAT(search->terms, ElementsAre("sha256:00", "email:a@b.test",
                                         "x509:" + encode_hex(sigstore::sha256(key().public_key().spki()))));
  EXPECT_FALSE(parse_search(R"({"hash":"sha256:00"})")->all);
}

TEST(RekorV1Search, IsForSomething) {
  test::expect_refusal(parse_search("{}"), ErrorCode::InvalidRequest, "there is nothing to search for");
  test::expect_refusal(parse_search(R"({"publicKey":{"format":"pgp","content":""}})"), ErrorCode::InvalidRequest,
                       "is not x509");
}

}  // namespace
}  // namespace signet::sandbox
