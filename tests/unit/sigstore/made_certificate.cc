#include "tests/unit/sigstore/made_certificate.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/der.h"

namespace signet::test {
namespace {

using namespace sigstore;
using namespace extension_oid;

constexpr std::string_view kCommonName = "2.5.4.3";

Bytes sequence(const std::vector<Bytes>& elements) { return encode_der(der_tag::kSequence, elements); }

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

Bytes make_name(std::string_view common_name) {
  if (common_name.empty()) return sequence({});
  const Bytes attribute =
      sequence({encode_der_oid(kCommonName), encode_der(der_tag::kUtf8String, bytes_of(common_name))});
  return sequence({encode_der(der_tag::kSet, std::vector<Bytes>{attribute})});
}

// Years to 2049: UTCTime (RFC 5280 §4.1.2.5).
Bytes make_time(WallTime time) {
  std::string text;
  for (const char c : encode_rfc3339(time).substr(2, 17)) {
    if (c >= '0' && c <= '9') text += c;
  }
  return encode_der(der_tag::kUtcTime, bytes_of(text + "Z"));
}

// ecdsa-with-SHA256, ecdsa-with-SHA384 or sha256WithRSAEncryption.
Bytes signature_algorithm(const CertificateRecipe& recipe, KeyKind kind) {
  if (recipe.with_sha1) return sequence({encode_der_oid("1.2.840.10045.4.1")});
  switch (kind) {
    case KeyKind::EcdsaP256:
      return sequence({encode_der_oid("1.2.840.10045.4.3.2")});
    case KeyKind::EcdsaP384:
      return sequence({encode_der_oid("1.2.840.10045.4.3.3")});
    default:
      return sequence({encode_der_oid("1.2.840.113549.1.1.11"), encode_der(der_tag::kNull, ByteView())});
  }
}

}  // namespace

Bytes make_extension(std::string_view oid, bool critical, ByteView value) {
  std::vector<Bytes> parts = {encode_der_oid(oid)};
  if (critical) parts.push_back(unhex("0101ff"));
  parts.push_back(encode_der(der_tag::kOctetString, value));
  return sequence(parts);
}

CertificateRecipe authority_recipe(const PublicKey& key, std::string name, WallTime not_before, WallTime not_after) {
  CertificateRecipe recipe{name, name, not_before, not_after, key, {}};
  set_extension(recipe, kKeyUsage, true, unhex("03020106"));
  set_extension(recipe, kBasicConstraints, true, unhex("30030101ff"));
  return recipe;
}

CertificateRecipe leaf_recipe(const PublicKey& key, WallTime not_before) {
  CertificateRecipe recipe{"test CA", "", not_before, not_before + std::chrono::minutes(10), key, {}};
  set_extension(recipe, kKeyUsage, true, unhex("03020780"));
  set_extension(recipe, kExtendedKeyUsage, false, purposes({oid::kCodeSigning}));
  set_extension(recipe, kSubjectAlternativeName, true, sequence({encode_der(0x81, bytes_of(kTestSan))}));
  set_extension(recipe, oid::kFulcioIssuerV1, false, bytes_of(kTestIssuer));
  set_extension(recipe, oid::kFulcioIssuerV2, false, encode_der(der_tag::kUtf8String, bytes_of(kTestIssuer)));
  return recipe;
}

CertificateRecipe intermediate_recipe(const CertificateRecipe& parent, const PublicKey& key, std::string name) {
  CertificateRecipe recipe = authority_recipe(key, std::move(name), parent.not_before, parent.not_after);
  recipe.issuer_name = parent.subject_name;
  set_extension(recipe, kExtendedKeyUsage, false, purposes({oid::kCodeSigning}));
  return recipe;
}

Bytes make_tbs(const CertificateRecipe& recipe, KeyKind signer) {
  std::vector<Bytes> parts = {unhex("a003020102"),
                              unhex("02080123456789abcdef"),
                              signature_algorithm(recipe, signer),
                              make_name(recipe.issuer_name),
                              sequence({make_time(recipe.not_before), make_time(recipe.not_after)}),
                              make_name(recipe.subject_name),
                              recipe.spki.empty() ? to_bytes(recipe.key.spki()) : recipe.spki};
  if (!recipe.extensions.empty()) {
    parts.push_back(encode_der(der_tag::context(3), std::vector<Bytes>{sequence(recipe.extensions)}));
  }
  return sequence(parts);
}

Bytes make_certificate_der(const CertificateRecipe& recipe, const SoftwareKey& signer) {
  const KeyKind kind = signer.public_key().kind();
  const Bytes tbs = make_tbs(recipe, kind);
  Bytes bits = {0};
  append(bits, recipe.with_sha1 ? signer.sign_with_sha1(tbs) : signer.sign(tbs));
  return sequence({tbs, signature_algorithm(recipe, kind), encode_der(der_tag::kBitString, ByteView(bits))});
}

Certificate make_certificate(const CertificateRecipe& recipe, const SoftwareKey& signer) {
  auto certificate = Certificate::from_der(make_certificate_der(recipe, signer));
  if (certificate) return std::move(*certificate);
  std::cerr << "test certificate: " << certificate.error().sentence() << "\n";
  std::abort();
}

void set_extension(CertificateRecipe& recipe, std::string_view oid, bool critical, ByteView value) {
  const Bytes wanted = encode_der_oid(oid);
  for (Bytes& extension : recipe.extensions) {
    DerReader outer(extension);
    DerReader inner(outer.expect(der_tag::kSequence)->content);
    if (!equal(inner.expect(der_tag::kObjectIdentifier)->whole, wanted)) continue;
    extension = make_extension(oid, critical, value);
    return;
  }
  recipe.extensions.push_back(make_extension(oid, critical, value));
}

void remove_extension(CertificateRecipe& recipe, std::string_view oid) {
  const Bytes wanted = encode_der_oid(oid);
  std::erase_if(recipe.extensions, [&](const Bytes& extension) {
    DerReader outer(extension);
    DerReader inner(outer.expect(der_tag::kSequence)->content);
    return equal(inner.expect(der_tag::kObjectIdentifier)->whole, wanted);
  });
}

Bytes purposes(const std::vector<std::string_view>& oids) {
  std::vector<Bytes> all;
  all.reserve(oids.size());
  for (const std::string_view oid : oids) all.push_back(encode_der_oid(oid));
  return sequence(all);
}

}  // namespace signet::test
