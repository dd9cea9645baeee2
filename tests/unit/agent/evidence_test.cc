// All chosen services asked at once for one signature, by the sandbox's own.
#include "agent/flow/evidence.h"

#include <utility>

#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/issued_certificate.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::agent {
namespace {

using sigstore::Draft;
using sigstore::EntryReader;
using sigstore::SignedDraft;
using sigstore::VerifiedCertificate;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kSan = "ada@example.test";
constexpr std::string_view kArtifact = "artifact";

class EvidenceOf : public test::WithSandbox {
 protected:
  explicit EvidenceOf(const sandbox::Offer& offer) : WithSandbox(offer) {}

  [[nodiscard]] sigstore::ServiceChoice services(EntryReader reader = EntryReader::Bundles) const {
    const auto config = sigstore::parse_signing_config(sandbox_->facts().signing_config());
    return sigstore::choose_services(config.value(), reader, clock_.now()).value();
  }
  VerifiedCertificate certify() {
    Bytes leaf;
    sandbox_->with([&](sandbox::Sandbox& all) {
      leaf = all.certificate_authority()
                 .issue({.key = key_.public_key(),
                         .san = {.kind = sigstore::SanKind::Email, .value = std::string(kSan)},
                         .issuer = urls_.issuer})
                 .value()
                 .leaf;
    });
    return verify_issued_certificate(sigstore::Certificate::from_der(leaf).value(), key_.public_key(), kSan,
                                     urls_.issuer, root_, clock_.now())
        .value();
  }
  [[nodiscard]] SignedDraft draft() const {
    const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(kArtifact));
    Draft unsigned_draft = Draft::for_digest(digest, key_.public_key()).value();
    return SignedDraft::check(std::move(unsigned_draft), key_.public_key(), key_.sign_digest(digest)).value();
  }
  Result<sigstore::Evidence> gather(Deadline deadline = Deadline::after(std::chrono::seconds(30))) {
    return await(gather_evidence(loop_.get_executor(), transport_, clock_, services(), draft_, by_.certificate(), root_,
                                 {}, deadline));
  }

  SystemClock clock_;
  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  VerifiedCertificate by_ = certify();
  SignedDraft draft_ = draft();
};

class EvidenceOfSeveral : public EvidenceOf {
 protected:
  EvidenceOfSeveral() : EvidenceOf({.logs = 3, .timestamp_authorities = 2, .selector = "ALL"}) {}
};

TEST_F(EvidenceOfSeveral, HasAnEntryOfEachLogAndATimestampOfEachAuthorityInTheirOrder) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  ASSERT_EQ(evidence->entries.size(), 3U);
  ASSERT_EQ(evidence->timestamps.size(), 2U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(evidence->entries[i].log_id, root_.logs[i].log_id) << i;
  const auto bundle = draft_.finish_bundle(by_, std::move(*evidence), root_);
  ASSERT_TRUE(bundle.has_value()) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.times().size(), 2U);
  EXPECT_EQ(sigstore::parse_bundle(bundle->json)->entries.size(), 3U);
}

// Who passes on what another service says is no second one, wherever its address is.
TEST_F(EvidenceOfSeveral, IsNotFinishedWhereAnAuthorityPassesOnTheTimestampOfAnother) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  ASSERT_TRUE(draft_.finish_bundle(by_, *evidence, root_));
  evidence->timestamps[1] = evidence->timestamps[0];
  test::expect_refusal(draft_.finish_bundle(by_, *evidence, root_), ErrorCode::NotVerified,
                       "2 timestamps are of 1 authority");
}

TEST_F(EvidenceOfSeveral, IsNotFinishedWhereALogPassesOnTheEntryOfAnother) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  ASSERT_TRUE(draft_.finish_bundle(by_, *evidence, root_));
  evidence->entries[2] = evidence->entries[0];
  test::expect_refusal(draft_.finish_bundle(by_, *evidence, root_), ErrorCode::NotVerified, "an entry twice");
}

TEST_F(EvidenceOfSeveral, IsNotFinishedWhereTwoLogsAreOfOneOperator) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  ASSERT_TRUE(draft_.finish_bundle(by_, *evidence, root_));
  for (std::size_t i = 0; i < 2; ++i) root_.logs[i].operated_by = "one operator";
  test::expect_refusal(draft_.finish_bundle(by_, *evidence, root_), ErrorCode::NotVerified, "in too few logs");
}

TEST_F(EvidenceOfSeveral, IsNoneWhereOneLogFailsAndTheErrorNamesIt) {
  transport_.alter([this](const std::string& url, sigstore::HttpResponse& response) {
    if (url.starts_with(urls_.log + "/2/")) response.status = 500;
  });
  const auto evidence = gather();
  test::expect_error(evidence, ErrorCode::LogUnavailable, urls_.log + "/2", "answered with status 500");
}

