// Every mutant differs from a good signature in one part alone; the reason says which.
#include <gtest/gtest.h>

#include <functional>

#include "common/git_armor.h"
#include "common/hex.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/git/cms.h"
#include "tests/support/expect_refusal.h"
#include "tests/unit/git/cms_parts.h"
#include "tests/unit/sigstore/made_certificate.h"

namespace signet::sigstore {
namespace {

using test::CmsParts;
using test::der_oid_sequence;
using test::expect_refusal;
using test::make_attribute;
using test::SoftwareKey;

constexpr std::string_view kObject = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nobject\n";
constexpr std::string_view kSigningTime = "1.2.840.113549.1.9.5";
constexpr std::string_view kMessageDigest = "1.2.840.113549.1.9.4";
constexpr std::string_view kContentType = "1.2.840.113549.1.9.3";
constexpr std::string_view kLogEntry = "1.3.6.1.4.1.57264.3.1";
constexpr std::string_view kTimestamp = "1.2.840.113549.1.9.16.2.14";
constexpr std::string_view kSha384 = "2.16.840.1.101.3.4.2.2";
const WallTime kNow = parse_rfc3339("2026-01-31T11:00:00Z").value();

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }
Bytes time_element(std::uint8_t tag, std::string_view text) { return encode_der(tag, bytes_of(text)); }

class GitCmsParse : public testing::Test {
 protected:
  void SetUp() override {
    const auto taken = parse_git_cms(parts_.armored());
    ASSERT_TRUE(taken) << taken.error().sentence();
  }

  Certificate certificate(std::string issuer_name) const {
    auto recipe = test::leaf_recipe(key_.public_key(), kNow);
    recipe.issuer_name = std::move(issuer_name);
    return test::make_certificate(recipe, authority_key_);
  }
  static void expect_malformed(std::string_view armored, std::string_view why) {
    expect_refusal(parse_git_cms(armored), ErrorCode::InvalidRequest, why);
  }
  void expect_malformed(const std::function<void(CmsParts&)>& change, std::string_view why) const {
    CmsParts changed = parts_;
    change(changed);
    expect_malformed(changed.armored(), why);
  }
  void expect_taken(const std::function<void(CmsParts&)>& change) const {
    CmsParts changed = parts_;
    change(changed);
    const auto taken = parse_git_cms(changed.armored());
    EXPECT_TRUE(taken) << taken.error().sentence();
  }
  static void set_evidence(CmsParts& parts, std::vector<Bytes> attributes) {
    parts.has_unsigned_attributes = true;
    parts.unsigned_attributes = std::move(attributes);
  }

