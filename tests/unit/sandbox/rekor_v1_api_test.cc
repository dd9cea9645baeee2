#include "sandbox/rekor_v1_api.h"

#include "common/base64.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/rekor_v1_reply.h"
#include "sigstore/tlog/checkpoint.h"
#include "sigstore/tlog/entry_promise.h"
#include "sigstore/tlog/log_proposal.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::HttpResponse;
using sigstore::LogEntry;
using sigstore::LogProposal;
using testing::HasSubstr;

class RekorV1Api : public AskedSandbox {
 protected:
  [[nodiscard]] LogProposal proposal_of(std::string_view artifact) const {
    const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(artifact));
    return sigstore::propose_hashedrekord(
        {.digest = digest,
         .signature = key_.sign_digest(digest),
         .verifier = {.kind = sigstore::EntryVerifier::Kind::PublicKey, .der = to_bytes(key_.public_key().spki())}});
  }
  HttpResponse create(const LogProposal& proposal) { return ask("POST", entries(), proposal.json); }
  HttpResponse search(const std::string& json) { return ask("POST", urls_.log + "/api/v1/index/retrieve", json); }
  [[nodiscard]] std::string entries() const { return urls_.log + "/api/v1/log/entries"; }
  static std::string uuid_of(const HttpResponse& response) {
    const std::string tag = response.header("etag");
    return tag.size() < 2 ? "" : tag.substr(1, tag.size() - 2);
  }
  static LogEntry entry_of(const HttpResponse& response) {
    auto entry = sigstore::parse_rekor_v1_reply(text_of(response.body));
    if (entry) return std::move(*entry);
    ADD_FAILURE() << response.status << " " << text_of(response.body) << ": " << entry.error().sentence();
    return {};
  }
  [[nodiscard]] const sigstore::TransparencyLog& log() const {
    for (const auto& each : root_.logs) {
      if (each.name() == "rekor.sandbox.test") return each;
    }
    std::abort();
  }
  /// By its parts, as section 8 of RFC 9162 and Rekor's promise have it.
  void expect_proven(const LogEntry& entry) const {
    const auto promised = sigstore::verify_entry_promise(entry, log().key);
    EXPECT_TRUE(promised.has_value()) << promised.error().sentence();
    ASSERT_TRUE(entry.proof.has_value());
    const auto checkpoint =
        sigstore::verify_checkpoint(entry.proof->checkpoint, log().note_verifier(), "rekor.sandbox.test");
    ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().sentence();
    EXPECT_EQ(checkpoint->root, entry.proof->root);
    const auto included = sigstore::verify_inclusion(static_cast<std::uint64_t>(entry.proof->log_index),
                                                     checkpoint->size, sigstore::hash_leaf(entry.canonicalized_body),
                                                     entry.proof->hashes, checkpoint->root);
    EXPECT_TRUE(included.has_value()) << included.error().sentence();
  }
  LogEntry created_under(const std::string& lie) {
    fault(Service::Log, "lie:" + lie, 1);
    return entry_of(create(proposal_of(lie)));
  }

  SoftwareKey key_ = SoftwareKey::generate();
};

TEST_F(RekorV1Api, LogsWhatIsSignedPromisesItAndProvesIt) {
  const LogProposal proposal = proposal_of("artifact");
  const auto response = create(proposal);
  ASSERT_EQ(response.status, 201) << text_of(response.body);
  const LogEntry entry = entry_of(response);
  EXPECT_EQ(text_of(entry.canonicalized_body), proposal.body);
  EXPECT_EQ(entry.kind, "hashedrekord");
  EXPECT_EQ(entry.version, "0.0.1");
  EXPECT_EQ(entry.proof->log_index, 1) << "the first is thrown away";
  EXPECT_EQ(entry.log_index, RekorV1Log::kEarlierEntries + 1) << "the index in all shards";
  EXPECT_NEAR(static_cast<double>(entry.integrated_time), static_cast<double>(unix_seconds(SystemClock().now())), 60);
  expect_proven(entry);
  EXPECT_EQ(counted(&Counters::entries), 1);
}

