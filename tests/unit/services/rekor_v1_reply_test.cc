#include "sigstore/services/rekor_v1_reply.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "tests/support/expect_refusal.h"

namespace signet::sigstore {
namespace {

// The shape of rekor's LogEntry (openapi.yaml); the body is {"apiVersion":"0.0.1","kind":"hashedrekord"}.
std::string reply() {
  const std::string hash(64, 'a');
  return R"({"108e9186e8c5677a)" + hash +
         R"(":{"attestation":{},"body":"eyJhcGlWZXJzaW9uIjoiMC4wLjEiLCJraW5kIjoiaGFzaGVkcmVrb3JkIn0=",)" +
         R"("integratedTime":1710869186,"logID":")" + hash +
         R"(","logIndex":79571823,"verification":{"inclusionProof":)" +
         R"({"checkpoint":"log.test - 1\n2\n","hashes":[")" + hash + R"("],"logIndex":1,"rootHash":")" + hash +
         R"(","treeSize":2},"signedEntryTimestamp":"c2V0"}}})";
}

std::string changed(std::string_view from, std::string_view to) {
  std::string text = reply();
  return text.replace(text.find(from), from.size(), to);
}

void expect_refused(const std::string& json, std::string_view why) {
  test::expect_refusal(parse_rekor_v1_reply(json), ErrorCode::InvalidRequest, why);
}

TEST(RekorV1Reply, IsReadWhole) {
  const auto entry = parse_rekor_v1_reply(reply());
  ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
  EXPECT_EQ(entry->log_index, 79571823) << "of all shards";
  EXPECT_EQ(entry->proof->log_index, 1) << "of this one";
  EXPECT_EQ(entry->proof->tree_size, 2);
  EXPECT_EQ(entry->integrated_time, 1710869186);
  EXPECT_EQ(encode_hex(entry->log_id), std::string(64, 'a'));
  EXPECT_EQ(encode_hex(entry->proof->hashes.at(0)), std::string(64, 'a'));
  EXPECT_EQ(text_of(entry->inclusion_promise), "set");
  EXPECT_EQ(entry->kind, "hashedrekord");
  EXPECT_EQ(entry->version, "0.0.1");
}

TEST(RekorV1Reply, HasExactlyOneEntry) {
  expect_refused("{}", "not an object with one entry");
  expect_refused("[]", "not an object with one entry");
  expect_refused(R"({"a":{},"b":{}})", "not an object with one entry");
}

TEST(RekorV1Reply, HasAPromiseAndAProof) {
  expect_refused(changed(R"("signedEntryTimestamp":"c2V0")", R"("signedEntryTimestamp":"")"), "signedEntryTimestamp");
  expect_refused(changed(R"("inclusionProof")", R"("other")"), "inclusionProof");
  expect_refused(changed(R"("treeSize":2)", R"("treeSize":1)"), "does not hold the index");
  expect_refused(changed(R"("logIndex":1,)", R"("logIndex":-1,)"), "does not hold the index");
}

TEST(RekorV1Reply, HasHashesInHexAndNumbersThatAreNumbers) {
  expect_refused(changed(R"(["aaaa)", R"(["aa)"), "hashes");
  expect_refused(changed(R"("rootHash":"aa)", R"("rootHash":"zz)"), "rootHash");
  expect_refused(changed(R"("logIndex":79571823)", R"("logIndex":"79571823")"), "logIndex");
  expect_refused(changed(R"("integratedTime":1710869186)", R"("integratedTime":0)"), "integratedTime");
}

TEST(RekorV1Reply, HasABodyThatSaysWhatItIs) { expect_refused(changed("eyJhcGl", "WyJhcGl"), ""); }

}  // namespace
}  // namespace signet::sigstore