  SoftwareKey authority_key_ = SoftwareKey::generate(KeyKind::EcdsaP256);
  SoftwareKey key_ = SoftwareKey::generate(KeyKind::EcdsaP256);
  Certificate leaf_ = certificate("test CA");
  CmsParts parts_ = test::make_cms_parts(key_, leaf_, bytes_of(kObject));
};

TEST_F(GitCmsParse, RefusesWhatIsNoOneBlockOfItsLabel) {
  const std::string good = parts_.armored();
  expect_malformed("", "does not begin");
  expect_malformed(good + good, "more than one block");
  expect_malformed(encode_pem("CMS", parts_.der()), "does not begin");
  expect_malformed("Hello\n" + good, "does not begin");
  expect_malformed(good + "Hello\n", "PEM");
  expect_malformed(encode_pem(kCmsArmor, Bytes(800'000)), "larger than 1 MiB");
}

TEST_F(GitCmsParse, RefusesBytesBehindAnyPart) {
  Bytes behind = parts_.der();
  behind.push_back(0);
  expect_malformed(encode_pem(kCmsArmor, behind), "data after the last element");
  expect_malformed([](CmsParts& p) { append(p.signature, unhex("0500")); }, "data after the last element");
  expect_malformed([](CmsParts& p) { append(p.signer_digest_algorithm, unhex("0500")); }, "another element");
}

TEST_F(GitCmsParse, RefusesAMessageThatIsCutOffAnywhere) {
  const Bytes whole = parts_.der();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const auto taken = parse_git_cms(encode_pem(kCmsArmor, ByteView(whole).first(size)));
    ASSERT_FALSE(taken) << size;
    EXPECT_EQ(taken.error().code, ErrorCode::InvalidRequest);
  }
}

TEST_F(GitCmsParse, RefusesAnotherKindOfMessage) {
  expect_malformed([](CmsParts& p) { p.content_type = encode_der_oid("1.2.840.113549.1.7.3"); }, "not signed data");
  expect_malformed([](CmsParts& p) { p.version = unhex("020103"); }, "its version is not 1");
  expect_malformed(
      [](CmsParts& p) {
        p.content = encode_der(
            der_tag::kSequence,
            std::vector{encode_der_oid("1.2.840.113549.1.7.1"),
                        encode_der(der_tag::context(0), encode_der(der_tag::kOctetString, bytes_of(kObject)))});
      },
      "not detached data");
  expect_malformed([](CmsParts& p) { p.content = der_oid_sequence("1.2.840.113549.1.9.16.1.4"); }, "not detached data");
  expect_malformed([](CmsParts& p) { p.revocations = unhex("a100"); }, "another element");
}

TEST_F(GitCmsParse, RefusesOtherHashes) {
  const Bytes sha1 = der_oid_sequence("1.3.14.3.2.26");
  expect_malformed([&](CmsParts& p) { p.digest_algorithms = {sha1}, p.signer_digest_algorithm = sha1; },
                   "not SHA-256, SHA-384 or SHA-512");
  expect_malformed([&](CmsParts& p) { p.digest_algorithms.push_back(der_oid_sequence(kSha384)); },
                   "more than one signer or hash");
  expect_malformed([](CmsParts& p) { p.digest_algorithms.clear(); }, "an element is missing");
  expect_malformed([](CmsParts& p) { p.signer_digest_algorithm = der_oid_sequence(kSha384); },
                   "another hash than the message");
}

// gitsign takes one good signer of several; which one does a person see then?
TEST_F(GitCmsParse, RefusesSeveralSignersAndNone) {
  expect_malformed([](CmsParts& p) { p.more_signers = {p.signer()}; }, "more than one signer or hash");
  CmsParts none = parts_;
  Bytes without = none.der();
  const Bytes signers = encode_der(der_tag::kSet, none.signer());
  ASSERT_TRUE(equal(ByteView(without).last(signers.size()), signers));
  const Bytes signed_data = encode_der(
      der_tag::kSequence, std::vector{none.version, encode_der(der_tag::kSet, none.digest_algorithms), none.content,
                                      encode_der(der_tag::context(0), none.certificates), unhex("3100")});
  expect_malformed(
      encode_pem(kCmsArmor, encode_der(der_tag::kSequence,
                                       std::vector{none.content_type, encode_der(der_tag::context(0), signed_data)})),
      "an element is missing");
}

TEST_F(GitCmsParse, FindsTheSignersCertificateAmongOthers) {
  const Certificate other = certificate("another CA");
  expect_taken([&](CmsParts& p) { p.certificates = {to_bytes(other.der()), to_bytes(leaf_.der())}; });
  expect_malformed([&](CmsParts& p) { p.certificates = {to_bytes(other.der())}; }, "signer's certificate is not in it");
  expect_malformed([&](CmsParts& p) { p.certificates.push_back(to_bytes(leaf_.der())); },
                   "same issuer and serial number");
  expect_malformed([](CmsParts& p) { p.certificates.clear(); }, "another element");
  expect_malformed([](CmsParts& p) { p.certificates.push_back(unhex("3003020100")); }, "another element");
  expect_malformed([&](CmsParts& p) { p.certificates.insert(p.certificates.end(), 8, to_bytes(other.der())); },
                   "too many certificates");
}

TEST_F(GitCmsParse, RefusesACertificateOfManyExtensions) {
  auto recipe = test::leaf_recipe(key_.public_key(), kNow);
  const auto add_with = [&](int extensions) {
    for (int i = 0; i < extensions; ++i) {
      recipe.extensions.push_back(test::make_extension("1.2." + std::to_string(recipe.extensions.size()), false, {}));
    }
    recipe.issuer_name = "another CA";
    CmsParts changed = parts_;
    changed.certificates.push_back(test::make_certificate_der(recipe, authority_key_));
    return parse_git_cms(changed.armored());
  };
  EXPECT_TRUE(add_with(59));
  expect_refusal(add_with(1), ErrorCode::LimitExceeded, "a certificate of more than 64 extensions");
}

TEST_F(GitCmsParse, RefusesASignerThatIsNotNamedByIssuerAndSerial) {
  expect_malformed([](CmsParts& p) { p.signer_version = unhex("020103"); }, "not named by issuer and serial number");
  expect_malformed([](CmsParts& p) { p.signer_name = unhex("800401020304"); }, "another element");
  expect_malformed([](CmsParts& p) { p.signer_name = unhex("3000"); }, "signer's certificate is not in it");
}

TEST_F(GitCmsParse, RefusesASignatureAlgorithmThatDoesNotFit) {
  for (const char* oid : {"1.2.840.10045.4.3.3", "1.2.840.113549.1.1.11", "1.2.840.10045.4.1", "1.3.101.112"}) {
    expect_malformed([&](CmsParts& p) { p.signature_algorithm = der_oid_sequence(oid); }, "does not fit");
  }
}

TEST_F(GitCmsParse, RefusesSignedAttributesInAnotherOrder) {
  expect_malformed([](CmsParts& p) { std::swap(p.signed_attributes[0], p.signed_attributes[1]); }, "order of DER");
  expect_malformed([](CmsParts& p) { std::swap(p.signed_attributes[1], p.signed_attributes[2]); }, "order of DER");
}

TEST_F(GitCmsParse, RefusesRepeatedAttributes) {
  const auto repeat = [](CmsParts& p) {
    p.signed_attributes.insert(p.signed_attributes.begin(), p.signed_attributes[0]);
  };
  expect_malformed(repeat, "order of DER");
  expect_malformed(
      [](CmsParts& p) {
        p.signed_attributes.insert(p.signed_attributes.begin() + 2,
                                   make_attribute(kSigningTime, {time_element(der_tag::kUtcTime, "260131110008Z")}));
      },
      "stands there twice");
  expect_malformed(
      [](CmsParts& p) {
        p.signed_attributes[1] = make_attribute(kSigningTime, {time_element(der_tag::kUtcTime, "260131110007Z"),
                                                               time_element(der_tag::kUtcTime, "260131110008Z")});
        std::swap(p.signed_attributes[1], p.signed_attributes[2]);
        std::ranges::sort(p.signed_attributes);
      },
      "data after the last element");
  const Bytes token = make_attribute(kTimestamp, {unhex("3000")});
  expect_malformed([&](CmsParts& p) { set_evidence(p, {token, token}); }, "stands there twice");
}

TEST_F(GitCmsParse, RefusesMissingAndUnknownSignedAttributes) {
  for (std::ptrdiff_t i = 0; i < 3; ++i) {
    expect_malformed([&](CmsParts& p) { p.signed_attributes.erase(p.signed_attributes.begin() + i); },
                     "a signed attribute is missing");
  }
  expect_malformed([](CmsParts& p) { p.signed_attributes.clear(); }, "a signed attribute is missing");
  const Bytes unknown = make_attribute("1.2.840.113549.1.9.15", {Bytes(encode_der(der_tag::kSequence, Bytes(200)))});
  expect_malformed([&](CmsParts& p) { p.signed_attributes.push_back(unknown); }, "attribute that is not known here");
  expect_malformed([](CmsParts& p) { p.signed_attributes[0] = make_attribute(kContentType, {}); }, "missing");
}

TEST_F(GitCmsParse, RefusesMoreThan16Attributes) {
  std::vector<Bytes> many;
  for (unsigned i = 10; i < 27; ++i) many.push_back(make_attribute("1.2." + std::to_string(i), {unhex("0500")}));
  expect_malformed([&](CmsParts& p) { p.signed_attributes = many; }, "too many attributes");
  many.pop_back();
  expect_malformed([&](CmsParts& p) { p.signed_attributes = many; }, "a signed attribute is missing");
}

TEST_F(GitCmsParse, RefusesAnotherContentTypeOrDigest) {
  expect_malformed(
      [](CmsParts& p) {
        p.signed_attributes[0] = make_attribute(kContentType, {encode_der_oid("1.2.840.113549.1.7.2")});
      },
      "its content type is not data");
  for (const Bytes& digest : {encode_der(der_tag::kOctetString, Bytes(31)), encode_der(der_tag::kBitString, Bytes(32)),
                              encode_der(der_tag::kOctetString, Bytes(48))}) {
    expect_malformed([&](CmsParts& p) { p.signed_attributes[2] = make_attribute(kMessageDigest, {digest}); },
                     "does not have the length of its hash");
  }
}

TEST_F(GitCmsParse, ReadsTimesInTheirOneForm) {
  const auto read = [this](std::uint8_t tag, std::string_view text) {
    CmsParts changed = parts_;
    changed.signed_attributes[1] = make_attribute(kSigningTime, {time_element(tag, text)});
    return parse_git_cms(changed.armored());
  };
  const auto is = [&](std::uint8_t tag, std::string_view text, std::string_view time) {
    const auto cms = read(tag, text);
    ASSERT_TRUE(cms) << cms.error().sentence();
    EXPECT_EQ(encode_rfc3339(cms->signing_time), encode_rfc3339(parse_rfc3339(time).value()));
  };
  is(der_tag::kUtcTime, "260131110007Z", test::kCmsTime);
  is(der_tag::kUtcTime, "491231235959Z", "2049-12-31T23:59:59Z");
  is(der_tag::kUtcTime, "700101000000Z", "1970-01-01T00:00:00Z");
  is(der_tag::kGeneralizedTime, "20500101000000Z", "2050-01-01T00:00:00Z");
  for (const std::string_view text : {"2601311100Z", "260131110007+0000", "260131110007", "261331110007Z",
                                      "2601311100070", "26013111 007Z", "260230110007Z", "20260131110007Z"}) {
    expect_refusal(read(der_tag::kUtcTime, text), ErrorCode::InvalidRequest, "its signing time is malformed");
  }
  for (const std::string_view text : {"260131110007Z", "20260131110007.5Z", "20500101000000+"}) {
    expect_refusal(read(der_tag::kGeneralizedTime, text), ErrorCode::InvalidRequest, "its signing time is malformed");
  }
  for (const std::string_view text : {"260131110007Z", "20260131110007Z"}) {
    expect_refusal(read(der_tag::kUtf8String, text), ErrorCode::InvalidRequest, "its signing time is malformed");
  }
}

TEST_F(GitCmsParse, TakesEvidenceInEitherOrder) {
  const Bytes entry =
      make_attribute(kLogEntry, {encode_der(der_tag::kOctetString, encode_entry_protobuf({.log_index = 1,
                                                                                          .log_id = Bytes(32, 1),
                                                                                          .kind = "hashedrekord",
                                                                                          .version = "0.0.2",
                                                                                          .inclusion_promise = {},
                                                                                          .proof = std::nullopt,
                                                                                          .canonicalized_body = {}}))});
  const Bytes token = make_attribute(kTimestamp, {unhex("3000")});
  expect_taken([&](CmsParts& p) { set_evidence(p, {entry, token}); });
  expect_taken([&](CmsParts& p) { set_evidence(p, {token, entry}); });
  expect_taken([&](CmsParts& p) { set_evidence(p, {entry}); });
  expect_malformed([&](CmsParts& p) { set_evidence(p, {entry, entry}); }, "stands there twice");
}

TEST_F(GitCmsParse, RefusesEvidenceThatItDoesNotKnow) {
  expect_malformed([](CmsParts& p) { set_evidence(p, {}); }, "no unsigned attribute, or one that is not known");
  const Bytes token = make_attribute(kTimestamp, {unhex("3000")});
  const Bytes unknown = make_attribute("1.2.3.4", {unhex("0500")});
  expect_taken([&](CmsParts& p) { set_evidence(p, {token}); });
  expect_malformed([&](CmsParts& p) { set_evidence(p, {token, unknown}); }, "one that is not known");
  expect_malformed([&](CmsParts& p) { set_evidence(p, {make_attribute(kLogEntry, {unhex("3000")})}); },
                   "its log entry is not an OCTET STRING");
  expect_malformed([&](CmsParts& p) { set_evidence(p, {make_attribute(kLogEntry, {unhex("04020801")})}); },
                   "not a log entry in protobuf form");
}

}  // namespace
}  // namespace signet::sigstore
