#include "sandbox/tuf_repository.h"

#include <gtest/gtest.h>

#include <chrono>

#include "common/file.h"
#include "sigstore/tuf/instance_store.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {
namespace {

namespace tuf = sigstore::tuf;
using namespace std::chrono_literals;

class SandboxTuf : public testing::Test {
 protected:
  [[nodiscard]] Result<void> publish() const { return publish_tuf_repository(folder_ / "tuf", content_, now_); }

  // A client that reads the files where they lie.
  [[nodiscard]] Result<tuf::VerifiedCopy> update() const {
    const auto root = read_file(folder_ / "tuf" / "1.root.json", 1 << 20);
    if (!root) return fail(root.error());
    const tuf::Anchor anchor{.url = "https://tuf", .root = *root};
    const auto fetch = [this](const std::string& url, std::size_t limit) -> Result<std::optional<std::string>> {
      auto text = read_file(folder_ / "tuf" / url.substr(12), limit);
      if (!text) return std::nullopt;
      return std::move(*text);
    };
    return tuf::update_store(tuf::store_folder(folder_ / "cache", anchor), anchor, fetch, now_, Deadline::after(60s));
  }

  const test::TemporaryFolder folder_;
  WallTime now_ = parse_rfc3339("2026-05-01T00:00:00Z").value();
  TufContent content_{.key = SoftwareKey::generate(),
                      .created = now_,
                      .targets = {{"trusted_root.json", "one"}, {"signing_config.v0.2.json", "two"}}};
};

TEST_F(SandboxTuf, IsOneThatAClientBelieves) {
  ASSERT_TRUE(publish());
  const auto copy = update();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->files.find("trusted_root.json")->second, "one");
  EXPECT_EQ(copy->timestamp.version, 1);
}

TEST_F(SandboxTuf, StaysAsItIsWhereNothingChanges) {
  ASSERT_TRUE(publish());
  const auto before = read_file(folder_ / "tuf" / "timestamp.json", 1 << 20);
  now_ += std::chrono::days(10);
  ASSERT_TRUE(publish());
  EXPECT_EQ(read_file(folder_ / "tuf" / "timestamp.json", 1 << 20), before);
}

TEST_F(SandboxTuf, IsSignedAnewBeforeItExpires) {
  ASSERT_TRUE(publish());
  now_ += std::chrono::days(16);
  ASSERT_TRUE(publish());
  const auto copy = update();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->timestamp.version, 2);
  EXPECT_EQ(copy->snapshot.version, 1);
  now_ += std::chrono::days(100);
  EXPECT_FALSE(update());
  ASSERT_TRUE(publish());
  EXPECT_TRUE(update());
}

TEST_F(SandboxTuf, HasANewVersionOfATargetThatChanged) {
  ASSERT_TRUE(publish());
  ASSERT_TRUE(update());
  content_.targets["trusted_root.json"] = "three";
  ASSERT_TRUE(publish());
  const auto copy = update();
  ASSERT_TRUE(copy) << copy.error().sentence();
  EXPECT_EQ(copy->files.find("trusted_root.json")->second, "three");
  EXPECT_EQ(copy->targets.version, 2);
  EXPECT_EQ(copy->snapshot.version, 2);
  EXPECT_EQ(copy->timestamp.version, 2);
}

TEST_F(SandboxTuf, DoesNotGoOnWithWhatItDoesNotUnderstand) {
  ASSERT_TRUE(publish());
  ASSERT_TRUE(write_file_atomic(folder_ / "tuf" / "timestamp.json", "{}", 0644));
  const auto done = publish();
  test::expect_refusal(done, ErrorCode::InvalidRequest, "missing");
  EXPECT_EQ(done.error().remedy, "remove " + (folder_ / "tuf").string() + " to begin with a new repository");
}

}  // namespace
}  // namespace signet::sandbox