TEST_F(EvidenceOfSeveral, IsNoneWhereOneAuthorityFailsAndTheErrorNamesIt) {
  transport_.alter([this](const std::string& url, sigstore::HttpResponse& response) {
    if (url.starts_with(urls_.tsa_base + "/2/")) response.status = 500;
  });
  const auto evidence = gather();
  test::expect_error(evidence, ErrorCode::TimestampUnavailable, urls_.tsa_base + "/2/api/v1/timestamp",
                     "answered with status 500");
}

TEST_F(EvidenceOfSeveral, ThatFailsSaysWhatTheLogsMayHold) {
  fault(sandbox::Service::Tsa, "500");
  const auto evidence = gather();
  ASSERT_FALSE(evidence.has_value());
  EXPECT_EQ(evidence.error().code, ErrorCode::TimestampUnavailable);
  for (const char* path : {"", "/2", "/3"}) {
    EXPECT_THAT(evidence.error().what,
                testing::ContainsRegex("the log at " + urls_.log + path + " (may hold|holds) its entry"));
  }
}

// What a log answers is no proof that it stored nothing.
TEST_F(EvidenceOfSeveral, ThatFailsForALogsReplySaysThatTheLogMayHoldItsEntry) {
  const std::string second = "the log at " + urls_.log + "/2 may hold its entry all the same";
  const auto failing_with = [this](long status, std::string_view body) {
    transport_.alter([this, status, body](const std::string& url, sigstore::HttpResponse& response) {
      if (!url.starts_with(urls_.log + "/2/")) return;
      response = {.status = status, .headers = {}, .body = to_bytes(body)};
    });
    const auto evidence = gather();
    return evidence ? std::string("taken") : evidence.error().sentence();
  };
  EXPECT_THAT(failing_with(201, "garbage"), AllOf(HasSubstr("its reply is no log entry"), HasSubstr(second)));
  EXPECT_THAT(failing_with(409, ""), AllOf(HasSubstr("the entry exists, and not where"), HasSubstr(second)));
  EXPECT_THAT(failing_with(500, ""), AllOf(HasSubstr("answered with status 500"), HasSubstr(second)));
  for (const long refusal : {400, 405, 429}) {
    EXPECT_THAT(failing_with(refusal, ""),
                AllOf(HasSubstr("answered with status " + std::to_string(refusal)), testing::Not(HasSubstr(second))));
  }
}

TEST_F(EvidenceOfSeveral, IsGivenUpAtTheDeadline) {
  fault(sandbox::Service::Log, "hang");
  const auto evidence = gather(Deadline::after(std::chrono::milliseconds(300)));
  test::expect_error(evidence, ErrorCode::Deadline, urls_.log, "did not answer in time");
}

class EvidenceOfRekorV1 : public EvidenceOf {
 protected:
  EvidenceOfRekorV1() : EvidenceOf({.rekor = sandbox::RekorOffer::V1, .timestamp_authorities = 0}) {}
};

TEST_F(EvidenceOfRekorV1, IsItsEntryAlone) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  EXPECT_TRUE(evidence->timestamps.empty());
  EXPECT_EQ(requests(sandbox::Service::Tsa), 0);
  const auto bundle = draft_.finish_bundle(by_, std::move(*evidence), root_);
  ASSERT_TRUE(bundle.has_value()) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.log_name(), "rekor.sandbox.test");
  EXPECT_EQ(bundle->verified.times().size(), 1U);
}

class EvidenceOfSeveralOfRekorV1 : public EvidenceOf {
 protected:
  EvidenceOfSeveralOfRekorV1()
      : EvidenceOf({.rekor = sandbox::RekorOffer::V1,
                    .logs = 2,
                    .timestamp_authorities = 3,
                    .selector = "EXACT",
                    .count = 2}) {}
};

TEST_F(EvidenceOfSeveralOfRekorV1, HasAsManyOfEachAsDemanded) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  EXPECT_EQ(evidence->entries.size(), 2U);
  EXPECT_EQ(evidence->timestamps.size(), 2U);
  const auto bundle = draft_.finish_bundle(by_, std::move(*evidence), root_);
  ASSERT_TRUE(bundle.has_value()) << bundle.error().sentence();
  EXPECT_EQ(bundle->verified.times().size(), 4U) << "two logs' and two authorities'";
}

// The logs' own times make up for no authority.
TEST_F(EvidenceOfSeveralOfRekorV1, IsNotFinishedWhereAnAuthorityPassesOnTheTimestampOfAnother) {
  auto evidence = gather();
  ASSERT_TRUE(evidence.has_value()) << evidence.error().sentence();
  ASSERT_TRUE(draft_.finish_bundle(by_, *evidence, root_));
  evidence->timestamps[1] = evidence->timestamps[0];
  test::expect_refusal(draft_.finish_bundle(by_, *evidence, root_), ErrorCode::NotVerified,
                       "2 timestamps are of 1 authority");
}

}  // namespace
}  // namespace signet::agent
