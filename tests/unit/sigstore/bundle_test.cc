#include "sigstore/bundle/bundle.h"

#include <gtest/gtest.h>

#include "common/base64.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"
#include "tests/support/conformance_assets.h"

namespace signet::sigstore {
namespace {

using json::Object;
using json::Value;

// A bundle that is whole in form; nothing in it verifies.
Object entry_with(std::string_view index) {
  return {{"logIndex", index},
          {"logId", Object{{"keyId", encode_base64(Bytes(32, 1))}}},
          {"kindVersion", Object{{"kind", "hashedrekord"}, {"version", "0.0.2"}}},
          {"canonicalizedBody", encode_base64(bytes_of("{\"entry\":" + std::string(index) + "}"))}};
}

Object material() {
  return {{"certificate", Object{{"rawBytes", encode_base64(Bytes(9, 7))}}},
          {"tlogEntries", json::Array{entry_with("5")}},
          {"timestampVerificationData",
           Object{{"rfc3161Timestamps", json::Array{Object{{"signedTimestamp", encode_base64(Bytes(4, 2))}}}}}}};
}

Object message_signature() {
  return {{"messageDigest", Object{{"algorithm", "SHA2_256"}, {"digest", encode_base64(Bytes(32, 3))}}},
          {"signature", encode_base64(Bytes(8, 4))}};
}

Object envelope() {
  return {{"payload", encode_base64(bytes_of("{}"))},
          {"payloadType", "application/vnd.in-toto+json"},
          {"signatures", json::Array{Object{{"sig", encode_base64(Bytes(8, 4))}, {"keyid", ""}}}}};
}

class BundleJson : public testing::Test {
 protected:
  Object root{
      {"mediaType", kBundleMediaType}, {"verificationMaterial", material()}, {"messageSignature", message_signature()}};

