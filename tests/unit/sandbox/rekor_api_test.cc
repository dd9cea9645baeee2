#include "sandbox/rekor_api.h"

#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>

#include "sigstore/encoding/hash.h"
#include "sigstore/services/rekor_reply.h"
#include "sigstore/tlog/tile_files.h"
#include "sigstore/verify/log_check.h"
#include "tests/support/expect_verdict.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::HashedRekord;
using sigstore::HttpResponse;
using sigstore::LogEntry;
using sigstore::RefusalCode;
using testing::HasSubstr;

class RekorApi : public AskedSandbox {
 protected:
  [[nodiscard]] HashedRekord record_of(std::string_view artifact) const {
    const Digest digest = sigstore::hash(HashAlgorithm::Sha256, bytes_of(artifact));
    return {.digest = digest,
            .signature = key_.sign_digest(digest),
            .verifier = {.kind = sigstore::EntryVerifier::Kind::PublicKey, .der = to_bytes(key_.public_key().spki())},
            .key_details = "PKIX_ECDSA_P256_SHA_256"};
  }
  HttpResponse upload(const HashedRekord& record) {
    return ask("POST", urls_.log + "/api/v2/log/entries", sigstore::encode_rekor_upload(record));
  }
  static LogEntry entry_of(const HttpResponse& response) {
    auto entry = sigstore::parse_rekor_reply(text_of(response.body));
    if (entry) return std::move(*entry);
    ADD_FAILURE() << response.status << " " << text_of(response.body);
    return {};
  }
  HttpResponse read(const std::string& path) { return get(urls_.log + "/api/v2/" + path); }

  std::vector<HttpResponse> upload_at_once(const std::vector<std::string>& bodies) {
    std::vector<HttpResponse> responses;
    for (const std::string& body : bodies) {
      sigstore::HttpRequest request{
          .method = "POST", .url = urls_.log + "/api/v2/log/entries", .headers = {}, .body = to_bytes(body)};
      boost::asio::co_spawn(loop_, curl_->send(std::move(request), Deadline::after(std::chrono::seconds(20))),
                            [&](const std::exception_ptr&, Result<HttpResponse> response) {
                              if (!response) ADD_FAILURE() << response.error().sentence();
                              responses.push_back(response ? std::move(*response) : HttpResponse());
                              if (responses.size() == bodies.size()) loop_.stop();
                            });
    }
    loop_.restart();
    loop_.run();
    return responses;
  }
  /// Where an upload is that was stored before.
  std::string read_index_of(const std::string& body) {
    return ask("POST", urls_.log + "/api/v2/log/entries", body).header("x-log-index");
  }

  void expect_lie(const std::string& lie, RefusalCode code) {
    fault(Service::Log, "lie:" + lie, 1);
    const auto record = record_of(lie);
    test::expect_refused(sigstore::verify_log_entry(entry_of(upload(record)), root_), code);
    test::expect_taken(sigstore::verify_log_entry(entry_of(upload(record_of("twin of " + lie))), root_));
  }

  SoftwareKey key_ = SoftwareKey::generate();
};

TEST_F(RekorApi, LogsWhatIsSignedAndProvesIt) {
  const auto record = record_of("artifact");
  const auto response = upload(record);
  ASSERT_EQ(response.status, 201);
  const LogEntry entry = entry_of(response);
  EXPECT_EQ(entry.log_index, 1) << "the first is thrown away";
  EXPECT_EQ(text_of(entry.canonicalized_body), sigstore::encode_hashedrekord_v2(record));
  test::expect_taken(sigstore::verify_log_entry(entry, root_));
  EXPECT_EQ(counted(&Counters::entries), 1);
}

TEST_F(RekorApi, RefusesAnUploadWhoseSignatureDoesNotVerify) {
  auto record = record_of("artifact");
  record.signature = key_.sign_message(bytes_of("another artifact"));
  const auto response = upload(record);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(text_of(response.body), R"({"code":3,"message":"invalid hashedrekord request","details":[]})");
  EXPECT_EQ(counted(&Counters::entries), 0);
  EXPECT_EQ(upload(record_of("artifact")).status, 201);
}

TEST_F(RekorApi, SaysWhatItCannotRead) {
  const auto response = ask("POST", urls_.log + "/api/v2/log/entries", R"({"dsseRequestV002":{}})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(std::string(text_of(response.body)), HasSubstr("hashedRekordRequestV002"));
}

TEST_F(RekorApi, TellsWhereAnEntryIsThatIsThereAlready) {
  const auto record = record_of("artifact");
  ASSERT_EQ(upload(record).status, 201);
  const auto again = upload(record);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.header("x-log-index"), "1");
  EXPECT_EQ(counted(&Counters::entries), 1);
}

TEST_F(RekorApi, StoresAnEntryWhoseAnswerIsLost) {
  fault(Service::Log, "stored-but-answer-lost", 1);
  const auto record = record_of("artifact");
  EXPECT_THAT(trouble(urls_.log + "/api/v2/log/entries", sigstore::encode_rekor_upload(record),
                      Deadline::after(std::chrono::seconds(20))),
              HasSubstr("no answer"));
  EXPECT_EQ(upload(record).header("x-log-index"), "1");
}

TEST_F(RekorApi, TakesNothingWhileItIsFrozenAndStillShowsWhatItHas) {
  fault(Service::Log, "frozen");
  const auto response = upload(record_of("artifact"));
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(text_of(response.body), "This log has been frozen, please switch to the latest log.");
  EXPECT_EQ(read("checkpoint").status, 200);
  fault(Service::Log, "none");
  EXPECT_EQ(upload(record_of("artifact")).status, 201);
}

