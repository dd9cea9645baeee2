#include "sigstore/services/rekor.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "sandbox/software_key.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/verify/log_check.h"
#include "tests/unit/services/with_sandbox.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

HashedRekord record_of(const sandbox::SoftwareKey& key, std::string_view artifact) {
  const Digest digest = Digest::from_sha256(sha256(bytes_of(artifact)));
  return {.digest = digest,
          .signature = key.sign_digest(digest),
          .verifier = {.kind = EntryVerifier::Kind::PublicKey, .der = to_bytes(key.public_key().spki())},
          .key_details = "PKIX_ECDSA_P256_SHA_256"};
}

class Rekor : public test::WithSandbox {
 protected:
  Result<LogEntry> upload(Deadline deadline = Deadline::after(20s)) {
    return await(upload_record(transport_, urls_.log, record_, root_, deadline));
  }
  void expect_verified(const Result<LogEntry>& entry) {
    ASSERT_TRUE(entry.has_value()) << entry.error().sentence();
    EXPECT_EQ(text_of(entry->canonicalized_body), encode_hashedrekord_v2(record_));
    const auto verified = verify_log_entry(*entry, root_);
    EXPECT_TRUE(verified.has_value()) << verified.error().what;
  }
  void expect_lie_refused(std::string_view lie, std::string_view part) {
    fault(sandbox::Service::Log, "lie:" + std::string(lie), 1);
    test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, part);
  }
  void grow(int entries) {
    sandbox_->with([&](sandbox::Sandbox& all) {
      std::vector<Bytes> bodies;
      for (int i = 0; i < entries; ++i) bodies.push_back(to_bytes("filler " + std::to_string(grown_++)));
      ASSERT_TRUE(all.rekor_log().append(bodies).has_value());
    });
  }
  std::int64_t log_size() {
    std::int64_t size = 0;
    sandbox_->with([&](sandbox::Sandbox& all) { size = static_cast<std::int64_t>(all.rekor_log().size()); });
    return size;
  }

  int grown_ = 0;
  sandbox::SoftwareKey key_ = sandbox::SoftwareKey::generate();
  HashedRekord record_ = record_of(key_, "artifact");
};

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

/// An entry is in the log; replies about it are changed on their way.
class StoredEntry : public Rekor {
 protected:
  StoredEntry() {
    grow(300);
    if (!upload()) std::abort();
  }
  void alter_tiles(const std::function<void(HttpResponse&)>& change) {
    transport_.alter([change](const std::string& url, HttpResponse& response) {
      if (url.find("/tile/0/") != std::string::npos && !response.body.empty()) change(response);
    });
  }
};

TEST_F(StoredEntry, RefusesA409ThatDoesNotSayWhere) {
  for (const char* index : {"", "-1", "many"}) {
    transport_.alter([index](const std::string&, HttpResponse& response) {
      for (auto& [name, value] : response.headers) {
        if (name == "x-log-index") value = index;
      }
    });
    test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "the entry exists, and not where");
  }
}

TEST_F(StoredEntry, RefusesTheIndexOfAnotherEntry) {
  transport_.alter([](const std::string&, HttpResponse& response) {
    for (auto& [name, value] : response.headers) {
      if (name == "x-log-index") value = "7";
    }
  });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "InclusionProofInvalid");
}

TEST_F(StoredEntry, RefusesTilesThatWereChanged) {
  alter_tiles([](HttpResponse& response) { response.body.front() ^= 1U; });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "InclusionProofInvalid");
}

TEST_F(StoredEntry, RefusesTilesThatAreNone) {
  alter_tiles([](HttpResponse& response) { response.body.pop_back(); });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "its reply is not a tile");
  alter_tiles([](HttpResponse& response) { response.body.assign(32, 0); });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "its reply is not a tile");
}

TEST_F(StoredEntry, NamesTheServerThatHasNoTiles) {
  alter_tiles([](HttpResponse& response) { response.status = 404; });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "answered with status 404");
  alter_tiles([](HttpResponse& response) { response.status = 503; });
  test::expect_error(upload(), ErrorCode::LogUnavailable, urls_.log, "answered with status 503");
}

TEST_F(StoredEntry, TakesTheFullTileWhereThePartialOneIsGone) {
  Bytes partial;
  bool asked_for_full = false;
  transport_.alter([&](const std::string& url, HttpResponse& response) {
    if (url.find("/tile/0/001") == std::string::npos) return;
    if (url.find(".p/") != std::string::npos) {
      partial = std::move(response.body);
      response.status = 404;
    } else {
      asked_for_full = true;
      response.status = 200;
      response.body = partial;
      response.body.resize(std::size_t{256} * 32, 0x55);
    }
  });
  expect_verified(upload());
  EXPECT_TRUE(asked_for_full);
}

TEST_F(StoredEntry, RefusesACheckpointThatNoTrustedLogSigned) {
  transport_.alter([](const std::string& url, HttpResponse& response) {
    if (url.ends_with("/checkpoint")) *(response.body.end() - 4) ^= 1U;
  });
  test::expect_error(upload(), ErrorCode::LogRefused, urls_.log, "not a checkpoint of a log of the trusted root");
}

/// The log has taken the entry and not published it yet.
class UnpublishedEntry : public Rekor {
 protected:
  UnpublishedEntry() {
    sandbox_->with([&](sandbox::Sandbox& all) {
      if (auto first = all.rekor_log().entry(0)) old_ = first->proof->checkpoint;
    });
    if (!upload()) std::abort();
  }
  void publish_after(int reads) {
    transport_.alter([this, reads](const std::string& url, HttpResponse& response) {
      if (url.ends_with("/checkpoint") && ++read_ <= reads) response.body = to_bytes(old_);
    });
  }

  std::string old_;
  int read_ = 0;
};

TEST_F(UnpublishedEntry, IsWaitedFor) {
  publish_after(1);
  expect_verified(upload());
  EXPECT_EQ(read_, 2);
}

TEST_F(UnpublishedEntry, EndsWithTheDeadline) {
  publish_after(1000);
  const auto entry = upload(Deadline::after(300ms));
  ASSERT_FALSE(entry.has_value());
  EXPECT_EQ(entry.error().code, ErrorCode::Deadline);
  EXPECT_THAT(entry.error().what, HasSubstr("the transparency log"));
}

TEST_F(UnpublishedEntry, IsNotWaitedForByWhoWentAway) {
  publish_after(1000);
  boost::asio::cancellation_signal cancel;
  transport_.alter([&](const std::string& url, HttpResponse& response) {
    if (!url.ends_with("/checkpoint")) return;
    response.body = to_bytes(old_);
    boost::asio::post(loop_, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
  });
  const auto entry =
      test::await_on(loop_, upload_record(transport_, urls_.log, record_, root_, Deadline::after(20s)), &cancel);
  ASSERT_FALSE(entry.has_value());
  EXPECT_EQ(entry.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace signet::sigstore
