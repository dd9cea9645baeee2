#include "sigstore/git/cms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "common/file.h"
#include "common/git_armor.h"
#include "common/hex.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "tests/support/expect_refusal.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/git/cms_parts.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

using test::SoftwareKey;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kObject = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nobject\n";
const WallTime kNow = parse_rfc3339("2026-01-31T11:00:00Z").value();

LogEntry small_entry() {
  return {.log_index = 7,
          .log_id = Bytes(32, 1),
          .kind = "hashedrekord",
          .version = "0.0.2",
          .inclusion_promise = {},
          .proof = std::nullopt,
          .canonicalized_body = {}};
}

// A CA, a leaf under it, and what the leaf's key signs.
struct Signer {
  explicit Signer(KeyKind kind) : key(SoftwareKey::generate(kind)) {}

  CmsAttributes attributes(WallTime time = kNow) const {
    return make_cms_attributes(hash(default_hash(key.public_key().kind()), bytes_of(kObject)), time);
  }
  std::string sign(const CmsEvidence& evidence = {}) const {
    const CmsAttributes signed_attributes = attributes();
    return encode_git_cms(leaf, signed_attributes, key.sign(signed_attributes.der), evidence).value();
  }

  SoftwareKey key;
  SoftwareKey authority_key = SoftwareKey::generate(KeyKind::EcdsaP256);
  Certificate authority =
      test::make_certificate(test::authority_recipe(authority_key.public_key(), "test CA", kNow - std::chrono::hours(1),
                                                    kNow + std::chrono::hours(1)),
                             authority_key);
  Certificate leaf = test::make_certificate(test::leaf_recipe(key.public_key(), kNow), authority_key);
};

std::string kind_name(const testing::TestParamInfo<KeyKind>& info) { return std::string(key_kind_name(info.param)); }

// OpenSSL's own reader and writer of CMS, as other people's programs use them.
class WithOpenssl : public testing::TestWithParam<KeyKind> {
 protected:
  test::ProcessEnd openssl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"openssl", "cms"});
    return test::run({.arguments = arguments, .directory = folder_.path()}, Deadline::after(std::chrono::minutes(1)));
  }
  void write(const std::string& armored, std::string_view object = kObject) const {
    folder_.write("cms.der", text_of(parse_pem(kCmsArmor, armored).value()));
    folder_.write("object", object);
    folder_.write("ca.pem", signer_.authority.pem());
  }
  test::ProcessEnd verify() const {
    return openssl({"-verify", "-binary", "-inform", "DER", "-in", "cms.der", "-content", "object", "-CAfile", "ca.pem",
                    "-purpose", "any", "-no_check_time", "-out", "content"});
  }

  Signer signer_{GetParam()};
  test::TemporaryFolder folder_;
};
using AnyKind = WithOpenssl;

TEST_P(AnyKind, OpensslVerifiesWhatWasWrittenAndNothingElse) {
  write(signer_.sign({.entry = small_entry(), .timestamp = std::nullopt}));
  const auto good = verify();
  EXPECT_EQ(good.status, 0) << good.errors;
  write(signer_.sign(), "another object");
  const auto other = verify();
  EXPECT_NE(other.status, 0);
  EXPECT_THAT(other.errors, HasSubstr("content verify error"));
}

TEST_P(AnyKind, ReadsWhatOpensslWrote) {
  folder_.write("object", kObject);
  folder_.write("leaf.pem", signer_.leaf.pem());
  folder_.write("key.pem", signer_.key.pem());
  const std::string md(hash_name(default_hash(GetParam())));
  const auto made = openssl({"-sign", "-binary", "-md", md, "-signer", "leaf.pem", "-inkey", "key.pem", "-nosmimecap",
                             "-in", "object", "-outform", "DER", "-out", "cms.der"});
  ASSERT_EQ(made.status, 0) << made.errors;
  const auto der = read_file(folder_ / "cms.der", 1U << 20U);
  ASSERT_TRUE(der);
  const auto cms = parse_git_cms(encode_pem(kCmsArmor, bytes_of(*der)));
  ASSERT_TRUE(cms) << cms.error().sentence();
  EXPECT_EQ(cms->leaf, signer_.leaf);
  EXPECT_EQ(cms->content_digest, hash(default_hash(GetParam()), bytes_of(kObject)));
  EXPECT_TRUE(signer_.key.public_key().verify_digest(hash(cms->hash, cms->attributes), cms->signature));
  EXPECT_FALSE(cms->evidence.entry);
  EXPECT_FALSE(cms->evidence.timestamp);
  // RSA: OpenSSL names the key's algorithm (rsaEncryption), we the signature's; RFC 5754 §3.2 allows both.
  if (GetParam() == KeyKind::Rsa3072) return;
  const CmsAttributes attributes = make_cms_attributes(cms->content_digest, cms->signing_time);
  EXPECT_EQ(encode_git_cms(signer_.leaf, attributes, cms->signature, {}).value(),
            encode_pem(kCmsArmor, bytes_of(*der)));
}

