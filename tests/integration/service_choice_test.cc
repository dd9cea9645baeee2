// What the signing config offers and demands, through the whole house: which logs a file and a commit go to, and how
// many of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/file.h"
#include "sigstore/bundle/bundle.h"
#include "tests/integration/wire.h"
#include "tests/support/household.h"

namespace signet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// The line of the signature's log in what a verification tells.
std::string verified_file(const Household& house) {
  house.folder().write("file", "content");
  const auto made = house.run({"signet", "sign", "file"});
  EXPECT_EQ(made.status, 0) << made.errors;
  const auto verified = house.run({"signet", "verify", "file"});
  EXPECT_EQ(verified.status, 0) << verified.errors;
  return verified.output + verified.errors;
}

std::string verified_commit(const Household& house) {
  const auto repository = house.make_repository("repository");
  const auto made = house.run({"git", "commit", "-q", "-S", "--allow-empty", "-m", "one"}, repository);
  EXPECT_EQ(made.status, 0) << made.errors;
  const auto verified = house.run({"git", "verify-commit", "HEAD"}, repository);
  EXPECT_EQ(verified.status, 0) << verified.errors;
  return verified.output + verified.errors;
}

TEST(OfferedLogs, OfBothKindsTakeFilesInTheNewerAndCommitsInTheOneThatOthersRead) {
  const Household house;
  EXPECT_THAT(verified_file(house), HasSubstr("log.sandbox.test"));
  EXPECT_THAT(verified_commit(house), HasSubstr("rekor.sandbox.test"));
}

TEST(OfferedLogs, OfRekorV1AloneTakeBothAndNeedNoTimestampAuthority) {
  const Household house({.serving = {"--rekor", "1", "--timestamp-authorities", "0"}});
  EXPECT_THAT(verified_file(house), HasSubstr("rekor.sandbox.test"));
  EXPECT_THAT(verified_commit(house), HasSubstr("rekor.sandbox.test"));
}

TEST(OfferedLogs, OfRekorV2AloneTakeBoth) {
  const Household house({.serving = {"--rekor", "2"}});
  EXPECT_THAT(verified_file(house), HasSubstr("log.sandbox.test"));
  EXPECT_THAT(verified_commit(house), HasSubstr("log.sandbox.test"));
}

TEST(OfferedLogs, OfRekorV2WithoutATimestampAuthorityAreRefusedBeforeTheTokenIsAsked) {
  Household house({.serving = {"--rekor", "2", "--timestamp-authorities", "0"}});
  house.folder().write("file", "content");
  const auto end = house.run({"signet", "sign", "file"});
  EXPECT_EQ(end.status, 2) << end.errors;
  EXPECT_THAT(end.errors, AllOf(HasSubstr("InvalidRequest"), HasSubstr("tsaUrls is empty"), HasSubstr("next: ")));
  EXPECT_EQ(house.sandbox().requests("ca"), 0);
  EXPECT_EQ(house.sandbox().requests("log"), 0);
}

class DemandedLogs : public ::testing::TestWithParam<const char*> {};

TEST_P(DemandedLogs, AllHaveAnEntryAndAllAuthoritiesATimestamp) {
  const Household house(
      {.serving = {"--rekor", GetParam(), "--logs", "2", "--timestamp-authorities", "3", "--selector", "ALL"}});
  (void)verified_file(house);
  const auto text = read_file(house.folder() / "file.sigstore.json", 1U << 20U);
  ASSERT_TRUE(text);
  const auto bundle = sigstore::parse_bundle(*text);
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->entries.size(), 2U) << "never of two versions";
  EXPECT_EQ(bundle->timestamps.size(), 3U);
}
INSTANTIATE_TEST_SUITE_P(Rekor, DemandedLogs, ::testing::Values("2,1", "1"),
                         [](const auto& info) { return std::string(info.param) == "1" ? "V1" : "Both"; });

TEST(DemandedEntries, BeyondOneAreNotBuiltYetForGit) {
  const Household one({.serving = {"--logs", "2", "--selector", "EXACT:1"}});
  (void)verified_commit(one);
  Household all({.serving = {"--logs", "2", "--selector", "ALL"}});
  const auto repository = all.make_repository("repository");
  EXPECT_NE(all.run({"git", "commit", "-q", "-S", "--allow-empty", "-m", "one"}, repository).status, 0);
  EXPECT_THAT(audit_lines(all).back(), AllOf(HasSubstr("NotBuiltYet"), HasSubstr("one of each into a git signature")));
  EXPECT_EQ(all.sandbox().requests("ca"), 0) << "nothing was begun";
}

}  // namespace
}  // namespace signet::test
