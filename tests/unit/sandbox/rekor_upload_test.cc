#include "sandbox/rekor_upload.h"

#include "json/reader.h"
#include "sigstore/services/rekor_reply.h"
#include "tests/support/expect_refusal.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;

// 32 zero bytes as digest, "sig" as signature, "der" as certificate or key.
constexpr std::string_view kUpload =
    R"({"hashedRekordRequestV002":{"digest":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","signature":{"content":"c2ln",)"
    R"("verifier":{"x509Certificate":{"rawBytes":"ZGVy"},"keyDetails":"PKIX_ECDSA_P256_SHA_256"}}}})";

std::string changed(std::string_view from, std::string_view to) {
  std::string text(kUpload);
  return text.replace(text.find(from), from.size(), to);
}

void expect_refused(const std::string& upload, std::string_view reason) {
  test::expect_refusal(parse_upload(upload), ErrorCode::InvalidRequest, reason);
}

TEST(RekorUpload, IsReadWhole) {
  const auto record = parse_upload(kUpload);
  ASSERT_TRUE(record.has_value()) << record.error().sentence();
  EXPECT_EQ(record->digest, Digest::from_sha256(Sha256Hash{}));
  EXPECT_EQ(text_of(record->signature), "sig");
  EXPECT_EQ(record->verifier.kind, EntryVerifier::Kind::Certificate);
  EXPECT_EQ(text_of(record->verifier.der), "der");
  EXPECT_EQ(record->key_details, "PKIX_ECDSA_P256_SHA_256");
}

TEST(RekorUpload, IsWhatOurClientSends) {
  const auto record = parse_upload(kUpload);
  ASSERT_TRUE(record.has_value());
  const auto again = parse_upload(sigstore::encode_rekor_upload(*record));
  ASSERT_TRUE(again.has_value()) << again.error().sentence();
  EXPECT_EQ(sigstore::encode_hashedrekord_v2(*again), sigstore::encode_hashedrekord_v2(*record));
}

TEST(RekorUpload, MayHaveAPublicKeyInPlaceOfACertificate) {
  const auto record = parse_upload(changed("x509Certificate", "publicKey"));
  ASSERT_TRUE(record.has_value()) << record.error().sentence();
  EXPECT_EQ(record->verifier.kind, EntryVerifier::Kind::PublicKey);
}

TEST(RekorUpload, MayNotHaveBothNorNeither) {
  expect_refused(changed(R"("keyDetails")", R"("publicKey":{"rawBytes":"ZGVy"},"keyDetails")"), "and not both");
  expect_refused(changed(R"("x509Certificate":{"rawBytes":"ZGVy"},)", ""), "must be there");
}

TEST(RekorUpload, RefusesMembersThatItDoesNotKnow) {
  expect_refused(changed(R"("keyDetails")", R"("more":1,"keyDetails")"), "more");
  expect_refused(changed("hashedRekordRequestV002", "dsseRequestV002"), "hashedRekordRequestV002");
}

TEST(RekorUpload, RefusesADigestThatHasTheLengthOfNoHash) {
  expect_refused(changed("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                 "length of no hash");
}

TEST(RekorUpload, RefusesWhatIsNoJsonAndNoBase64) {
  expect_refused("garbage", "not JSON");
  expect_refused(changed("c2ln", "!"), "content");
}

TEST(RekorUpload, TheReplyIsReadByOurClientAndWritesDefaultsOut) {
  sigstore::LogEntry entry;
  entry.log_index = 1;
  entry.log_id = Bytes(32);
  entry.kind = "hashedrekord";
  entry.version = "0.0.2";
  entry.proof = sigstore::InclusionProof{
      .log_index = 1, .tree_size = 2, .root = {}, .hashes = {sigstore::NodeHash{}}, .checkpoint = "checkpoint"};
  entry.canonicalized_body = to_bytes("body");
  const std::string reply = encode_upload_reply(entry);
  EXPECT_NE(reply.find(R"("integratedTime":"0")"), std::string::npos);
  EXPECT_NE(reply.find(R"("inclusionPromise":null)"), std::string::npos);
  const auto read = sigstore::parse_rekor_reply(reply);
  ASSERT_TRUE(read.has_value()) << read.error().sentence();
  EXPECT_EQ(read->canonicalized_body, entry.canonicalized_body);
}

}  // namespace
}  // namespace signet::sandbox
