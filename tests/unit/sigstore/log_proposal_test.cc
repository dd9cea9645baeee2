#include "sigstore/tlog/log_proposal.h"

#include <gtest/gtest.h>

#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

EntryVerifier verifier() { return {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes("der")}; }

TEST(LogProposal, OfAMessageIsItsBody) {
  const HashedRekordV1 record{
      .digest = hash(HashAlgorithm::Sha256, bytes_of("abc")), .signature = to_bytes("sig"), .verifier = verifier()};
  const LogProposal proposal = propose_hashedrekord(record);
  EXPECT_EQ(proposal.json, proposal.body);
  const auto body = parse_log_body("hashedrekord", "0.0.1", bytes_of(proposal.body));
  ASSERT_TRUE(body.has_value()) << body.error().sentence();
  EXPECT_EQ(std::get<HashedRekordV1>(*body).digest, record.digest);
}

// The log hashes the envelope as it came: the text in the upload is the one whose hash the body has.
TEST(LogProposal, OfAnEnvelopeCarriesTheTextWhoseHashTheBodyHas) {
  const LogProposal proposal =
      propose_dsse("text/plain", bytes_of("payload"), {.signature = to_bytes("sig"), .verifier = verifier()});
  const auto upload = json::parse(proposal.json);
  ASSERT_TRUE(upload.has_value());
  json::Fields fields(*upload, "upload");
  EXPECT_EQ(fields.text("kind"), "dsse");
  EXPECT_EQ(fields.text("apiVersion"), "0.0.1");
  json::Fields spec(fields.value("spec"), "spec");
  json::Fields content(spec.value("proposedContent"), "content");
  const std::string envelope = content.text("envelope");
  EXPECT_EQ(envelope, R"({"payload":"cGF5bG9hZA==","payloadType":"text/plain","signatures":[{"sig":"c2ln"}]})");
  const auto body = parse_log_body("dsse", "0.0.1", bytes_of(proposal.body));
  ASSERT_TRUE(body.has_value()) << body.error().sentence();
  const auto& record = std::get<DsseRecord>(*body);
  EXPECT_EQ(record.envelope_hash, hash(HashAlgorithm::Sha256, bytes_of(envelope)));
  EXPECT_EQ(record.payload_hash, hash(HashAlgorithm::Sha256, bytes_of("payload")));
  ASSERT_EQ(record.signatures.size(), 1U);
  EXPECT_EQ(record.signatures[0].verifier, verifier());
}

}  // namespace
}  // namespace signet::sigstore
