#include "pkcs11/keys/ecdsa_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>

#include <memory>

#include "common/hex.h"

namespace signet::pkcs11 {
namespace {

using ::testing::HasSubstr;

Bytes openssl_der(ByteView r, ByteView s) {
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), &ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(r.data(), static_cast<int>(r.size()), nullptr),
                 BN_bin2bn(s.data(), static_cast<int>(s.size()), nullptr));
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

// Numbers whose first byte decides how DER writes them: a high bit, leading zeros, the smallest and the largest.
TEST(EcdsaSignature, IsWhatOpensslMakesOfTheSameNumbers) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{48}, std::size_t{66}}) {
    for (const std::string_view start : {"01", "7f", "80", "ff", "0001", "0080", "000000ff"}) {
      Bytes r = parse_hex(start).value();
      r.resize(size, 0x5a);
      Bytes s(size);
      s.back() = 1;
      for (const auto& [first, second] : {std::pair(r, s), std::pair(s, r), std::pair(r, r)}) {
        Bytes raw = first;
        append(raw, second);
        const auto der = der_from_raw_ecdsa(raw, size);
        ASSERT_TRUE(der) << der.error().sentence();
        EXPECT_EQ(encode_hex(*der), encode_hex(openssl_der(first, second)));
      }
    }
  }
}

TEST(EcdsaSignature, OfAnotherLengthIsRefused) {
  EXPECT_TRUE(der_from_raw_ecdsa(Bytes(64, 1), 32));
  for (const std::size_t size : {std::size_t{0}, std::size_t{63}, std::size_t{65}, std::size_t{96}}) {
    const auto der = der_from_raw_ecdsa(Bytes(size, 1), 32);
    ASSERT_FALSE(der) << size;
    EXPECT_EQ(der.error().code, ErrorCode::WorkerFailed);
    EXPECT_THAT(der.error().what, HasSubstr("instead of 64"));
  }
}

TEST(EcdsaSignature, WithAZeroIsRefused) {
  Bytes raw(64, 1);
  std::fill_n(raw.begin(), 32, std::uint8_t{0});
  const auto no_r = der_from_raw_ecdsa(raw, 32);
  ASSERT_FALSE(no_r);
  EXPECT_THAT(no_r.error().what, HasSubstr("holds a zero"));
  raw.assign(64, 1);
  std::fill_n(raw.begin() + 32, 32, std::uint8_t{0});
  EXPECT_FALSE(der_from_raw_ecdsa(raw, 32));
}

}  // namespace
}  // namespace signet::pkcs11
