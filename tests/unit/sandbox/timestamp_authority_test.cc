#include "sandbox/timestamp_authority.h"

#include "sigstore/encoding/hash.h"
#include "sigstore/verify/timestamp.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/sandbox/opened_sandbox.h"

namespace signet::sandbox {
namespace {

// openssl ts -query -data /dev/null -sha1 -no_nonce
constexpr std::uint8_t kSha1Request[] = {0x30, 0x26, 0x02, 0x01, 0x01, 0x30, 0x21, 0x30, 0x09, 0x06,
                                         0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
                                         0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55,
                                         0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09};

class SandboxTsa : public OpenedSandbox {
 protected:
  [[nodiscard]] const TimestampAuthority& tsa() { return sandbox_->timestamp_authority(); }
  [[nodiscard]] Digest imprint() const { return sigstore::hash(HashAlgorithm::Sha256, signature_); }
  [[nodiscard]] Result<sigstore::VerifiedTimestamp> verify(ByteView response) const {
    return sigstore::verify_timestamp(response, signature_, trusted_root());
  }

  Bytes signature_ = to_bytes("raw signature bytes");
  Bytes nonce_ = {1, 2, 3, 4, 5, 6, 7, 8};
  Bytes request_ = sigstore::encode_timestamp_request(imprint(), nonce_);
};

TEST_F(SandboxTsa, StampsWhatItIsAskedNow) {
  const auto response = tsa().answer(request_);
  ASSERT_TRUE(response.has_value());
  EXPECT_TRUE(is_granted(*response));
  EXPECT_TRUE(sigstore::check_timestamp_reply(*response, nonce_).has_value());
  const auto verified = verify(*response);
  ASSERT_TRUE(verified.has_value()) << verified.error().sentence();
  EXPECT_EQ(verified->time, clock_.now());
  EXPECT_EQ(verified->authority, sandbox_->endpoints().tsa);
}

TEST_F(SandboxTsa, StampsEveryShaTwoImprint) {
  for (const HashAlgorithm hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    const auto response = tsa().stamp(sigstore::hash(hash, signature_));
    ASSERT_TRUE(response.has_value());
    EXPECT_TRUE(verify(*response).has_value()) << hash_name(hash);
  }
}

TEST_F(SandboxTsa, RefusesASha1Imprint) {
  const auto response = tsa().answer(kSha1Request);
  ASSERT_TRUE(response.has_value()) << "a refusal is a TimeStampResp";
  EXPECT_FALSE(is_granted(*response));
  const auto refused = sigstore::check_timestamp_reply(*response, nonce_);
  test::expect_refusal(refused, ErrorCode::TimestampRefused, "Message digest algorithm is not supported");
}

TEST_F(SandboxTsa, LeavesItsCertificateOutWhereNobodyAskedForIt) {
  const auto with = tsa().answer(request_);
  Bytes request = request_;  // certReq is the last BOOLEAN of a DER sequence whose length is one byte
  request.resize(request.size() - 3);
  request[1] = static_cast<std::uint8_t>(request[1] - 3);
  const auto without = tsa().answer(request);
  ASSERT_TRUE(without.has_value()) << without.error().sentence();
  EXPECT_LT(without->size(), with->size());
  EXPECT_TRUE(verify(*without).has_value()) << "the trusted root has it";
}

TEST_F(SandboxTsa, RefusesWhatIsNoRequest) {
  ASSERT_TRUE(tsa().answer(request_).has_value());
  test::expect_refusal(tsa().answer(bytes_of("garbage")), ErrorCode::InvalidRequest, "not a TimeStampReq");
  Bytes longer = request_;
  longer.push_back(0);
  test::expect_refusal(tsa().answer(longer), ErrorCode::InvalidRequest, "not a TimeStampReq");
  for (std::size_t size = 0; size < request_.size(); ++size) {
    EXPECT_FALSE(tsa().answer(ByteView(request_).first(size)).has_value()) << size;
  }
}

TEST_F(SandboxTsa, CanTellAnotherTime) {
  const WallTime later = clock_.now() + std::chrono::hours(1);
  const auto verified = verify(*tsa().stamp(imprint(), {.time = later}));
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->time, later);
}

TEST_F(SandboxTsa, CanAnswerAnotherNonce) {
  const auto response = tsa().answer(request_, {.other_nonce = true});
  test::expect_refusal(sigstore::check_timestamp_reply(*response, nonce_), ErrorCode::TimestampRefused, "nonce");
  EXPECT_TRUE(verify(*response).has_value()) << "nothing else is wrong";
}

TEST_F(SandboxTsa, CanStampSomethingElse) {
  const auto response = tsa().answer(request_, {.other_imprint = true});
  EXPECT_TRUE(sigstore::check_timestamp_reply(*response, nonce_).has_value()) << "nothing else is wrong";
  test::expect_refusal(verify(*response), ErrorCode::NotVerified, "of something else");
}

TEST_F(SandboxTsa, CanBeAnAuthorityThatNobodyTrusts) {
  const auto response = tsa().answer(request_, {.by_other_key = true});
  EXPECT_TRUE(sigstore::check_timestamp_reply(*response, nonce_).has_value()) << "nothing else is wrong";
  test::expect_refusal(verify(*response), ErrorCode::NotVerified,
                       "of an authority that the trusted root does not have");
}

TEST(TimestampStatus, IsNotGrantedWhereThereIsNoResponse) { EXPECT_FALSE(is_granted(bytes_of("garbage"))); }

}  // namespace
}  // namespace signet::sandbox
