// Trust that comes from the sandbox's TUF repository, from the root.json that a person is handed to a signature that is
// verified without any network; and conformance-tuf, which speaks the TUF conformance suite's protocol.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX

#include "common/file.h"
#include "tests/support/household.h"
#include "tests/support/sanitized.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t kMaxFile = std::size_t{1} << 20U;

class Trust : public ::testing::Test {
 protected:
  Trust() : house_({.verifies_by_configuration = false}) {}

  [[nodiscard]] std::string url() { return house_.sandbox().urls().tuf; }
  [[nodiscard]] std::string root() const { return (house_.trusted_root().parent_path() / "tuf/1.root.json").string(); }
  [[nodiscard]] ProcessEnd add() {
    return house_.run({"signet", "trust", "add", "box", "--url", url(), "--root", root()});
  }
  [[nodiscard]] ProcessEnd verify(const std::string& file) const {
    return house_.run({"signet", "verify", "--instance", "box", "--identity", std::string(Household::kSan), "--issuer",
                       house_.issuer(), file});
  }

  Household house_;
};

TEST_F(Trust, OfAnAddedInstanceVerifiesASignatureWithoutANetwork) {
  const auto app = house_.folder().write("app", "an application\n");
  const auto other = house_.folder().write("other", "another application\n");
  const auto signed_ = house_.run({"signet", "sign", app.string()});
  ASSERT_EQ(signed_.status, 0) << signed_.errors;
  ASSERT_EQ(add().status, 0);
  const auto updated = house_.run({"signet", "trust", "update", "box"});
  ASSERT_EQ(updated.status, 0) << updated.errors;
  EXPECT_THAT(updated.output, HasSubstr("box: root 1, expires "));
  house_.sandbox().stop(SIGTERM);

  const auto listed = house_.run({"signet", "trust", "list"});
  EXPECT_EQ(listed.status, 0) << listed.errors;
  EXPECT_THAT(listed.output, AllOf(HasSubstr("box\n"), HasSubstr(url()), HasSubstr("yes, refreshed just now")));
  const auto good = verify(app.string());
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_THAT(good.output + good.errors, HasSubstr(std::string(Household::kSan)));
  EXPECT_THAT(good.errors, Not(HasSubstr("warning")));
  ASSERT_TRUE(write_file_atomic(house_.folder() / "other.sigstore.json",
                                read_file(app.string() + ".sigstore.json", kMaxFile).value(), 0600));
  const auto bad = verify(other.string());
  EXPECT_EQ(bad.status, 1) << bad.errors;
  EXPECT_THAT(bad.output + bad.errors, HasSubstr("ArtifactMismatch"));
  house_.sandbox().start();
}

TEST_F(Trust, OfAnInstanceThatWasNeverFetchedIsMissedByName) {
  const auto app = house_.folder().write("app", "an application\n");
  ASSERT_EQ(house_.run({"signet", "sign", app.string()}).status, 0);
  ASSERT_EQ(add().status, 0);
  house_.sandbox().stop(SIGTERM);

  const auto updated = house_.run({"signet", "trust", "update", "box"});
  EXPECT_EQ(updated.status, 3);
  EXPECT_THAT(updated.errors, AllOf(HasSubstr("RepositoryUnavailable: no answer from 127.0.0.1"), HasSubstr("next: ")));
  const auto verified = verify(app.string());
  EXPECT_NE(verified.status, 0);
  EXPECT_THAT(verified.errors, HasSubstr("signet trust update box"));
  const auto listed = house_.run({"signet", "trust", "list"});
  EXPECT_THAT(listed.output, HasSubstr("offline    no: "));
  house_.sandbox().start();
}

/// The client as the suite drives it: options before the command, one folder for metadata and one for targets.
class ConformanceTuf : public ::testing::Test {
 protected:
  ConformanceTuf() { std::filesystem::create_directory(folder_ / "targets"); }

