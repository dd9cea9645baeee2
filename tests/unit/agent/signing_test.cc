// The flow as a whole: a line before anything is asked for, a line before anything is handed out, and nothing without.
#include "agent/flow/signing.h"

#include "sigstore/bundle/bundle.h"
#include "sigstore/git/cms.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/process.h"
#include "tests/unit/agent/agent_parts.h"
#include "tests/unit/agent/full_disk.h"
#include "tests/unit/agent/owner.h"

namespace signet::agent {
namespace {

using namespace std::chrono_literals;
using protocol::ItemResult;
using protocol::Output;
using protocol::ProgressKind;
using test::expect_refusal;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SigningTest : public AgentParts {
 protected:
  Result<ItemResult> sign(Item item, Output output, Report report = {}) {
    const std::vector<Item> items = {item};
    const SigningOrder order{.approval = approval(items, output), .output = output, .deadline = Deadline::after(60s)};
    return await(flow_->sign(order, std::move(item), 4, std::move(report)));
  }
  std::vector<std::string> events() const {
    std::vector<std::string> all;
    for (const std::string& line : lines()) {
      for (const char* event : {"intent", "outcome"}) {
        for (const char* operation : {"sign", "certificate"}) {
          const auto has = [&line](const std::string& part) { return line.find(part) != std::string::npos; };
          if (has(std::string("\"event\":\"") + event) && has(std::string("\"operation\":\"") + operation)) {
            all.push_back(std::string(event) + " " + operation);
          }
        }
      }
    }
    return all;
  }
  void expect_nothing_left(const Result<ItemResult>& result, ErrorCode code, std::string_view reason) {
    expect_refusal(result, code, reason);
    EXPECT_EQ(flow_->handed_out(), 0);
  }
};

TEST_F(SigningTest, HandsOutABundleThatWasVerified) {
  const auto made = sign(digest_item(), Output::Bundle);
  ASSERT_TRUE(made) << made.error().sentence();
  ASSERT_TRUE(made->bundle);
  EXPECT_TRUE(sigstore::parse_bundle(*made->bundle));
  EXPECT_FALSE(made->cms || made->raw || made->failure);
  EXPECT_EQ(made->index, 4);
  EXPECT_EQ(made->identity, "maintainer");
  EXPECT_EQ(made->san, kSan);
  EXPECT_EQ(made->issuer, identity().issuer);
  EXPECT_EQ(made->key, encode_digest(*identity().public_key));
  EXPECT_EQ(made->token, "desk");
  EXPECT_EQ(made->log, "log.sandbox.test");
  EXPECT_GE(made->log_index.value_or(-1), 0);
  EXPECT_EQ(flow_->handed_out(), 1);
}

TEST_F(SigningTest, HandsOutABundleForAStatementAndCmsForGit) {
  const auto statement = sign(statement_item(2), Output::Bundle);
  ASSERT_TRUE(statement) << statement.error().sentence();
  EXPECT_THAT(statement->bundle.value_or(""), HasSubstr("dsseEnvelope"));
  const auto commit = sign(commit_item(std::string(kSan)), Output::Cms);
  ASSERT_TRUE(commit) << commit.error().sentence();
  EXPECT_THAT(commit->cms.value_or(""), HasSubstr("-----BEGIN SIGNED MESSAGE-----"));
  EXPECT_FALSE(commit->bundle || commit->raw);
  EXPECT_EQ(certificates_issued(), 1);
}

TEST_F(SigningTest, HandsOutABareSignatureThatWasCheckedWithoutAskingAnyService) {
  transport_.hold();
  const auto made = sign(digest_item(), Output::Raw);
  ASSERT_TRUE(made) << made.error().sentence();
  const auto key = await((*tokens_->find("desk"))->find_key(identity(), Deadline::after(30s)));
  EXPECT_TRUE(key->public_key().verify_digest(*parse_digest(kDigest), made->raw.value_or(Bytes{})));
  EXPECT_FALSE(made->bundle || made->cms || made->log || made->san);
  EXPECT_EQ(transport_.waiting(), 0);
}

TEST_F(SigningTest, WritesIntentAndOutcomeOfSignatureAndCertificate) {
  ASSERT_TRUE(sign(digest_item(), Output::Bundle));
  EXPECT_THAT(events(), ElementsAre("intent sign", "intent certificate", "outcome certificate", "outcome sign"));
  EXPECT_THAT(lines().back(), AllOf(HasSubstr(R"("item":4)"), HasSubstr(R"("log":"log.sandbox.test","log_index":)")));
}

TEST_F(SigningTest, TellsWhatItDoes) {
  std::vector<ProgressKind> kinds;
  Report report([&kinds](protocol::Progress news) -> Awaitable<void> {
    kinds.push_back(news.kind);
    co_return;
  });
  ASSERT_TRUE(sign(digest_item(), Output::Bundle, std::move(report)));
  EXPECT_THAT(kinds, ElementsAre(ProgressKind::Certificate, ProgressKind::Signing, ProgressKind::Timestamp,
                                 ProgressKind::Log, ProgressKind::Logged));
}

TEST_F(SigningTest, AsksNobodyWhereTheIntentCannotBeWritten) {
  transport_.hold();
  const test::FullDisk full(1);
  expect_nothing_left(sign(digest_item(), Output::Raw), ErrorCode::AuditUnavailable, "cannot be written");
  EXPECT_THAT(events(), testing::IsEmpty());
}

TEST_F(SigningTest, HandsOutNothingWhereTheOutcomeCannotBeWritten) {
  std::optional<test::FullDisk> full;
  const std::string authority = sandbox_->facts().endpoints().tsa;
  transport_.on_request([&](const std::string& url) {
    if (url == authority) full.emplace(std::size_t{10});
  });
  const auto made = sign(digest_item(), Output::Bundle);
  full.reset();
  expect_nothing_left(made, ErrorCode::AuditUnavailable, "cannot be written");
  EXPECT_EQ(timestamps_granted(), 1) << "it was signed, and nobody got it";
}

TEST_F(SigningTest, SignsNothingWithAnotherKeyInThePlaceOfThePinnedOne) {
  identity().public_key = parse_digest(kDigest).value();
  expect_nothing_left(sign(digest_item(), Output::Bundle), ErrorCode::KeyNotFound, "another key stands in its place");
  EXPECT_THAT(events(), ElementsAre("intent sign", "outcome sign"));
  EXPECT_THAT(lines().back(), HasSubstr(R"("error":"KeyNotFound")"));
}

TEST_F(SigningTest, MissesTheKeyThatWasTakenAway) {
  ASSERT_TRUE(sign(digest_item(), Output::Raw));
  const std::vector<std::string> delete_key = {"pkcs11-tool",
                                               "--module",
                                               std::string(test::kSoftHsmModule),
                                               "--token-label",
                                               token_.label(),
                                               "--login",
                                               "--pin",
                                               token_.pin(),
                                               "--delete-object",
                                               "--type",
                                               "privkey",
                                               "--id",
                                               "01"};
  ASSERT_EQ(test::run({.arguments = delete_key, .environment = token_.environment()}, Deadline::after(60s)).status, 0);
  const auto missed = sign(digest_item(), Output::Raw);
  expect_refusal(missed, ErrorCode::KeyNotFound, "");
}

TEST_F(SigningTest, SignsNothingWithAKeyThatVerifiersRefuse) {
  token_.make_key("rsa:2048", "02", "old");
  identity().key = config::parse_key_uri("pkcs11:id=%02").value();
  const auto keys = await((*tokens_->find("desk"))->keys(Deadline::after(30s)));
  ASSERT_TRUE(keys);
  for (const auto& key : *keys) {
    if (key.id == "02") identity().public_key = parse_digest(fingerprint_of(key.public_key)).value();
  }
  expect_nothing_left(sign(digest_item(), Output::Bundle), ErrorCode::KeyUnsuitable, "a key of kind rsa2048 signs no");
}

TEST_F(SigningTest, NeedsAnInstanceWhoseFilesNobodyElseMayWrite) {
  const auto config = folder_ / "sandbox/signing_config.v0.2.json";
  std::filesystem::permissions(config, std::filesystem::perms::group_write, std::filesystem::perm_options::add);
  expect_nothing_left(sign(digest_item(), Output::Bundle), ErrorCode::InvalidRequest,
                      "may be written by group or others");
  std::filesystem::permissions(config, std::filesystem::perms::group_write, std::filesystem::perm_options::remove);
  EXPECT_TRUE(sign(digest_item(), Output::Bundle));
}

}  // namespace
}  // namespace signet::agent
