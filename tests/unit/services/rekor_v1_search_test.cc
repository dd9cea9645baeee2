#include "sigstore/services/rekor_v1_search.h"

#include <vector>

#include "common/hex.h"
#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/log_search.h"
#include "sigstore/services/rekor_v1.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::sigstore {
namespace {

using testing::HasSubstr;

Deadline soon() { return Deadline::after(std::chrono::seconds(20)); }

class RekorV1Search : public test::WithSandbox {
 protected:
  /// A key and its certificate.
  struct Signer {
    sandbox::SoftwareKey key = sandbox::SoftwareKey::generate();
    Bytes certificate{};
  };
  Signer make_signer() {
    Signer signer;
    sandbox_->with([&](sandbox::Sandbox& all) {
      signer.certificate = all.certificate_authority()
                               .issue({.key = signer.key.public_key(),
                                       .san = {.kind = SanKind::Email, .value = "ada@example.test"},
                                       .issuer = urls_.issuer})
                               .value()
                               .leaf;
    });
    return signer;
  }
  static Digest digest_of(std::string_view artifact) { return hash(HashAlgorithm::Sha256, bytes_of(artifact)); }
  LogEntry log(const Signer& signer, std::string_view artifact) {
    const EntryVerifier verifier{.kind = EntryVerifier::Kind::Certificate, .der = signer.certificate};
    const Digest digest = digest_of(artifact);
    return await(upload_proposal(
                     transport_, urls_.log,
                     propose_hashedrekord(
                         {.digest = digest, .signature = signer.key.sign_digest(digest), .verifier = verifier}),
                     root_, soon()))
        .value();
  }
  auto find(const Signer& signer, std::string_view artifact) {
    return await(find_entry(transport_, urls_.log, signer.certificate, digest_of(artifact), soon()));
  }

  Signer ada_ = make_signer();
  Signer bob_ = make_signer();
};

TEST_F(RekorV1Search, FindsTheEntryOfADigestAndACertificate) {
  log(ada_, "one");
  const LogEntry two = log(ada_, "two");
  log(bob_, "two");
  const auto found = find(ada_, "two");
  ASSERT_TRUE(found && *found) << found.error().sentence();
  EXPECT_EQ((*found)->log_index, two.log_index);
  EXPECT_TRUE(verify_log_entry(**found, root_));
  const auto alone = search_log(urls_.log, ada_.certificate, digest_of("two"), soon());
  ASSERT_TRUE(alone && *alone);
  EXPECT_EQ((*alone)->canonicalized_body, (*found)->canonicalized_body);
}

TEST_F(RekorV1Search, FindsNothingOfAnotherDigestOrCertificate) {
  log(ada_, "one");
  log(bob_, "two");
  for (const auto& found : {find(ada_, "two"), find(bob_, "one")}) {
    ASSERT_TRUE(found) << found.error().sentence();
    EXPECT_FALSE(*found);
  }
  EXPECT_TRUE(find(ada_, "one").value());
}

// Old servers know no "and": they find what fits one of both.
TEST_F(RekorV1Search, TakesTheRightOneOfThoseThatAnIndexFinds) {
  const LogEntry by_another = log(bob_, "one");
  const LogEntry of_another = log(ada_, "two");
  const LogEntry right = log(ada_, "one");
  std::string uuids;
  for (const LogEntry& entry : {by_another, of_another, right}) {
    uuids += (uuids.empty() ? "[\"" : ",\"") + encode_hex(hash_leaf(entry.canonicalized_body).value) + "\"";
  }
  transport_.alter([&uuids](const std::string& url, HttpResponse& response) {
    if (url.find("index/retrieve") != std::string::npos) response.body = to_bytes(uuids + "]");
  });
  const auto found = find(ada_, "one");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->log_index, right.log_index);
}

TEST_F(RekorV1Search, NamesTheLogAndWhatIsWrongWithIt) {
  log(ada_, "one");
  fault(sandbox::Service::Log, "500", 1);
  test::expect_error(find(ada_, "one"), ErrorCode::LogUnavailable, urls_.log, "answered with status 500");
  fault(sandbox::Service::Log, "garbage", 1);
  test::expect_error(find(ada_, "one"), ErrorCode::LogRefused, urls_.log, "is no list of entries");
  transport_.alter([](const std::string& url, HttpResponse& response) {
    if (url.find("log/entries") != std::string::npos) response.body = to_bytes("{}");
  });
  test::expect_error(find(ada_, "one"), ErrorCode::LogRefused, urls_.log, "is no log entry");
  transport_.alter({});
  EXPECT_TRUE(find(ada_, "one").value());
}

TEST(IndexReply, IsAListOfUuidsAndNothingElse) {
  const std::string leaf(64, 'a');
  const std::string with_tree(80, '0');
  EXPECT_EQ(parse_index_reply("[]").value().size(), 0U);
  EXPECT_EQ(parse_index_reply("[\"" + leaf + "\",\"" + with_tree + "\"]").value(),
            (std::vector<std::string>{leaf, with_tree}));
  test::expect_refusal(parse_index_reply("{}"), ErrorCode::InvalidRequest, "not a list");
  for (const std::string& bad : {std::string("[1]"), std::string("[\"../../x\"]"), "[\"" + leaf + "a\"]",
                                 "[\"" + std::string(64, 'A') + "\"]"}) {
    test::expect_refusal(parse_index_reply(bad), ErrorCode::InvalidRequest, "something other than UUIDs");
  }
}

}  // namespace
}  // namespace signet::sigstore