INSTANTIATE_TEST_SUITE_P(Cms, AnyKind, testing::Values(KeyKind::EcdsaP256, KeyKind::EcdsaP384, KeyKind::Rsa3072),
                         kind_name);

using OneKind = WithOpenssl;
TEST_P(OneKind, OpensslShowsTheStructureOfGitsign) {
  write(signer_.sign({.entry = small_entry(), .timestamp = parse_hex("3003020105").value()}));
  const auto shown = openssl({"-cmsout", "-print", "-inform", "DER", "-in", "cms.der", "-noout"});
  ASSERT_EQ(shown.status, 0) << shown.errors;
  for (const char* part :
       {"contentType: pkcs7-signedData", "eContent: <ABSENT>", "crls:\n      <ABSENT>", "d.issuerAndSerialNumber",
        "algorithm: sha256 (2.16.840.1.101.3.4.2.1)\n        parameter: <ABSENT>",
        "algorithm: ecdsa-with-SHA256 (1.2.840.10045.4.3.2)\n          parameter: <ABSENT>",
        "object: signingTime (1.2.840.113549.1.9.5)", "UTCTIME:Jan 31 11:00:00 2026 GMT",
        "object: undefined (1.3.6.1.4.1.57264.3.1)", "object: id-smime-aa-timeStampToken"}) {
    EXPECT_THAT(shown.output, HasSubstr(part));
  }
}
INSTANTIATE_TEST_SUITE_P(Cms, OneKind, testing::Values(KeyKind::EcdsaP256), kind_name);

TEST(GitCms, IsWhatTheStandardSaysByteForByte) {
  const Signer signer(KeyKind::EcdsaP256);
  const test::CmsParts parts = test::make_cms_parts(signer.key, signer.leaf, bytes_of(kObject));
  const CmsAttributes attributes = signer.attributes(parse_rfc3339(test::kCmsTime).value());
  const Bytes signature = to_bytes(DerReader(parts.signature).next().value().content);
  EXPECT_EQ(encode_git_cms(signer.leaf, attributes, signature, {}).value(), parts.armored());
}

TEST(GitCms, ReadsBackWhatItWrote) {
  const Signer signer(KeyKind::EcdsaP256);
  const Bytes token = parse_hex("3003020105").value();
  const auto cms = parse_git_cms(signer.sign({.entry = small_entry(), .timestamp = token}));
  ASSERT_TRUE(cms) << cms.error().sentence();
  EXPECT_EQ(cms->leaf, signer.leaf);
  EXPECT_EQ(cms->hash, HashAlgorithm::Sha256);
  EXPECT_EQ(cms->attributes, signer.attributes().der);
  EXPECT_EQ(cms->signing_time, kNow);
  EXPECT_TRUE(signer.key.public_key().verify_message(cms->attributes, cms->signature));
  ASSERT_TRUE(cms->evidence.entry);
  EXPECT_EQ(encode_entry_protobuf(*cms->evidence.entry), encode_entry_protobuf(small_entry()));
  EXPECT_EQ(cms->evidence.timestamp, token);
}

TEST(GitCms, EndsInALineEndAndHasLinesOf64) {
  const std::string armored = Signer(KeyKind::EcdsaP256).sign();
  EXPECT_TRUE(armored.starts_with("-----BEGIN SIGNED MESSAGE-----\nMII"));
  EXPECT_TRUE(armored.ends_with("\n-----END SIGNED MESSAGE-----\n"));
  EXPECT_EQ(armored.find('\n', 31), 31U + 64U);
}

// X.690 §11.6: which of the two leads depends on their sizes.
TEST(GitCms, SortsItsEvidenceByItsEncodings) {
  const Signer signer(KeyKind::EcdsaP256);
  const auto order = [&](std::size_t token_size) {
    const std::string hex = encode_hex(
        parse_pem(kCmsArmor,
                  signer.sign({.entry = small_entry(), .timestamp = encode_der(der_tag::kSequence, Bytes(token_size))}))
            .value());
    return hex.find("2b0601040183bf300301") < hex.find("2a864886f70d010910020e");
  };
  EXPECT_FALSE(order(2));
  EXPECT_TRUE(order(200));
}

