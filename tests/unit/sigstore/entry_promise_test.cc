#include "sigstore/tlog/entry_promise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

// An entry of the public log with its SET, and the log's key.
struct Promised {
  LogEntry entry;
  PublicKey key;
};

Promised promised() {
  const test::ConformanceCase subject = test::conformance_case("happy-path-v0.3-new-mediaType");
  LogEntry entry = test::log_entries_of(subject).front();
  const TrustedRoot root = test::trusted_root_of(subject);
  const auto log = std::ranges::find(root.logs, entry.log_id, &TransparencyLog::log_id);
  return {std::move(entry), log->key};
}

TEST(EntryPromise, SignsTheBytesOfThePublishedVector) {
  const std::string signed_text = encode_entry_promise(promised().entry);
  EXPECT_EQ(signed_text.size(), 5722U);
  EXPECT_EQ(hash(HashAlgorithm::Sha256, bytes_of(signed_text)).hex(),
            "a77a67b05ef48abed4f89d052a01940e1fda0144fe6f845d353e809d19d8d35c");
  EXPECT_TRUE(signed_text.ends_with(
      R"(","integratedTime":1710869186,"logID":"c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d","logIndex":79571823})"));
}

TEST(EntryPromise, OfARealEntryIsTheLogs) {
  const auto [entry, key] = promised();
  EXPECT_TRUE(verify_entry_promise(entry, key));
}

TEST(EntryPromise, CoversBodyTimeLogAndIndex) {
  const auto [good, key] = promised();
  for (const auto& change :
       {+[](LogEntry& entry) { entry.canonicalized_body.back() ^= 1; },
        +[](LogEntry& entry) { ++entry.integrated_time; }, +[](LogEntry& entry) { entry.log_id.back() ^= 1; },
        +[](LogEntry& entry) { ++entry.log_index; }, +[](LogEntry& entry) { entry.inclusion_promise.back() ^= 1; }}) {
    LogEntry entry = good;
    change(entry);
    const auto verified = verify_entry_promise(entry, key);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().what, "the log's promise to include the entry is not signed by its key");
  }
}

TEST(EntryPromise, ThatIsNotThereIsNotVerified) {
  auto [entry, key] = promised();
  entry.inclusion_promise.clear();
  EXPECT_EQ(verify_entry_promise(entry, key).error().what, "the log entry has no inclusion promise");
}

}  // namespace
}  // namespace signet::sigstore
