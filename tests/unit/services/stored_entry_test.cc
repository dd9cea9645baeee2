#include "sigstore/services/stored_entry.h"

#include <boost/asio/post.hpp>

#include "tests/unit/services/with_log.h"

namespace signet::sigstore {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// An entry is in the log; replies about it are changed on their way.
class StoredEntry : public test::WithLog {
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
class UnpublishedEntry : public test::WithLog {
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