TEST(CmsAttributes, StandInTheOrderOfDer) {
  const Digest digest = hash(HashAlgorithm::Sha256, bytes_of("abc"));
  // 3.1 of gitsign's format: contentType, signingTime, messageDigest; the tag is that of SET OF.
  EXPECT_EQ(encode_hex(make_cms_attributes(digest, kNow).der),
            "3169"
            "301806092a864886f70d010903310b06092a864886f70d010701"
            "301c06092a864886f70d010905310f170d3236303133313131303030305a"
            "302f06092a864886f70d01090431220420ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// RFC 5652 §11.3: UTCTime from 1950 to 2049, GeneralizedTime otherwise.
TEST(CmsAttributes, WriteATimeAsItsYearDemands) {
  const Digest digest = hash(HashAlgorithm::Sha256, bytes_of("abc"));
  const auto written = [&](std::string_view time) {
    return std::string(text_of(make_cms_attributes(digest, parse_rfc3339(time).value()).der));
  };
  EXPECT_THAT(written("2049-12-31T23:59:59Z"), HasSubstr("\x17\x0d"
                                                         "491231235959Z"));
  EXPECT_THAT(written("2050-01-01T00:00:00Z"), HasSubstr("\x18\x0f"
                                                         "20500101000000Z"));
  EXPECT_THAT(written("1999-02-03T04:05:06Z"), HasSubstr("\x17\x0d"
                                                         "990203040506Z"));
  EXPECT_THAT(written("2026-01-31T11:00:00.999Z"), HasSubstr("260131110000Z"));
}

class UnsuitableKind : public testing::TestWithParam<KeyKind> {};
TEST_P(UnsuitableKind, SignsNoGitObjects) {
  const Signer signer(GetParam());
  const CmsAttributes attributes = signer.attributes();
  test::expect_refusal(encode_git_cms(signer.leaf, attributes, Bytes(64), {}), ErrorCode::KeyUnsuitable,
                       std::string(key_kind_name(GetParam())) + " signs no git objects");
}
INSTANTIATE_TEST_SUITE_P(Cms, UnsuitableKind, testing::Values(KeyKind::EcdsaP521, KeyKind::Rsa2048, KeyKind::Ed25519),
                         kind_name);

TEST(GitCms, TakesOnlyTheHashOfTheKeysKind) {
  const Signer signer(KeyKind::EcdsaP256);
  const CmsAttributes other = make_cms_attributes(hash(HashAlgorithm::Sha384, bytes_of(kObject)), kNow);
  test::expect_refusal(encode_git_cms(signer.leaf, other, signer.key.sign(other.der), {}), ErrorCode::KeyUnsuitable,
                       "signs no git objects by sha384");
}

TEST(CmsAlgorithms, OfAHashMayHaveNullParametersAndNothingElse) {
  const Bytes absent = parse_hex("300b0609608648016503040201").value();
  const Bytes null = parse_hex("300d06096086480165030402010500").value();
  const Bytes other = parse_hex("300e0609608648016503040201020100").value();
  EXPECT_EQ(cms::digest_algorithm(HashAlgorithm::Sha256), absent);
  EXPECT_EQ(cms::hash_of_algorithm(absent), HashAlgorithm::Sha256);
  EXPECT_EQ(cms::hash_of_algorithm(null), HashAlgorithm::Sha256);
  EXPECT_EQ(cms::hash_of_algorithm(other), std::nullopt);
  EXPECT_EQ(cms::hash_of_algorithm(parse_hex("300706052b0e03021a").value()), std::nullopt);  // SHA-1
}

TEST(CmsAlgorithms, OfASignatureFitKeyAndHash) {
  const auto fits = [](KeyKind kind, HashAlgorithm hash, KeyKind of, HashAlgorithm with) {
    return cms::is_signature_algorithm(cms::signature_algorithm(of, with), kind, hash);
  };
  constexpr auto k256 = HashAlgorithm::Sha256;
  constexpr auto k384 = HashAlgorithm::Sha384;
  EXPECT_TRUE(fits(KeyKind::EcdsaP256, k256, KeyKind::EcdsaP384, k256));
  EXPECT_FALSE(fits(KeyKind::EcdsaP256, k256, KeyKind::EcdsaP256, k384));
  EXPECT_FALSE(fits(KeyKind::EcdsaP256, k256, KeyKind::Rsa3072, k256));
  EXPECT_FALSE(fits(KeyKind::Ed25519, k256, KeyKind::Ed25519, k256));
  const Bytes rsa_encryption = parse_hex("300d06092a864886f70d0101010500").value();
  EXPECT_TRUE(cms::is_signature_algorithm(rsa_encryption, KeyKind::Rsa2048, k256));
  EXPECT_FALSE(cms::is_signature_algorithm(rsa_encryption, KeyKind::EcdsaP256, k256));
}

}  // namespace
}  // namespace signet::sigstore
