#include "sigstore/services/rekor_reply.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "sandbox/rekor_upload.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

HashedRekord record_of(EntryVerifier::Kind kind) {
  const auto key = sandbox::SoftwareKey::generate();
  const Digest digest = Digest::from_sha256(sha256(bytes_of("artifact")));
  return {.digest = digest,
          .signature = key.sign_digest(digest),
          .verifier = {.kind = kind, .der = to_bytes(key.public_key().spki())},
          .key_details = "PKIX_ECDSA_P256_SHA_256"};
}

// The reply of rekor-tiles 2.3.0, with the members that it writes out and that bundles leave away.
std::string reply(std::string_view more = "") {
  const std::string hash = encode_base64(Bytes(32));
  return R"({"logIndex":"735","logId":{"keyId":")" + hash +
         R"("},"kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"integratedTime":"0","inclusionPromise":null,)" +
         R"("inclusionProof":{"logIndex":"735","rootHash":")" + hash + R"(","treeSize":"736","hashes":[")" + hash +
         R"("],"checkpoint":{"envelope":"log.test\n736\n"}},"canonicalizedBody":"e30=")" + std::string(more) + "}";
}

TEST(RekorReply, UploadIsReadByALogAsItWasMeant) {
  for (const auto kind : {EntryVerifier::Kind::Certificate, EntryVerifier::Kind::PublicKey}) {
    const HashedRekord record = record_of(kind);
    const auto read = sandbox::parse_upload(encode_rekor_upload(record));
    ASSERT_TRUE(read.has_value()) << read.error().sentence();
    EXPECT_EQ(encode_hashedrekord_v2(*read), encode_hashedrekord_v2(record));
  }
}

TEST(RekorReply, ReadsTheEntry) {
  const auto entry = parse_rekor_reply(reply());
  ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, 735);
  EXPECT_EQ(entry->kind, "hashedrekord");
  ASSERT_TRUE(entry->proof.has_value());
  EXPECT_EQ(entry->proof->tree_size, 736);
  EXPECT_EQ(text_of(entry->canonicalized_body), "{}");
}

TEST(RekorReply, DropsATimeAndAPromiseThatNobodyChecks) {
  std::string text = reply();
  text.replace(text.find(R"("0")"), 3, R"("1700000000")");
  text.replace(text.find("null"), 4, R"({"signedEntryTimestamp":"AAAA"})");
  const auto entry = parse_rekor_reply(text);
  ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
  EXPECT_EQ(entry->integrated_time, 0);
  EXPECT_TRUE(entry->inclusion_promise.empty());
}

TEST(RekorReply, RefusesWhatIsNoEntry) {
  for (const std::string& text : {std::string(), std::string("{}"), std::string("[]"), std::string("{\"logIndex\":"),
                                  reply(R"(,"surprise":1)"), reply(R"(,"logIndex":"736")")}) {
    const auto entry = parse_rekor_reply(text);
    ASSERT_FALSE(entry.has_value()) << text;
    EXPECT_EQ(entry.error().code, ErrorCode::InvalidRequest);
  }
}

TEST(RekorReply, ReadsTheIndexOfAnEntryThatExists) {
  EXPECT_EQ(parse_log_index("0").value(), 0U);
  EXPECT_EQ(parse_log_index("9223372036854775807").value(), 9223372036854775807U);
}

TEST(RekorReply, RefusesAnIndexThatIsNone) {
  for (const char* text : {"", "-0", "-1", "+1", "01", "1 ", " 1", "1a", "0x1", "9223372036854775808"}) {
    EXPECT_FALSE(parse_log_index(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace signet::sigstore
