#include "common/digest.h"

#include <gtest/gtest.h>

#include "tests/support/expect_refusal.h"

namespace signet {
namespace {

using test::expect_refusal;

// SHA-256 of the empty message (FIPS 180-4).
constexpr std::string_view kEmpty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, IsReadAndWrittenInItsOneForm) {
  const auto digest = parse_digest(kEmpty);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->algorithm(), HashAlgorithm::Sha256);
  EXPECT_EQ(digest->bytes().size(), 32U);
  EXPECT_EQ(digest->hex(), kEmpty.substr(7));
  EXPECT_EQ(encode_digest(*digest), kEmpty);
}

TEST(Digest, KnowsNameAndSizeOfEachHash) {
  const std::array<std::pair<std::string_view, std::size_t>, 3> rows = {
      {{"sha256", 32}, {"sha384", 48}, {"sha512", 64}}};
  for (const auto& [name, size] : rows) {
    const auto algorithm = hash_from_name(name);
    ASSERT_TRUE(algorithm) << name;
    EXPECT_EQ(hash_name(*algorithm), name);
    EXPECT_EQ(digest_size(*algorithm), size);
    EXPECT_TRUE(parse_digest(std::string(name) + ":" + std::string(size * 2, '0')));
  }
  for (const std::string_view name : {"", "SHA256", "sha-256", "sha1", "sha256 "})
    EXPECT_FALSE(hash_from_name(name)) << name;
}

TEST(Digest, OfAnotherLengthIsRefused) {
  EXPECT_TRUE(Digest::make(HashAlgorithm::Sha256, Bytes(32)));
  for (const std::size_t size : {0U, 20U, 31U, 33U, 48U}) {
    expect_refusal(Digest::make(HashAlgorithm::Sha256, Bytes(size)), ErrorCode::InvalidRequest,
                   "has 32 bytes, this one has " + std::to_string(size));
  }
  expect_refusal(parse_digest("sha384:" + std::string(64, '0')), ErrorCode::InvalidRequest,
                 "has 48 bytes, this one has 32");
}

TEST(Digest, OfAnotherFormIsRefused) {
  for (const std::string_view text : {"", "sha256", "md5:00", ":00", "SHA256:00", " sha256:00"}) {
    expect_refusal(parse_digest(text), ErrorCode::InvalidRequest, "a digest is written as");
  }
  expect_refusal(parse_digest("sha256:zz"), ErrorCode::InvalidRequest, "not hexadecimal");
}

TEST(Digest, IsEqualOnlyToOneOfTheSameHashAndBytes) {
  Sha256Hash hash{};
  const Digest digest = Digest::from_sha256(hash);
  EXPECT_EQ(digest, Digest::make(HashAlgorithm::Sha256, hash).value());
  hash.back() = 1;
  EXPECT_NE(digest, Digest::from_sha256(hash));
  EXPECT_NE(Digest::make(HashAlgorithm::Sha384, Bytes(48)).value(),
            Digest::make(HashAlgorithm::Sha512, Bytes(64)).value());
}

}  // namespace
}  // namespace signet