TEST_F(RekorV1Api, SaysWhereTheEntryIs) {
  const auto response = create(proposal_of("artifact"));
  const std::string uuid = uuid_of(response);
  EXPECT_EQ(uuid.size(), 80U);
  EXPECT_EQ(response.header("location"), "/api/v1/log/entries/" + uuid);
  const LogEntry entry = entry_of(response);
  EXPECT_EQ(uuid.substr(16), encode_hex(sigstore::hash_leaf(entry.canonicalized_body).value));
}

TEST_F(RekorV1Api, ShowsAnEntryByItsUuidItsLeafHashAndItsIndex) {
  const auto created = create(proposal_of("artifact"));
  const std::string uuid = uuid_of(created);
  ASSERT_EQ(create(proposal_of("another")).status, 201);
  for (const std::string& place : {"/" + uuid, "/" + uuid.substr(16), std::string("?logIndex=4097")}) {
    const auto response = get(entries() + place);
    ASSERT_EQ(response.status, 200) << place;
    const LogEntry entry = entry_of(response);
    EXPECT_EQ(entry.canonicalized_body, entry_of(created).canonicalized_body) << place;
    EXPECT_EQ(entry.proof->tree_size, 3) << "a fresh proof";
    EXPECT_EQ(entry.integrated_time, entry_of(created).integrated_time) << place;
    expect_proven(entry);
  }
}

TEST_F(RekorV1Api, HasNoEntryThatNobodyMade) {
  for (const std::string& place : {"/" + std::string(64, '0'), "/" + std::string(80, '0'), std::string("?logIndex=0"),
                                   std::string("?logIndex=4098")}) {
    EXPECT_EQ(get(entries() + place).status, 404) << place;
  }
  for (const std::string place : {"/xyz", "?logIndex=x", "?", ""}) {
    EXPECT_EQ(get(entries() + place).status, 400) << place;
  }
}

TEST_F(RekorV1Api, TellsWhereAnEntryIsThatIsThereAlready) {
  const LogProposal proposal = proposal_of("artifact");
  const std::string uuid = uuid_of(create(proposal));
  const auto again = create(proposal);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.header("location"), "/api/v1/log/entries/" + uuid);
  EXPECT_THAT(std::string(text_of(again.body)), HasSubstr("an equivalent entry already exists"));
  EXPECT_EQ(counted(&Counters::entries), 1);
}

TEST_F(RekorV1Api, RefusesAProposalWhoseSignatureDoesNotVerify) {
  LogProposal proposal = proposal_of("artifact");
  const auto refused = ask("POST", entries(), R"({"apiVersion":"0.0.1","kind":"hashedrekord","spec":{}})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(std::string(text_of(refused.body)), HasSubstr(R"({"code":400,"message":"error processing entry: )"));
  EXPECT_EQ(counted(&Counters::entries), 0);
  EXPECT_EQ(create(proposal).status, 201);
}

TEST_F(RekorV1Api, FindsEntriesByHashAndKey) {
  const std::string uuid = uuid_of(create(proposal_of("artifact")));
  const std::string other = uuid_of(create(proposal_of("another")));
  const std::string hash = encode_digest(sigstore::hash(HashAlgorithm::Sha256, bytes_of("artifact")));
  EXPECT_EQ(text_of(search(R"({"hash":")" + hash + "\"}").body), "[\"" + uuid + "\"]");
  const std::string pem = encode_base64(bytes_of(encode_pem("PUBLIC KEY", key_.public_key().spki())));
  const std::string by_key = R"("publicKey":{"format":"x509","content":")" + pem + "\"}";
  const std::string both(text_of(search("{" + by_key + "}").body));
  EXPECT_THAT(both, testing::AllOf(HasSubstr(uuid), HasSubstr(other)));
  EXPECT_EQ(text_of(search("{" + by_key + R"(,"operator":"and","hash":")" + hash + "\"}").body), "[\"" + uuid + "\"]");
  EXPECT_EQ(text_of(search(R"({"hash":"sha256:00"})").body), "[]");
  EXPECT_EQ(search("{}").status, 400);
}