  Object& part(std::string_view name) { return *root.find(name)->as_object(); }
  std::string refusal() const {
    const auto bundle = parse_bundle(json::write(root));
    return bundle ? "taken" : bundle.error().sentence();
  }
  void expect_refusal(std::string_view reason) const {
    EXPECT_NE(refusal().find(reason), std::string::npos) << refusal() << "\nexpected: " << reason;
  }
};

TEST_F(BundleJson, IsReadWhole) {
  const auto bundle = parse_bundle(json::write(root));
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->certificate, Bytes(9, 7));
  ASSERT_EQ(bundle->entries.size(), 1);
  EXPECT_EQ(bundle->entries[0].log_index, 5);
  EXPECT_EQ(bundle->timestamps, std::vector<Bytes>{Bytes(4, 2)});
  EXPECT_EQ(bundle->signature(), Bytes(8, 4));
  EXPECT_TRUE(equal(std::get<MessageSignature>(bundle->content).digest.bytes(), Bytes(32, 3)));
}

TEST_F(BundleJson, IsReadWithAnEnvelope) {
  root = {{"mediaType", kBundleMediaType}, {"verificationMaterial", material()}, {"dsseEnvelope", envelope()}};
  const auto bundle = parse_bundle(json::write(root));
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(std::get<DsseEnvelope>(bundle->content).payload_type, "application/vnd.in-toto+json");
  EXPECT_EQ(bundle->signature(), Bytes(8, 4));
}

TEST_F(BundleJson, ComesInEverySpellingOfItsThreeVersions) {
  const auto version_of = [&](std::string_view media_type) {
    root.set("mediaType", media_type);
    return parse_bundle(json::write(root)).value().version;
  };
  EXPECT_EQ(version_of("application/vnd.dev.sigstore.bundle.v0.3+json"), BundleVersion::V03);
  EXPECT_EQ(version_of("application/vnd.dev.sigstore.bundle.v0.3.1+json"), BundleVersion::V03);
  EXPECT_EQ(version_of("application/vnd.dev.sigstore.bundle+json;version=0.3"), BundleVersion::V03);
  EXPECT_EQ(version_of("application/vnd.dev.sigstore.bundle+json;version=0.2"), BundleVersion::V02);
  EXPECT_EQ(version_of("application/vnd.dev.sigstore.bundle+json;version=0.1"), BundleVersion::V01);
}

TEST_F(BundleJson, ComesInNoOtherVersion) {
  const auto with = [&](std::string_view media_type) {
    root.set("mediaType", media_type);
    const auto bundle = parse_bundle(json::write(root));
    return bundle ? std::string("taken") : std::string(error_name(bundle.error().code));
  };
  EXPECT_EQ(with("application/vnd.dev.sigstore.bundle+json;version=99.9"), "NotBuiltYet");
  EXPECT_EQ(with("application/vnd.dev.sigstore.bundle.v0.3.+json"), "NotBuiltYet");
  EXPECT_EQ(with("application/json"), "InvalidRequest");
}

TEST_F(BundleJson, RefusesUnknownMembersEverywhere) {
  root.set("extra", 1);
  expect_refusal("\"extra\" is not known");
  root = {
      {"mediaType", kBundleMediaType}, {"verificationMaterial", material()}, {"messageSignature", message_signature()}};
  part("verificationMaterial").set("extra", 1);
  expect_refusal("\"extra\" is not known");
  part("verificationMaterial") = material();
  part("messageSignature").set("extra", 1);
  expect_refusal("\"extra\" is not known");
}

TEST_F(BundleJson, HasNoMemberTwice) {
  std::string json = json::write(root);
  EXPECT_TRUE(parse_bundle(json));
  json.insert(1, R"("mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",)");
  EXPECT_NE(parse_bundle(json).error().what.find("repeated member"), std::string::npos);
}

TEST_F(BundleJson, IsNotReadWhereItIsHuge) {
  const auto bundle = parse_bundle(json::write(root) + std::string(kMaxBundle, ' '));
  ASSERT_FALSE(bundle);
  EXPECT_EQ(bundle.error().code, ErrorCode::LimitExceeded);
}

TEST_F(BundleJson, HasExactlyOneContent) {
  root.set("dsseEnvelope", envelope());
  expect_refusal("exactly one must be there");
  root = {{"mediaType", kBundleMediaType}, {"verificationMaterial", material()}};
  expect_refusal("exactly one must be there");
  root.set("messageSignature", nullptr);
  expect_refusal("exactly one must be there");
  root.set("dsseEnvelope", envelope());
  EXPECT_EQ(refusal(), "taken");
}

TEST_F(BundleJson, HasExactlyOneKeyMaterial) {
  part("verificationMaterial").set("publicKey", Object{{"hint", "x"}});
  expect_refusal("exactly one must be there");
  part("verificationMaterial").set("certificate", nullptr);
  EXPECT_EQ(refusal(), "taken");
  EXPECT_EQ(parse_bundle(json::write(root))->public_key_hint, "x");
  part("verificationMaterial").set("publicKey", nullptr);
  expect_refusal("exactly one must be there");
  part("verificationMaterial") = material();
  part("verificationMaterial").set("x509CertificateChain", Object{{"certificates", json::Array{}}});
  expect_refusal("exactly one must be there");
}

// Only the first is the signer's; the others are read and dropped.
TEST_F(BundleJson, HasAChainBeforeVersion3) {
  const auto chain_of = [](std::size_t count) {
    json::Array certificates;
    for (std::size_t i = 0; i < count; ++i) {
      certificates.emplace_back(Object{{"rawBytes", encode_base64(Bytes(9, static_cast<std::uint8_t>(i)))}});
    }
    return Object{{"certificates", std::move(certificates)}};
  };
  part("verificationMaterial").set("certificate", nullptr);
  part("verificationMaterial").set("x509CertificateChain", chain_of(2));
  expect_refusal("not allowed in version 0.3");
  root.set("mediaType", "application/vnd.dev.sigstore.bundle+json;version=0.1");
  const auto bundle = parse_bundle(json::write(root));
  ASSERT_TRUE(bundle) << bundle.error().sentence();
  EXPECT_EQ(bundle->certificate, Bytes(9, 0));
  part("verificationMaterial").set("x509CertificateChain", chain_of(0));
  expect_refusal("\"certificates\" is empty");
  part("verificationMaterial").set("x509CertificateChain", chain_of(kMaxCertificates + 1));
  expect_refusal("more than 10 certificates");
  part("verificationMaterial")
      .set("x509CertificateChain", Object{{"certificates", json::Array{Object{{"rawBytes", ""}}}}});
  expect_refusal("\"rawBytes\" is empty");
}

TEST_F(BundleJson, NamesTheBareKeyOfItsEnvelopeOnce) {
  Object signed_envelope = envelope();
  const auto named = [&](std::string_view key_id) {
    signed_envelope.set("signatures", json::Array{Object{{"sig", "AAAA"}, {"keyid", key_id}}});
    root = {{"mediaType", kBundleMediaType}, {"verificationMaterial", material()}, {"dsseEnvelope", signed_envelope}};
    part("verificationMaterial").set("certificate", nullptr);
    part("verificationMaterial").set("publicKey", Object{{"hint", "x"}});
  };
  named("x");
  EXPECT_EQ(refusal(), "taken");
  named("y");
  expect_refusal("another keyid than the hint");
}

TEST_F(BundleJson, HasExactlyOneDsseSignature) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{2}}) {
    Object spoiled = envelope();
    spoiled.set("signatures", json::Array(count, Object{{"sig", "AAAA"}}));
    root = {{"mediaType", kBundleMediaType}, {"verificationMaterial", material()}, {"dsseEnvelope", spoiled}};
    expect_refusal("exactly one signature");
  }
}