// Uploads that come together are stored together; the first two are one body.
TEST_F(RekorApi, GivesEachOfManyUploadsAtOnceItsOwnIndex) {
  std::vector<std::string> uploads;
  for (int i = 0; i < 12; ++i) uploads.push_back(sigstore::encode_rekor_upload(record_of(std::to_string(i))));
  uploads.push_back(uploads.front());
  std::set<std::int64_t> indices;
  std::vector<std::string> conflicts;
  for (const auto& response : upload_at_once(uploads)) {
    if (response.status == 409) {
      conflicts.push_back(response.header("x-log-index"));
      continue;
    }
    ASSERT_EQ(response.status, 201) << text_of(response.body);
    const LogEntry entry = entry_of(response);
    test::expect_taken(sigstore::verify_log_entry(entry, root_));
    indices.insert(entry.log_index);
  }
  EXPECT_EQ(indices.size(), 12U);
  ASSERT_EQ(conflicts.size(), 1U);
  const auto of_the_twice_sent = read_index_of(uploads.front());
  EXPECT_EQ(conflicts.front(), of_the_twice_sent);
}

TEST_F(RekorApi, ShowsTilesThatGiveTheRootOfItsCheckpoint) {
  sandbox_->with([&](Sandbox& all) {
    std::vector<Bytes> bodies;
    for (int i = 0; i < 299; ++i) bodies.push_back(to_bytes("filler " + std::to_string(i)));
    ASSERT_TRUE(all.rekor_log().append(bodies).has_value());
  });
  const auto& log = root_.logs.at(0);
  const auto checkpoint =
      sigstore::verify_checkpoint(text_of(read("checkpoint").body), log.note_verifier(), kLogOrigin);
  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().sentence();
  ASSERT_EQ(checkpoint->size, 300U);
  std::string hashes(text_of(read(sigstore::tile_path(0, 0)).body));
  hashes += text_of(read(sigstore::tile_path(0, 1, 300 - 256)).body);
  ASSERT_EQ(hashes.size(), 300U * 32);
  std::vector<Bytes> entries;
  for (const std::string& path : {sigstore::entries_path(0), sigstore::entries_path(1, 300 - 256)}) {
    const auto bundle = read(path);
    ASSERT_EQ(bundle.status, 200) << path;
    const auto split = sigstore::split_bundle(text_of(bundle.body)).value();
    for (const ByteView entry : split) entries.push_back(to_bytes(entry));
  }
  ASSERT_EQ(entries.size(), 300U);
  const auto leaf = [&](std::uint64_t index) {
    sigstore::NodeHash hash{};
    std::ranges::copy(bytes_of(hashes).subspan(index * 32, 32), hash.begin());
    EXPECT_EQ(hash, sigstore::hash_leaf(entries[index]).value) << index;
    return hash;
  };
  const sigstore::SubtreeHash subtree = [&](unsigned level, std::uint64_t index) -> Result<sigstore::NodeHash> {
    std::vector<sigstore::NodeHash> row;
    for (std::uint64_t i = index << level; i < (index + 1) << level; ++i) row.push_back(leaf(i));
    for (; row.size() > 1; row.resize(row.size() / 2)) {
      for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = sigstore::hash_node(row[2 * i], row[2 * i + 1]);
    }
    return row.front();
  };
  EXPECT_EQ(sigstore::root_from_subtrees(300, subtree).value(), checkpoint->root);
}

TEST_F(RekorApi, ShowsNothingElseOfItsFolder) {
  ASSERT_EQ(read("checkpoint").status, 200);
  ASSERT_EQ(read("tile/0/000.p/1").status, 200);
  for (const std::string path :
       {"lock", "tile", "tile/", "tile/0", "tile/entries", "tile/0/001", "tile/../lock", "tile/../../keys/log.pem",
        "../keys/log.pem", "tile/0/%2e%2e/lock", "tile//etc/passwd"}) {
    EXPECT_EQ(read(path).status, 404) << path;
  }
}

TEST_F(RekorApi, LiesAboutTheEntry) {
  fault(Service::Log, "lie:other-body", 1);
  const auto record = record_of("artifact");
  const LogEntry lie = entry_of(upload(record));
  EXPECT_NE(text_of(lie.canonicalized_body), sigstore::encode_hashedrekord_v2(record));
  test::expect_taken(sigstore::verify_log_entry(lie, root_));  // it is a real entry: of something else
  const auto other = record_of("another artifact");
  EXPECT_EQ(text_of(entry_of(upload(other)).canonicalized_body), sigstore::encode_hashedrekord_v2(other));
}

TEST_F(RekorApi, LiesAboutTheProof) { expect_lie("bad-proof", RefusalCode::InclusionProofInvalid); }
TEST_F(RekorApi, SpoilsTheCheckpointsSignature) { expect_lie("bad-checkpoint", RefusalCode::CheckpointInvalid); }
TEST_F(RekorApi, LeavesTheCheckpointUnsigned) { expect_lie("unsigned", RefusalCode::CheckpointInvalid); }
TEST_F(RekorApi, SignsTheCheckpointByAnotherKey) { expect_lie("other-key", RefusalCode::CheckpointInvalid); }

TEST_F(RekorApi, IsHealthyAndHasNoOtherDoor) {
  EXPECT_EQ(get(urls_.log + "/healthz").status, 200);
  EXPECT_EQ(get(urls_.log + "/api/v2/log/entries").status, 404);
  EXPECT_EQ(get(urls_.log + "/").status, 404);
}

}  // namespace
}  // namespace signet::sandbox
