#include "sigstore/tuf/verified_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"
#include "tests/unit/sigstore_tuf/simulated_repository.h"

namespace signet::sigstore::tuf {
namespace {

using test::expect_refusal;
using test::SimulatedRepository;

class Copy : public testing::Test {
 protected:
  Copy() {
    anchor = repository.published_root(1);
    repository.publish_root();
    repository.add_artifact("targets", "trusted_root.json", "the root");
    parts = {.url = std::string(SimulatedRepository::kUrl),
             .refreshed = parse_rfc3339(test::kToday).value(),
             .roots = {repository.published_root(2)},
             .timestamp = repository.metadata("timestamp"),
             .snapshot = repository.metadata("snapshot"),
             .targets = repository.metadata("targets"),
             .files = {{"trusted_root.json", "the root"}}};
  }
  [[nodiscard]] Result<VerifiedCopy> open() const { return open_copy(encode_copy(parts), anchor, parts.url); }

  SimulatedRepository repository;
  std::string anchor;
  CopyParts parts;
};

TEST_F(Copy, SaysWhatItHoldsAndHowOldItIs) {
  const auto copy = open();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->files.at("trusted_root.json"), "the root");
  EXPECT_EQ(copy->root.version, 2);
  EXPECT_EQ(copy->timestamp.version, 1);
  EXPECT_EQ(encode_rfc3339(copy->timestamp.expires), test::kNextYear);
  EXPECT_EQ(copy->refreshed, parts.refreshed);
}

TEST_F(Copy, ThatHasExpiredIsNotRefusedAndSaysWhenItDid) {
  repository.root.expires = "2001-01-01T00:00:00Z";
  repository.timestamp.expires = "2001-01-02T00:00:00Z";
  repository.snapshot.expires = "2001-01-03T00:00:00Z";
  repository.targets.expires = "2001-01-04T00:00:00Z";
  repository.publish_root();
  parts = {.url = parts.url,
           .refreshed = parse_rfc3339("2001-01-01T12:00:00Z").value(),
           .roots = {repository.published_root(2), repository.published_root(3)},
           .timestamp = repository.metadata("timestamp"),
           .snapshot = repository.metadata("snapshot"),
           .targets = repository.metadata("targets"),
           .files = parts.files};
  const auto copy = open();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(encode_rfc3339(copy->refreshed), "2001-01-01T12:00:00Z");
  EXPECT_EQ(encode_rfc3339(copy->root.expires), repository.root.expires);
  EXPECT_EQ(encode_rfc3339(copy->timestamp.expires), repository.timestamp.expires);
  EXPECT_EQ(encode_rfc3339(copy->snapshot.expires), repository.snapshot.expires);
  EXPECT_EQ(encode_rfc3339(copy->targets.expires), repository.targets.expires);
}

TEST_F(Copy, IsVerifiedFromTheAnchorOn) {
  const SimulatedRepository other;
  expect_refusal(open_copy(encode_copy(parts), "{}", parts.url), ErrorCode::InvalidRequest, "missing");
  parts.roots.clear();
  EXPECT_TRUE(open()) << "the anchor's own keys sign it, too";
  repository.snapshot.keys = {44};
  repository.publish_root();
  parts.roots = {repository.published_root(2), repository.published_root(3)};
  expect_refusal(open(), ErrorCode::NotVerified, "snapshot 1 is signed by 0 of the keys");
  parts.roots = {repository.published_root(3)};
  expect_refusal(open(), ErrorCode::NotVerified, "root 3 was served where version 2 belongs");
}

TEST_F(Copy, IsRefusedWhereAnyPartWasChanged) {
  const CopyParts good = parts;
  ASSERT_TRUE(open());
  const auto change = [](std::string& text, std::string_view old, std::string_view other) {
    const auto at = text.find(old);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, old.size(), other);
  };
  change(parts.timestamp, "2027", "2028");
  expect_refusal(open(), ErrorCode::NotVerified, "timestamp 1 is signed by 0 of the keys");
  parts = good;
  change(parts.snapshot, "2027", "2028");
  expect_refusal(open(), ErrorCode::NotVerified, "snapshot 1 is signed by 0 of the keys");
  parts = good;
  change(parts.targets, "2027", "2028");
  expect_refusal(open(), ErrorCode::NotVerified, "targets 1 is signed by 0 of the keys");
  parts = good;
  change(parts.roots.front(), "2027", "2028");
  expect_refusal(open(), ErrorCode::NotVerified, "root 2 is signed by 0 of the keys");
  parts = good;
  parts.files["trusted_root.json"] = "the rooT";
  expect_refusal(open(), ErrorCode::NotVerified, "target trusted_root.json is not the file that was signed");
  parts = good;
  parts.files["other.json"] = "x";
  expect_refusal(open(), ErrorCode::NotVerified, "target other.json is not among those that were signed");
}

TEST_F(Copy, IsRefusedWhereItsPartsDoNotBelongTogether) {
  repository.publish_snapshot();
  parts.timestamp = repository.metadata("timestamp");
  expect_refusal(open(), ErrorCode::NotVerified, "snapshot 1 was served where version 2 belongs");
}

TEST_F(Copy, OfAnotherRepositoryIsRefused) {
  const auto copy = open_copy(encode_copy(parts), anchor, "https://other.example.org");
  expect_refusal(copy, ErrorCode::NotVerified, "of another repository: https://tuf.example.org");
  EXPECT_EQ(copy.error().remedy, "signet trust update");
}

TEST_F(Copy, ThatIsDamagedIsRefused) {
  const std::string good = encode_copy(parts);
  for (const std::string& text : {std::string(), std::string("{}"), good.substr(0, good.size() / 2), good + "x"}) {
    const auto copy = open_copy(text, anchor, parts.url);
    ASSERT_FALSE(copy) << text.substr(0, 20);
    EXPECT_EQ(copy.error().code, ErrorCode::NotVerified);
    EXPECT_EQ(copy.error().remedy, "signet trust update");
  }
  const auto with = [&](std::string_view old, std::string_view other) {
    std::string text = good;
    text.replace(text.find(old), old.size(), other);
    return open_copy(text, anchor, parts.url);
  };
  expect_refusal(with("signet.trust-copy/1", "signet.trust-copy/9"), ErrorCode::NotVerified, "schema");
  expect_refusal(with("2026-05-01", "2026-05-99"), ErrorCode::NotVerified, "refreshed");
  expect_refusal(with("\"roots\":[\"", "\"roots\":[\"*"), ErrorCode::NotVerified, "roots");
  expect_refusal(with("\"trusted_root.json\":\"", "\"trusted_root.json\":\"*"), ErrorCode::NotVerified, "files");
}

}  // namespace
}  // namespace signet::sigstore::tuf