TEST_F(BundleJson, RefusesDigestsAndSignaturesThatCannotBeRight) {
  part("messageSignature").set("signature", "");
  expect_refusal("\"signature\" is empty");
  part("messageSignature") = message_signature();
  part("messageSignature").find("messageDigest")->as_object()->set("digest", encode_base64(Bytes(31, 3)));
  expect_refusal("\"digest\" does not have the length");
  part("messageSignature") = message_signature();
  part("messageSignature").find("messageDigest")->as_object()->set("algorithm", "SHA1");
  expect_refusal("\"algorithm\" is not a hash");
  part("messageSignature") = message_signature();
  part("messageSignature").set("signature", "AAAA\nAAAA");
  expect_refusal("\"signature\" is not canonical base64");
}

TEST_F(BundleJson, RefusesAnEntryThatStandsThereTwice) {
  part("verificationMaterial").set("tlogEntries", json::Array{entry_with("5"), entry_with("6")});
  EXPECT_EQ(refusal(), "taken");
  part("verificationMaterial").set("tlogEntries", json::Array{entry_with("5"), entry_with("6"), entry_with("5")});
  expect_refusal("has an entry twice");
}

// Under another index it is the same: without a promise nobody vouches for the number.
TEST_F(BundleJson, RefusesAnEntryThatStandsThereUnderTwoIndices) {
  const auto entries = [&](std::string_view second_body) {
    Object second = entry_with("6");
    second.set("canonicalizedBody", second_body);
    part("verificationMaterial").set("tlogEntries", json::Array{entry_with("5"), second});
  };
  entries("AAAA");
  EXPECT_EQ(refusal(), "taken");
  entries(*entry_with("5").find("canonicalizedBody")->as_string());
  expect_refusal("has an entry twice");
}

TEST_F(BundleJson, HasBoundedLists) {
  json::Array entries;
  for (std::size_t i = 0; i < kMaxLogEntries; ++i) entries.emplace_back(entry_with(std::to_string(i)));
  part("verificationMaterial").set("tlogEntries", entries);
  EXPECT_EQ(refusal(), "taken");
  entries.emplace_back(entry_with("99"));
  part("verificationMaterial").set("tlogEntries", entries);
  expect_refusal("LimitExceeded: the bundle has more than 32 log entries");
  part("verificationMaterial") = material();
  const Object timestamp{{"signedTimestamp", "AAAA"}};
  part("verificationMaterial")
      .set("timestampVerificationData", Object{{"rfc3161Timestamps", json::Array(kMaxTimestamps + 1, timestamp)}});
  expect_refusal("LimitExceeded: the bundle has more than 32 timestamps");
}

TEST(Bundle, SurvivesWritingAndReading) {
  if (!test::have_conformance_assets()) GTEST_SKIP() << test::kNoConformanceAssets;
  for (const std::string_view name : {"rekor2-dsse-happy-path", "rekor2-checkpoint-cosigned"}) {
    const test::ConformanceCase subject = test::conformance_case(name);
    const Bundle bundle = test::bundle_of(subject);
    const std::string written = encode_bundle(bundle);
    EXPECT_EQ(written.find("null"), std::string::npos);
    EXPECT_EQ(written.find('\n'), std::string::npos);
    const auto again = parse_bundle(written);
    ASSERT_TRUE(again) << again.error().sentence();
    EXPECT_EQ(encode_bundle(*again), written);
    EXPECT_EQ(again->signature(), bundle.signature());
    EXPECT_EQ(again->certificate, bundle.certificate);
    EXPECT_EQ(again->timestamps, bundle.timestamps);
    ASSERT_EQ(again->entries.size(), 1);
    EXPECT_EQ(again->entries[0].canonicalized_body, bundle.entries[0].canonicalized_body);
    EXPECT_EQ(again->entries[0].proof->checkpoint, bundle.entries[0].proof->checkpoint);
  }
}

}  // namespace
}  // namespace signet::sigstore
