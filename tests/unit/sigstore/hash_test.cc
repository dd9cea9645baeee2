#include "sigstore/encoding/hash.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <utility>

#include "common/hex.h"
#include "tests/support/temporary_folder.h"

namespace signet::sigstore {
namespace {

// FIPS 180-4 examples (NIST CSRC, "abc" and the empty message).
constexpr std::string_view kAbc256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kEmpty256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kAbc384 =
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
constexpr std::string_view kAbc512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Hash, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(encode_hex(sha256(bytes_of("abc"))), kAbc256);
  EXPECT_EQ(encode_hex(sha256({})), kEmpty256);
  EXPECT_EQ(hash(HashAlgorithm::Sha384, bytes_of("abc")).hex(), kAbc384);
  EXPECT_EQ(hash(HashAlgorithm::Sha512, bytes_of("abc")).hex(), kAbc512);
}

TEST(Hasher, TakesPiecesOfAnySize) {
  Hasher hasher(HashAlgorithm::Sha256);
  hasher.update(bytes_of("a"));
  hasher.update({});
  hasher.update(bytes_of("bc"));
  EXPECT_EQ(hasher.finish().hex(), kAbc256);
}

TEST(HashFile, HashesAFileLargerThanItsBuffer) {
  const test::TemporaryFolder folder;
  const std::string content(1'000'003, 'x');
  const auto path = folder.write("large", content);
  const auto digest = hash_file(HashAlgorithm::Sha256, path);
  ASSERT_TRUE(digest) << digest.error().sentence();
  EXPECT_EQ(*digest, hash(HashAlgorithm::Sha256, bytes_of(content)));
}

TEST(DigestOperand, IsADigestWhereNoFileHasThatVeryName) {
  const test::TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const std::string digest = "sha256:" + std::string(kAbc256);
  EXPECT_TRUE(is_digest_operand(digest));
  EXPECT_TRUE(is_digest_operand("sha512:" + std::string(kAbc512)));
  EXPECT_FALSE(is_digest_operand("./" + digest));
  EXPECT_FALSE(is_digest_operand("md5:00"));
  EXPECT_FALSE(is_digest_operand("sha256"));
  folder.write(digest, "a file of that name");
  EXPECT_FALSE(is_digest_operand(digest));
  std::filesystem::current_path(before);
}

TEST(HashFile, NamesTheFileThatIsNotThereOrIsAFolder) {
  const test::TemporaryFolder folder;
  const auto missing = hash_file(HashAlgorithm::Sha256, folder / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(missing.error().what.find("missing: No such file"), std::string::npos) << missing.error().what;
  const auto directory = hash_file(HashAlgorithm::Sha256, folder.path());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().what.find("is a folder, not a regular file"), std::string::npos)
      << directory.error().what;
  EXPECT_EQ(directory.error().remedy, "name the files in it");
}

// A reader of these would wait for ever, or read without end.
TEST(HashFile, RefusesAPipeAndADeviceBeforeItReadsThem) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", folder / "zero");
  for (const auto& [name, kind] : {std::pair{"pipe", "a pipe"}, std::pair{"zero", "a device"}}) {
    const auto digest = hash_file(HashAlgorithm::Sha256, folder / name);
    ASSERT_FALSE(digest) << name;
    EXPECT_EQ(digest.error().code, ErrorCode::InvalidRequest);
    EXPECT_EQ(digest.error().what, (folder / name).string() + " is " + kind + ", not a regular file");
    EXPECT_EQ(digest.error().remedy, "write its content to a file first, and name that");
  }
}

TEST(HashFile, ReadsOnceForSeveralAlgorithmsAndTellsHowFarItIs) {
  const test::TemporaryFolder folder;
  const std::string content(1'000'003, 'x');
  std::uint64_t last = 0;
  const auto digests = hash_file({HashAlgorithm::Sha512, HashAlgorithm::Sha256}, folder.write("large", content),
                                 [&last](std::uint64_t done, std::uint64_t size) {
                                   EXPECT_GT(done, last);
                                   EXPECT_EQ(size, 1'000'003U);
                                   last = done;
                                 });
  ASSERT_TRUE(digests) << digests.error().sentence();
  EXPECT_EQ(last, 1'000'003U);
  ASSERT_EQ(digests->size(), 2U);
  EXPECT_EQ(digests->at(0), hash(HashAlgorithm::Sha512, bytes_of(content)));
  EXPECT_EQ(digests->at(1), hash(HashAlgorithm::Sha256, bytes_of(content)));
}

TEST(HashFile, RefusesAFileThatGrowsWhileItIsRead) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("log", std::string(300'000, 'x'));
  std::ofstream log(path, std::ios::app);
  const auto digest = hash_file(HashAlgorithm::Sha256, path, [&log](std::uint64_t, std::uint64_t) {
    log << "another line\n" << std::flush;
  });
  ASSERT_FALSE(digest);
  EXPECT_EQ(digest.error().what, path.string() + " changed its size while it was read");
  EXPECT_EQ(digest.error().remedy, "try again when nobody writes to it any more");
}

TEST(Hash, HasTheNamesOfBundlesAndNoOthers) {
  for (const HashAlgorithm algorithm : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    EXPECT_EQ(hash_from_proto_name(proto_hash_name(algorithm)), algorithm);
  }
  EXPECT_EQ(proto_hash_name(HashAlgorithm::Sha384), "SHA2_384");
  for (const std::string_view name : {"", "sha256", "SHA3_256", "HASH_ALGORITHM_UNSPECIFIED", "SHA2_2560"}) {
    EXPECT_EQ(hash_from_proto_name(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace signet::sigstore
