#include "sandbox/rekor_v1_log.h"

#include "sigstore/tlog/entry_promise.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

class RekorV1Logs : public OpenedSandbox {
 protected:
  RekorV1Log& log() { return sandbox_->rekor_v1_log(); }
};

TEST_F(RekorV1Logs, KeepTheTimeOfAnEntryOverARestart) {
  const Bytes body = to_bytes("body");
  const auto entry = log().append(body);
  ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
  EXPECT_EQ(entry->integrated_time, unix_seconds(clock_.now()));
  clock_.set(clock_.now() + std::chrono::hours(1));
  reopen();
  const auto index = log().find(sigstore::hash_leaf(body));
  ASSERT_TRUE(index.has_value());
  const auto again = log().entry(*index);
  ASSERT_TRUE(again.has_value()) << again.error().sentence();
  EXPECT_EQ(again->integrated_time, entry->integrated_time);
  EXPECT_TRUE(sigstore::verify_entry_promise(*again, log().key().public_key()).has_value());
  EXPECT_EQ(log().append(to_bytes("later"))->integrated_time, unix_seconds(clock_.now()));
}

TEST_F(RekorV1Logs, HaveTheOriginOfARekorShard) {
  EXPECT_EQ(log().tiles().origin(), "rekor.sandbox.test - " + log().tree_id());
  const std::string tree = log().tree_id();
  reopen();
  EXPECT_EQ(log().tree_id(), tree);
}

TEST_F(RekorV1Logs, HaveNoEntryBeyondTheirEnd) {
  test::expect_refusal(log().entry(7), ErrorCode::InvalidRequest, "");
  EXPECT_FALSE(log().find(sigstore::hash_leaf(to_bytes("nobody's"))).has_value());
}

}  // namespace
}  // namespace signet::sandbox
