#include "sigstore/services/rekor.h"

#include <tuple>
#include <vector>

#include "tests/unit/services/with_log.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

using Rekor = test::WithLog;

TEST_F(Rekor, YieldsTheVerifiedEntry) {
  const auto entry = upload();
  expect_verified(entry);
  EXPECT_EQ(entry->log_index, 1) << "the sandbox begins with one entry";
}

TEST_F(Rekor, NamesTheLogAndWhatIsWrongWithIt) {
  const std::vector<std::tuple<std::string, ErrorCode, std::string>> kRows = {
      {"refuse", ErrorCode::LogUnavailable, "no answer from 127.0.0.1"},
      {"hang", ErrorCode::Deadline, "did not answer in time"},
      {"500", ErrorCode::LogUnavailable, "answered with status 500: the sandbox was told to fail"},
      {"garbage", ErrorCode::LogRefused, "its reply is no log entry"},
      {"stored-but-answer-lost", ErrorCode::LogUnavailable, "no answer from 127.0.0.1"},
      {"frozen", ErrorCode::LogUnavailable, "status 405: This log has been frozen"},
  };
  for (const auto& [mode, code, part] : kRows) {
    fault(sandbox::Service::Log, mode);
    const auto entry = upload(test::patience_for(mode));
    test::expect_error(entry, code, urls_.log, part);
    EXPECT_THAT(entry.error().what, HasSubstr("the transparency log"));
  }
  fault(sandbox::Service::Log, "none");
  expect_verified(upload());
}

TEST_F(Rekor, SaysWhatToDoAboutAFrozenLog) {
  fault(sandbox::Service::Log, "frozen");
  EXPECT_THAT(upload().error().remedy, HasSubstr("successor"));
}

TEST_F(Rekor, RefusesTheEntryOfSomethingElse) { expect_lie_refused("other-body", "something else than was sent"); }
TEST_F(Rekor, RefusesAProofThatLeadsElsewhere) { expect_lie_refused("bad-proof", "InclusionProofInvalid"); }
TEST_F(Rekor, RefusesACheckpointWithABrokenSignature) { expect_lie_refused("bad-checkpoint", "CheckpointInvalid"); }
TEST_F(Rekor, RefusesACheckpointByAnotherKey) { expect_lie_refused("other-key", "CheckpointInvalid"); }

TEST_F(Rekor, RefusesALogThatNobodyTrusts) {
  root_.logs.clear();
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "LogUnknown");
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "not a checkpoint of a log of the trusted root");
}

TEST_F(Rekor, SaysWhyTheLogRefusedTheRecord) {
  record_.signature = key_.sign_message(bytes_of("something else"));
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "status 400: invalid hashedrekord request");
}

TEST_F(Rekor, FindsTheEntryWhoseAnswerWasLost) {
  fault(sandbox::Service::Log, "stored-but-answer-lost", 1);
  const auto entry = upload();
  expect_verified(entry);
  EXPECT_EQ(log_size(), 2) << "stored once";
}

TEST_F(Rekor, ProvesAnEntryThatIsThereAlready) {
  const auto first = upload();
  expect_verified(first);
  for (const int more : {0, 1, 5, 250, 300}) {
    grow(more);
    const auto again = upload();
    expect_verified(again);
    EXPECT_EQ(again->log_index, first->log_index);
    EXPECT_EQ(again->proof->tree_size, log_size());
  }
}

TEST_F(Rekor, ProvesAnEntryFarInside) {
  grow(700);
  const auto first = upload();
  grow(30);
  const auto again = upload();
  expect_verified(again);
  EXPECT_EQ(again->log_index, 701);
}

}  // namespace
}  // namespace signet::sigstore
