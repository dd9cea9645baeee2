#include "sandbox/ct_log.h"

#include <algorithm>

#include "sandbox/checkpoint_signer.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/temporary_folder.h"

namespace signet::sandbox {
namespace {

constexpr std::size_t kBeforeTheLogId = 2 + 2 + 1;  // list length, SCT length, version (RFC 6962 §3.2, §3.3)

class SandboxCtLog : public testing::Test {
 protected:
  [[nodiscard]] CtLog open() const { return CtLog::open(folder_ / "ctlog", key_).value(); }
  [[nodiscard]] sigstore::TileLog stored() const {
    return sigstore::TileLog::open(folder_ / "ctlog", std::string(kCtLogOrigin), checkpoint_signer(kCtLogOrigin, key_),
                                   checkpoint_verifier(kCtLogOrigin, key_))
        .value();
  }

  test::TemporaryFolder folder_;
  SoftwareKey key_ = SoftwareKey::generate();
  Sha256Hash issuer_ = sigstore::sha256(bytes_of("the issuer's key"));
  Bytes tbs_ = to_bytes("a TBSCertificate");
  WallTime now_ = wall_time_from_unix(1'800'000'000) + std::chrono::milliseconds(123);
};

TEST_F(SandboxCtLog, NamesItselfByTheHashOfItsKey) {
  const Bytes list = open().sign(issuer_, tbs_, now_).value();
  EXPECT_TRUE(equal(ByteView(list).subspan(kBeforeTheLogId, 32), sigstore::sha256(key_.public_key().spki())));
}

TEST_F(SandboxCtLog, SignsTheVeryEntryThatItStores) {
  const Bytes list = open().sign(issuer_, tbs_, now_).value();
  const ByteView after_extensions = ByteView(list).subspan(kBeforeTheLogId + 32 + 8 + 2 + 8);
  ASSERT_EQ(after_extensions[0], 4) << "sha256";
  ASSERT_EQ(after_extensions[1], 3) << "ecdsa";
  const auto entry = stored().entry(0);
  ASSERT_TRUE(entry.has_value());
  EXPECT_TRUE(key_.public_key().verify_message(*entry, after_extensions.subspan(4)).has_value());
  EXPECT_FALSE(std::ranges::search(*entry, tbs_).empty());
}

TEST_F(SandboxCtLog, TellsTheIndexInTheExtensionAlsoAfterARestart) {
  for (std::uint8_t index = 0; index < 3; ++index) {
    const Bytes list = open().sign(issuer_, tbs_, now_).value();
    const ByteView extensions = ByteView(list).subspan(kBeforeTheLogId + 32 + 8, 10);
    EXPECT_TRUE(equal(extensions, Bytes{0, 8, 0, 0, 5, 0, 0, 0, 0, index})) << int{index};
  }
}

TEST_F(SandboxCtLog, TellsTheTimeInMilliseconds) {
  const Bytes list = open().sign(issuer_, tbs_, now_).value();
  std::uint64_t time = 0;
  for (const std::uint8_t byte : ByteView(list).subspan(kBeforeTheLogId + 32, 8)) time = time << 8U | byte;
  EXPECT_EQ(time, 1'800'000'000'123U);
}

TEST_F(SandboxCtLog, RefusesACertificateOfImpossibleLength) {
  CtLog log = open();
  test::expect_refusal(log.sign(issuer_, {}, now_), ErrorCode::LimitExceeded, "impossible length");
  test::expect_refusal(log.sign(issuer_, Bytes(0x1000000), now_), ErrorCode::LimitExceeded, "impossible length");
  EXPECT_EQ(log.size(), 0U);
}

TEST_F(SandboxCtLog, RefusesTheLogOfAnotherKey) {
  (void)open();
  test::expect_refusal(CtLog::open(folder_ / "ctlog", SoftwareKey::generate()), ErrorCode::NotVerified,
                       "not signed by ctlog.sandbox.test");
  EXPECT_TRUE(CtLog::open(folder_ / "ctlog", key_).has_value());
}

}  // namespace
}  // namespace signet::sandbox
