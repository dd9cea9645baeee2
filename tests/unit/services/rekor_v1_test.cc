#include "sigstore/services/rekor_v1.h"

#include <tuple>
#include <vector>

#include "sandbox/software_key.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/log_check.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

class RekorV1 : public test::WithSandbox {
 protected:
  [[nodiscard]] LogProposal message(std::string_view artifact) const {
    const Digest digest = hash(HashAlgorithm::Sha256, bytes_of(artifact));
    return propose_hashedrekord({.digest = digest, .signature = key_.sign_digest(digest), .verifier = verifier()});
  }
  [[nodiscard]] LogProposal envelope(std::string_view payload) const {
    const Bytes pae = encode_pae("text/plain", bytes_of(payload));
    return propose_dsse("text/plain", bytes_of(payload), {.signature = key_.sign_message(pae), .verifier = verifier()});
  }
  Result<LogEntry> upload(const LogProposal& proposal, Deadline deadline = Deadline::after(std::chrono::seconds(20))) {
    return await(upload_proposal(transport_, urls_.log, proposal, root_, deadline));
  }
  void expect_logged(const Result<LogEntry>& entry, const LogProposal& proposal) const {
    ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
    EXPECT_EQ(text_of(entry->canonicalized_body), proposal.body);
    EXPECT_FALSE(entry->inclusion_promise.empty());
    const auto verified = verify_log_entry(*entry, root_);
    ASSERT_TRUE(verified.has_value()) << verified.error().what;
    EXPECT_EQ(verified->log_name(), "rekor.sandbox.test");
  }
  void expect_lie_refused(const std::string& lie, std::string_view part) {
    fault(sandbox::Service::Log, "lie:" + lie, 1);
    test::expect_error(upload(message(lie)), ErrorCode::LogRefused, urls_.log, part);
    const LogProposal twin = message("the twin of " + lie);
    expect_logged(upload(twin), twin);
  }
  std::uint64_t log_size() {
    std::uint64_t size = 0;
    sandbox_->with([&](sandbox::Sandbox& all) { size = all.rekor_v1_log().tiles().size(); });
    return size;
  }

  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();

 private:
  [[nodiscard]] EntryVerifier verifier() const {
    return {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(key_.public_key().spki())};
  }
};

TEST_F(RekorV1, YieldsTheVerifiedEntryOfAMessage) {
  const LogProposal proposal = message("artifact");
  const auto entry = upload(proposal);
  expect_logged(entry, proposal);
  EXPECT_EQ(entry->kind, "hashedrekord");
  EXPECT_EQ(entry->version, "0.0.1");
  EXPECT_NE(entry->log_index, entry->proof->log_index) << "one is of all shards";
}

TEST_F(RekorV1, YieldsTheVerifiedEntryOfAnEnvelope) {
  const LogProposal proposal = envelope("payload");
  const auto entry = upload(proposal);
  expect_logged(entry, proposal);
  EXPECT_EQ(entry->kind, "dsse");
}

TEST_F(RekorV1, NamesTheLogAndWhatIsWrongWithIt) {
  const std::vector<std::tuple<std::string, ErrorCode, std::string>> kRows = {
      {"refuse", ErrorCode::LogUnavailable, "no answer from 127.0.0.1"},
      {"hang", ErrorCode::Deadline, "did not answer in time"},
      {"500", ErrorCode::LogUnavailable, "answered with status 500: the sandbox was told to fail"},
      {"429", ErrorCode::LogUnavailable, "asks for 7 s of rest"},
      {"garbage", ErrorCode::LogRefused, "its reply is no log entry"},
      {"stored-but-answer-lost", ErrorCode::LogUnavailable, "no answer from 127.0.0.1"},
      {"frozen", ErrorCode::LogUnavailable, "status 405: this shard is frozen"},
  };
  const LogProposal proposal = message("artifact");
  for (const auto& [mode, code, part] : kRows) {
    fault(sandbox::Service::Log, mode);
    const auto entry = upload(proposal, test::patience_for(mode));
    ASSERT_FALSE(entry.has_value()) << mode;
    EXPECT_EQ(entry.error().code, code) << mode;
    EXPECT_THAT(entry.error().what, HasSubstr("the transparency log at " + urls_.log)) << mode;
    EXPECT_THAT(entry.error().sentence() + entry.error().remedy, HasSubstr(part)) << mode;
  }
  fault(sandbox::Service::Log, "none");
  expect_logged(upload(proposal), proposal);
}

TEST_F(RekorV1, SaysWhatToDoAboutAFrozenShard) {
  fault(sandbox::Service::Log, "frozen");
  EXPECT_THAT(upload(message("artifact")).error().remedy, HasSubstr("successor"));
}

TEST_F(RekorV1, RefusesTheEntryOfSomethingElse) { expect_lie_refused("other-body", "something else than was sent"); }
TEST_F(RekorV1, RefusesAProofThatLeadsElsewhere) { expect_lie_refused("bad-proof", "InclusionProofInvalid"); }
TEST_F(RekorV1, RefusesACheckpointWithABrokenSignature) { expect_lie_refused("bad-checkpoint", "CheckpointInvalid"); }
TEST_F(RekorV1, RefusesACheckpointWithoutSignature) { expect_lie_refused("unsigned", "CheckpointInvalid"); }
TEST_F(RekorV1, RefusesACheckpointByAnotherKey) { expect_lie_refused("other-key", "CheckpointInvalid"); }
TEST_F(RekorV1, RefusesABrokenPromise) { expect_lie_refused("bad-promise", "InclusionPromiseInvalid"); }
TEST_F(RekorV1, RefusesATimeThatTheLogDidNotPromise) { expect_lie_refused("other-time", "InclusionPromiseInvalid"); }

TEST_F(RekorV1, RefusesALogThatNobodyTrusts) {
  root_.logs.clear();
  test::expect_error(upload(message("artifact")), ErrorCode::LogRefused, urls_.log, "LogUnknown");
}

TEST_F(RekorV1, SaysWhyTheLogRefusedTheProposal) {
  LogProposal proposal = message("artifact");
  proposal.json.replace(proposal.json.find("hashedrekord"), 12, "rekord");
  test::expect_error(upload(proposal), ErrorCode::LogRefused, urls_.log, "status 400: error processing entry");
}

TEST_F(RekorV1, ReadsAnEntryThatIsThereAlready) {
  const LogProposal proposal = message("artifact");
  const auto first = upload(proposal);
  const LogProposal another = message("another");
  expect_logged(upload(another), another);
  const auto again = upload(proposal);
  expect_logged(again, proposal);
  EXPECT_EQ(again->log_index, first->log_index);
  EXPECT_EQ(again->integrated_time, first->integrated_time);
}

TEST_F(RekorV1, FindsTheEntryWhoseAnswerWasLost) {
  fault(sandbox::Service::Log, "stored-but-answer-lost", 1);
  const LogProposal proposal = message("artifact");
  expect_logged(upload(proposal), proposal);
  EXPECT_EQ(log_size(), 2U) << "stored once";
}

TEST_F(RekorV1, FollowsNoAddressOutOfAReply) {
  const LogProposal proposal = message("artifact");
  expect_logged(upload(proposal), proposal);
  std::vector<std::string> asked;
  transport_.alter([&](const std::string& url, HttpResponse& response) {
    asked.push_back(url);
    for (auto& [name, value] : response.headers) {
      if (name == "location") value = "http://127.0.0.1:1/elsewhere";
    }
  });
  expect_logged(upload(proposal), proposal);
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[1], testing::StartsWith(urls_.log + "/api/v1/log/entries/"));
}

}  // namespace
}  // namespace signet::sigstore
