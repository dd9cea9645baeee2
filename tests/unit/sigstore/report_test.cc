#include "sigstore/verify/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace signet::sigstore {
namespace {

using testing::ElementsAre;

std::vector<std::string> lines_of(const std::vector<Check>& checks) {
  std::vector<std::string> lines;
  for (const Check& check : checks) {
    lines.push_back(std::string(check_text(check.name)) + ": " + std::string(outcome_text(check.outcome)));
  }
  return lines;
}

// All checks that stand behind `name` are of that outcome.
void expect_behind(const std::vector<Check>& checks, CheckName name, Outcome outcome) {
  for (const Check& check : checks) {
    if (check.name > name) {
      EXPECT_EQ(check.outcome, outcome) << check_text(check.name);
    }
  }
}

TEST(Findings, PutWhatHadNothingToLookAtInItsPlace) {
  Findings findings;
  findings.pass(CheckName::Bundle, "v0.3");
  findings.pass(CheckName::KeyMaterial, "a certificate");
  findings.pass(CheckName::Log, "log");
  const auto lines = lines_of(std::move(findings).finish());
  EXPECT_EQ(lines.size(), kCheckCount);
  EXPECT_EQ(lines[2], "log: passed");
  EXPECT_EQ(lines[3], "inclusion promise: not asked for");
  EXPECT_EQ(lines.back(), "artifact: not asked for");
}

TEST(Findings, TellWhatARefusalKeptFromBeingReached) {
  Findings findings;
  findings.pass(CheckName::Bundle, "v0.3");
  const auto refused = findings.refuse(
      CheckName::LogCount, {.code = RefusalCode::LogEntryMissing, .what = "too few", .expected = "1", .found = "0"});
  EXPECT_EQ(refused.error().code, RefusalCode::LogEntryMissing);
  const auto checks = std::move(findings).finish();
  EXPECT_EQ(checks.size(), kCheckCount);
  const auto& refusal = checks.at(static_cast<std::size_t>(CheckName::LogCount));
  EXPECT_EQ(refusal.outcome, Outcome::Refused);
  EXPECT_EQ(refusal.detail, "too few; expected 1; found 0");
  EXPECT_EQ(checks.at(static_cast<std::size_t>(CheckName::Checkpoint)).outcome, Outcome::NotAskedFor);
  expect_behind(checks, CheckName::LogCount, Outcome::NotReached);
}

TEST(Findings, KeepTheChecksOfEachEntryTogether) {
  Findings findings;
  for (const char* entry : {"one", "two"}) {
    findings.pass(CheckName::Log, entry);
    findings.pass(CheckName::LogRecord, entry);
  }
  auto checks = std::move(findings).finish();
  std::vector<std::string> entries;
  for (const Check& check : checks) {
    if (check.outcome == Outcome::Passed) entries.push_back(check.detail);
  }
  EXPECT_THAT(entries, ElementsAre("one", "one", "two", "two"));
}

TEST(Findings, OfAGitSignatureHaveItsContentBehindTheKeyMaterial) {
  Findings findings(git_order());
  for (const auto name : {CheckName::Bundle, CheckName::KeyMaterial, CheckName::Signature}) findings.pass(name, "");
  const auto refused = findings.refuse(CheckName::Artifact, {.code = RefusalCode::GitObjectMismatch, .what = "other"});
  EXPECT_EQ(refused.error().code, RefusalCode::GitObjectMismatch);
  const auto lines = lines_of(std::move(findings).finish());
  ASSERT_EQ(lines.size(), kCheckCount);
  EXPECT_EQ(lines[2], "signature: passed");
  EXPECT_EQ(lines[3], "artifact: refused");
  EXPECT_EQ(lines[4], "log: not reached");
  EXPECT_EQ(lines.back(), "algorithm: not reached");
}

TEST(Checks, AreEachOnceInEitherOrder) {
  for (const CheckOrder* order : {&bundle_order(), &git_order()}) {
    for (std::size_t i = 0; i < kCheckCount; ++i) {
      EXPECT_EQ(std::ranges::count(*order, static_cast<CheckName>(i)), 1) << i;
    }
  }
}

TEST(Checks, HaveStepsThatNeverGoBack) {
  int step = 0;
  for (std::size_t i = 0; i < kCheckCount; ++i) {
    const auto name = static_cast<CheckName>(i);
    EXPECT_GE(check_step(name), step) << check_text(name);
    step = check_step(name);
  }
}

}  // namespace
}  // namespace signet::sigstore