TEST_F(RekorV1Api, ShowsItsStateAndProvesThatItOnlyGrows) {
  const LogEntry first = entry_of(create(proposal_of("artifact")));
  ASSERT_EQ(create(proposal_of("another")).status, 201);
  const auto state = json::parse(text_of(get(urls_.log + "/api/v1/log").body));
  ASSERT_TRUE(state.has_value());
  json::Fields fields(*state, "state", json::UnknownFields::Tolerate);
  EXPECT_EQ(fields.integer("treeSize"), 3);
  const auto head =
      sigstore::verify_checkpoint(fields.text("signedTreeHead"), log().note_verifier(), "rekor.sandbox.test");
  ASSERT_TRUE(head.has_value()) << head.error().sentence();
  EXPECT_EQ(head->origin, "rekor.sandbox.test - " + fields.text("treeID"));
  const auto reply = json::parse(text_of(get(urls_.log + "/api/v1/log/proof?firstSize=2&lastSize=3").body));
  ASSERT_TRUE(reply.has_value());
  json::Fields proof(*reply, "proof");
  EXPECT_EQ(proof.text("rootHash"), encode_hex(head->root.value));
  std::vector<sigstore::NodeHash> hashes;
  for (const std::string& text : proof.texts("hashes")) {
    const Bytes bytes = parse_hex(text).value();
    std::ranges::copy(bytes, hashes.emplace_back().begin());
  }
  EXPECT_TRUE(sigstore::verify_consistency(2, 3, first.proof->root, head->root, hashes).has_value());
  EXPECT_EQ(get(urls_.log + "/api/v1/log/proof?firstSize=4&lastSize=3").status, 400);
}

TEST_F(RekorV1Api, ShowsItsKey) {
  const auto key = parse_pem("PUBLIC KEY", text_of(get(urls_.log + "/api/v1/log/publicKey").body));
  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(equal(*key, log().key.spki()));
}

TEST_F(RekorV1Api, TakesNothingWhileItIsFrozenAndStillShowsWhatItHas) {
  const std::string uuid = uuid_of(create(proposal_of("artifact")));
  fault(Service::Log, "frozen");
  EXPECT_EQ(create(proposal_of("another")).status, 405);
  EXPECT_EQ(get(entries() + "/" + uuid).status, 200);
  fault(Service::Log, "none");
  EXPECT_EQ(create(proposal_of("another")).status, 201);
}

TEST_F(RekorV1Api, LiesAboutTheEntry) {
  const LogEntry lie = created_under("other-body");
  expect_proven(lie);  // it is a real entry: of something else
  EXPECT_NE(text_of(lie.canonicalized_body), proposal_of("other-body").body);
}

TEST_F(RekorV1Api, SpoilsThePromise) {
  EXPECT_FALSE(sigstore::verify_entry_promise(created_under("bad-promise"), log().key).has_value());
  EXPECT_FALSE(sigstore::verify_entry_promise(created_under("other-time"), log().key).has_value());
  expect_proven(entry_of(create(proposal_of("the twin"))));
}

TEST_F(RekorV1Api, SpoilsTheProof) {
  const LogEntry lie = created_under("bad-proof");
  EXPECT_FALSE(sigstore::verify_inclusion(
                   static_cast<std::uint64_t>(lie.proof->log_index), static_cast<std::uint64_t>(lie.proof->tree_size),
                   sigstore::hash_leaf(lie.canonicalized_body), lie.proof->hashes, lie.proof->root)
                   .has_value());
  for (const char* each : {"bad-checkpoint", "unsigned", "other-key"}) {
    const LogEntry entry = created_under(each);
    EXPECT_FALSE(
        sigstore::verify_checkpoint(entry.proof->checkpoint, log().note_verifier(), "rekor.sandbox.test").has_value())
        << each;
  }
}

}  // namespace
}  // namespace signet::sandbox
