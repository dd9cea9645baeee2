#include "sandbox/timestamp_api.h"

#include "sigstore/encoding/hash.h"
#include "sigstore/verify/timestamp.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/asked_sandbox.h"

namespace signet::sandbox {
namespace {

using sigstore::HttpResponse;

class TimestampApi : public AskedSandbox {
 protected:
  HttpResponse stamp(ByteView request) {
    return ask("POST", urls_.tsa, text_of(request), {{"Content-Type", "application/timestamp-query"}});
  }
  Result<sigstore::VerifiedTimestamp> verify(const HttpResponse& response) const {
    return sigstore::verify_timestamp(response.body, signature_, root_);
  }
  HttpResponse lie(const std::string& which) {
    fault(Service::Tsa, "lie:" + which, 1);
    return stamp(request_);
  }
  void expect_honest(const HttpResponse& response) const {
    EXPECT_TRUE(sigstore::check_timestamp_reply(response.body, nonce_).has_value());
    const auto verified = verify(response);
    ASSERT_TRUE(verified.has_value()) << verified.error().sentence();
    EXPECT_LT(verified->time, SystemClock().now() + std::chrono::minutes(5));
  }

  Bytes signature_ = to_bytes("raw signature bytes");
  Bytes nonce_ = {1, 2, 3, 4, 5, 6, 7, 8};
  Bytes request_ = sigstore::encode_timestamp_request(sigstore::hash(HashAlgorithm::Sha256, signature_), nonce_);
};

TEST_F(TimestampApi, StampsOverHttp) {
  const auto response = stamp(request_);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.header("content-type"), "application/timestamp-reply");
  expect_honest(response);
  EXPECT_EQ(counted(&Counters::timestamps), 1);
}

TEST_F(TimestampApi, RefusesASha1Imprint) {
  // openssl ts -query -data /dev/null -sha1 -no_nonce
  const Bytes request = {0x30, 0x26, 0x02, 0x01, 0x01, 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03,
                         0x02, 0x1a, 0x05, 0x00, 0x04, 0x14, 0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d,
                         0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09};
  const auto response = stamp(request);
  EXPECT_EQ(response.status, 200) << "the refusal is in the TimeStampResp";
  const auto refused = sigstore::check_timestamp_reply(response.body, nonce_);
  test::expect_refusal(refused, ErrorCode::TimestampRefused, "Message digest algorithm is not supported");
  EXPECT_EQ(counted(&Counters::timestamps), 0);
  expect_honest(stamp(request_));
}

TEST_F(TimestampApi, RefusesWhatIsNoRequest) {
  EXPECT_EQ(stamp(bytes_of("garbage")).status, 400);
  EXPECT_EQ(ask("POST", urls_.tsa, text_of(request_), {{"Content-Type", "application/json"}}).status, 415);
  EXPECT_EQ(get(urls_.tsa).status, 404);
}

TEST_F(TimestampApi, ShowsItsChain) {
  const auto response = get(urls_.tsa + "/certchain");
  const auto& tsa = sandbox_->facts().state().tsas[0];
  EXPECT_EQ(text_of(response.body), tsa.issuing.certificate.pem() + tsa.root.certificate.pem());
}

TEST_F(TimestampApi, LiesAboutTheNonce) {
  const auto response = lie("other-nonce");
  test::expect_refusal(sigstore::check_timestamp_reply(response.body, nonce_), ErrorCode::TimestampRefused, "nonce");
  EXPECT_TRUE(verify(response).has_value()) << "nothing else is wrong";
  expect_honest(stamp(request_));
}

TEST_F(TimestampApi, LiesAboutWhatItStamped) {
  test::expect_refusal(verify(lie("other-imprint")), ErrorCode::NotVerified, "of something else");
  expect_honest(stamp(request_));
}

TEST_F(TimestampApi, LiesAboutWhoItIs) {
  test::expect_refusal(verify(lie("other-key")), ErrorCode::NotVerified,
                       "of an authority that the trusted root does not have");
  expect_honest(stamp(request_));
}

TEST_F(TimestampApi, LiesAboutTheTime) {
  const auto response = lie("future");
  EXPECT_TRUE(sigstore::check_timestamp_reply(response.body, nonce_).has_value());
  const auto verified = verify(response);
  ASSERT_TRUE(verified.has_value()) << "nothing but its time is wrong";
  EXPECT_GT(verified->time, SystemClock().now() + std::chrono::minutes(55));
  expect_honest(stamp(request_));
}

}  // namespace
}  // namespace signet::sandbox
