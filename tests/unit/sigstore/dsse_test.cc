#include "sigstore/encoding/dsse.h"

#include <gtest/gtest.h>

#include "common/hex.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

// The example of the DSSE protocol v1.0.
TEST(Pae, IsThatOfTheProtocol) {
  EXPECT_EQ(text_of(encode_pae("http://example.com/HelloWorld", bytes_of("hello world"))),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(text_of(encode_pae("", {})), "DSSEv1 0  0 ");
}

// sigstore-conformance, rekor2-dsse-happy-path: its hash is the digest in the log entry.
TEST(Pae, IsWhatARealSignerSigned) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  const auto bundle = test::bundle_of(test::conformance_case("rekor2-dsse-happy-path"));
  const auto& envelope = std::get<DsseEnvelope>(bundle.content);
  const Bytes pae = encode_pae(envelope.payload_type, envelope.payload);
  EXPECT_EQ(pae.size(), 475);
  EXPECT_EQ(text_of(pae).substr(0, 48), "DSSEv1 28 application/vnd.in-toto+json 432 {\"_ty");
  EXPECT_EQ(encode_hex(sha256(pae)), "57f2135c594c7f9360e79a5422c291f8878d4ae5c539bc04dca45da63d7c2e11");
}

}  // namespace
}  // namespace signet::sigstore