  [[nodiscard]] ProcessEnd client(std::vector<std::string> arguments,
                                  std::map<std::string, std::string> environment = {}) const {
    arguments.insert(arguments.begin(), {program("conformance-tuf"), "--metadata-dir", metadata().string()});
    return run({.arguments = std::move(arguments), .environment = std::move(environment)},
               Deadline::after(std::chrono::minutes(1)));
  }
  [[nodiscard]] ProcessEnd init() const { return client({"init", (repository() / "1.root.json").string()}); }
  [[nodiscard]] ProcessEnd download(const std::string& target) const {
    return client({"--metadata-url", sandbox_.urls().tuf + "/", "--target-name", target, "--target-dir",
                   (folder_ / "targets").string(), "--target-base-url", sandbox_.urls().tuf + "/targets/", "download"});
  }
  [[nodiscard]] std::filesystem::path repository() const { return sandbox_.folder() / "tuf"; }
  [[nodiscard]] std::filesystem::path metadata() const { return folder_ / "metadata"; }

  [[nodiscard]] static std::string content(const std::filesystem::path& file) {
    return read_file(file, kMaxFile).value_or("nothing: " + file.string());
  }

  TemporaryFolder folder_;
  SandboxProcess sandbox_;
};

TEST_F(ConformanceTuf, TakesTheRootAndAsksNobody) {
  sandbox_.stop(SIGTERM);
  const auto end = init();
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(content(metadata() / "root.json"), content(repository() / "1.root.json"));
  EXPECT_FALSE(std::filesystem::exists(metadata() / "timestamp.json"));
  sandbox_.start();
}

TEST_F(ConformanceTuf, StoresMetadataByteForByteUnderNamesWithoutVersions) {
  ASSERT_EQ(init().status, 0);
  const auto end = client({"--metadata-url", sandbox_.urls().tuf + "/", "refresh"});
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(content(metadata() / "root.json"), content(repository() / "1.root.json"));
  EXPECT_EQ(content(metadata() / "timestamp.json"), content(repository() / "timestamp.json"));
  EXPECT_EQ(content(metadata() / "snapshot.json"), content(repository() / "1.snapshot.json"));
  EXPECT_EQ(content(metadata() / "targets.json"), content(repository() / "1.targets.json"));
}

TEST_F(ConformanceTuf, DownloadsATargetUnderItsPlainName) {
  ASSERT_EQ(init().status, 0);
  const auto end = download("trusted_root.json");
  ASSERT_EQ(end.status, 0) << end.errors;
  EXPECT_EQ(content(folder_ / "targets/trusted_root.json"), content(sandbox_.trusted_root()));
}

TEST_F(ConformanceTuf, EndsWithOneWhereATargetIsMissingAndKeepsTheMetadata) {
  ASSERT_EQ(init().status, 0);
  const auto end = download("no-such-target");
  EXPECT_EQ(end.status, 1);
  EXPECT_THAT(end.errors, HasSubstr("no-such-target"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "targets/no-such-target"));
  EXPECT_EQ(content(metadata() / "targets.json"), content(repository() / "1.targets.json"));
}

// The suite runs clients under libfaketime.
TEST_F(ConformanceTuf, SeesWhatHasExpiredUnderAClockThatIsMadeToRunAhead) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer and the clock would both stand before the C library";
  ASSERT_EQ(init().status, 0);
  const std::vector<std::string> refresh{"--metadata-url", sandbox_.urls().tuf + "/", "refresh"};
  const auto later = client(
      refresh, {{"LD_PRELOAD", SIGNET_MODULE_DIR "/later_clock.so"}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}});
  EXPECT_EQ(later.status, 1);
  EXPECT_THAT(later.errors, AllOf(HasSubstr("timestamp"), HasSubstr("expired")));
  EXPECT_EQ(client(refresh).status, 0);
}

TEST_F(ConformanceTuf, EndsWithOneBeforeInitAndWithAnUnknownCommand) {
  const auto early = client({"--metadata-url", sandbox_.urls().tuf + "/", "refresh"});
  EXPECT_EQ(early.status, 1);
  EXPECT_THAT(early.errors, HasSubstr("there is no root.json"));
  const auto unknown = client({"publish"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("neither init nor refresh nor download"));
}

}  // namespace
}  // namespace signet::test
