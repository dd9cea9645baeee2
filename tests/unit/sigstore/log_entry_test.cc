#include "sigstore/tlog/log_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64.h"
#include "common/hex.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

constexpr const char* kHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

// The reply of Rekor v2 with its defaults written out, as its documentation shows it.
json::Value reply() {
  const std::string text = R"({"logIndex":"735","logId":{"keyId":"8w1amZ2S5mJIQkQmPxdMuOrL/oJkvFg9MnQXmeOCXck="},
    "kindVersion":{"kind":"hashedrekord","version":"0.0.2"},"integratedTime":"0","inclusionPromise":null,
    "inclusionProof":{"logIndex":"735","rootHash":")" +
                           std::string(kHash) + R"(","treeSize":"736","hashes":[")" + kHash +
                           R"("],"checkpoint":{"envelope":"log.test\n"}},"canonicalizedBody":"e30="})";
  return json::parse(text).value();
}

// The member at a path like "inclusionProof.treeSize", to be changed.
json::Object& parent_of(json::Value& root, std::string& path) {
  json::Object* object = root.as_object();
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.')) {
    object = object->find(path.substr(0, dot))->as_object();
    path.erase(0, dot + 1);
  }
  return *object;
}

TEST(LogEntry, ReadsTheReplyOfRekorV2) {
  const auto entry = parse_log_entry(reply(), "entry");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->log_index, 735);
  EXPECT_EQ(entry->log_id.size(), 32U);
  EXPECT_EQ(entry->kind, "hashedrekord");
  EXPECT_EQ(entry->version, "0.0.2");
  EXPECT_EQ(entry->integrated_time, 0);
  EXPECT_TRUE(entry->inclusion_promise.empty());
  ASSERT_TRUE(entry->proof);
  EXPECT_EQ(entry->proof->tree_size, 736);
  EXPECT_EQ(entry->proof->root, empty_root());
  EXPECT_EQ(entry->proof->hashes.size(), 1U);
  EXPECT_EQ(entry->proof->checkpoint, "log.test\n");
  EXPECT_EQ(text_of(entry->canonicalized_body), "{}");
}

TEST(LogEntry, IsWrittenWithoutDefaultsAndReadAgain) {
  const json::Value written = encode_log_entry(parse_log_entry(reply(), "entry").value());
  const std::string text = json::write(written);
  EXPECT_EQ(text.find("integratedTime"), std::string::npos);
  EXPECT_EQ(text.find("null"), std::string::npos);
  EXPECT_EQ(encode_log_entry(parse_log_entry(written, "entry").value()), written);
}

TEST(LogEntry, KeepsTimeAndPromiseOfRekorV1) {
  json::Value value = reply();
  value.as_object()->set("integratedTime", "1710869186");
  value.as_object()->set("inclusionPromise", json::Object{{"signedEntryTimestamp", "MEUC"}});
  const LogEntry entry = parse_log_entry(value, "entry").value();
  EXPECT_EQ(entry.integrated_time, 1710869186);
  EXPECT_EQ(encode_hex(entry.inclusion_promise), "304502");
  EXPECT_EQ(encode_log_entry(parse_log_entry(encode_log_entry(entry), "entry").value()), encode_log_entry(entry));
}

TEST(LogEntry, WritesIndexZero) {
  json::Value value = reply();
  value.as_object()->set("logIndex", nullptr);
  std::string path = "inclusionProof.logIndex";
  parent_of(value, path).set(path, nullptr);
  const std::string text = json::write(encode_log_entry(parse_log_entry(value, "entry").value()));
  EXPECT_THAT(text, HasSubstr(R"({"logIndex":"0","logId")"));
  EXPECT_THAT(text, HasSubstr(R"("inclusionProof":{"logIndex":"0")"));
}

struct BadEntry {
  const char* member;
  json::Value value;
  const char* why;
};
class LogEntryRefusal : public testing::TestWithParam<BadEntry> {};

TEST_P(LogEntryRefusal, NamesTheMember) {
  json::Value value = reply();
  std::string path = GetParam().member;
  parent_of(value, path).set(path, GetParam().value);
  const auto entry = parse_log_entry(value, "entry");
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(entry.error().what, HasSubstr("\"" + path + "\""));
  EXPECT_THAT(entry.error().what, HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    LogEntry, LogEntryRefusal,
    testing::Values(BadEntry{"logIndex", "-1", "negative"}, BadEntry{"logIndex", "9223372036854775808", "64-bit"},
                    BadEntry{"logIndex", "0735", "64-bit"}, BadEntry{"logIndex", 1.5, "64-bit"},
                    BadEntry{"logId", nullptr, "missing"}, BadEntry{"logId.keyId", "AAAA", "32 bytes"},
                    BadEntry{"kindVersion", nullptr, "missing"}, BadEntry{"kindVersion.kind", nullptr, "missing"},
                    BadEntry{"integratedTime", "-1", "negative"}, BadEntry{"canonicalizedBody", nullptr, "missing"},
                    BadEntry{"canonicalizedBody", "", "empty"}, BadEntry{"canonicalizedBody", "e30", "base64"},
                    BadEntry{"inclusionProof.treeSize", "735", "does not hold"},
                    BadEntry{"inclusionProof.treeSize", nullptr, "missing"},
                    BadEntry{"inclusionProof.logIndex", "-1", "negative"},
                    BadEntry{"inclusionProof.rootHash", "AAAA", "32 bytes"},
                    BadEntry{"inclusionProof.hashes", json::Array{"AAAA"}, "32 bytes"},
                    BadEntry{"inclusionProof.hashes", json::Array{1}, "strings"},
                    BadEntry{"inclusionProof.hashes", json::Array(64, json::Value(kHash)), "63"},
                    BadEntry{"inclusionProof.more", "x", "not known"},
                    BadEntry{"inclusionProof.checkpoint.more", "x", "not known"}, BadEntry{"more", 1, "not known"},
                    BadEntry{"logId.more", 1, "not known"}, BadEntry{"kindVersion.more", 1, "not known"}));

}  // namespace
}  // namespace signet::sigstore
