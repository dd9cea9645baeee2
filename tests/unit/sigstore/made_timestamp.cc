#include "tests/unit/sigstore/made_timestamp.h"

#include <openssl/evp.h>

#include <chrono>
#include <utility>

#include "common/hex.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/git/cms_layout.h"
#include "sigstore/verify/timestamp.h"

namespace signet::test {
namespace {

using namespace sigstore;

constexpr std::string_view kRootName = "test TSA root";
constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";
constexpr std::string_view kPolicy = "1.3.6.1.4.1.57264.2";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";

Bytes sequence(const std::vector<Bytes>& elements) { return encode_der(der_tag::kSequence, elements); }
Bytes number(std::uint8_t value) { return encode_der(der_tag::kInteger, Bytes{value}); }
Bytes octets(ByteView bytes) { return encode_der(der_tag::kOctetString, bytes); }
Bytes wrapped(unsigned number, const Bytes& inner) { return encode_der(der_tag::context(number), inner); }

Bytes attribute(std::string_view oid, const Bytes& value) {
  return sequence({encode_der_oid(oid), encode_der(der_tag::kSet, value)});
}

CertificateRecipe timestamping_leaf(const PublicKey& key, WallTime start) {
  CertificateRecipe recipe{std::string(kRootName), "test TSA", start, start + std::chrono::hours(24 * 365), key, {}};
  set_extension(recipe, "2.5.29.15", true, parse_hex("03020780").value());
  set_extension(recipe, kExtendedKeyUsage, true, sequence({encode_der_oid(oid::kTimeStamping)}));
  return recipe;
}

Certificate make_leaf(const SoftwareKey& key, const SoftwareKey& root, WallTime start,
                      void (*change)(CertificateRecipe&)) {
  CertificateRecipe recipe = timestamping_leaf(key.public_key(), start);
  if (change != nullptr) change(recipe);
  return make_certificate(recipe, root);
}

Certificate make_root(const SoftwareKey& key, WallTime start) {
  return make_certificate(
      authority_recipe(key.public_key(), std::string(kRootName), start, start + std::chrono::hours(24 * 730)), key);
}

Bytes make_info(const TimestampRecipe& recipe) {
  const Bytes imprint = sequence({recipe.imprint_algorithm, octets(recipe.imprint)});
  Bytes nonce;
  if (recipe.nonce) nonce = encode_der(der_tag::kInteger, ByteView(*recipe.nonce));
  return sequence({number(1), encode_der_oid(kPolicy), imprint, number(7),
                   encode_der(der_tag::kGeneralizedTime, bytes_of(recipe.time)), nonce, recipe.more_info});
}

Bytes make_attributes(const TimestampRecipe& recipe, const Bytes& info, const Certificate& leaf) {
  const Bytes digest = recipe.content_digest.value_or(to_bytes(hash(HashAlgorithm::Sha256, info).bytes()));
  const Bytes signer_hash = recipe.signer_hash.value_or(to_bytes(hash(HashAlgorithm::Sha256, leaf.der()).bytes()));
  const Bytes signer = sequence({sequence({sequence({octets(signer_hash)})})});
  return encode_der_set_of(der_tag::kSet,
                           {attribute(cms::kContentType, encode_der_oid(recipe.content_type)),
                            attribute(cms::kMessageDigest, octets(digest)), attribute(recipe.signer_hash_oid, signer)});
}

}  // namespace

TestAuthority::TestAuthority(WallTime start, void (*change)(CertificateRecipe& leaf))
    : start_(start),
      root_key_(SoftwareKey::generate(KeyKind::EcdsaP256)),
      leaf_key_(SoftwareKey::generate(KeyKind::EcdsaP256)),
      root_(make_root(root_key_, start)),
      leaf_(make_leaf(leaf_key_, root_key_, start, change)) {}

CertificateAuthority TestAuthority::entry() const {
  return {.uri = "https://tsa.test", .chain = {leaf_, root_}, .valid_for = {.start = start_}};
}

TimestampRecipe::TimestampRecipe(ByteView stamped)
    : imprint_algorithm(cms::digest_algorithm(HashAlgorithm::Sha256)),
      imprint(to_bytes(hash(HashAlgorithm::Sha256, stamped).bytes())) {}

Bytes make_timestamp_token(const TimestampRecipe& recipe, const TestAuthority& authority) {
  const Bytes hash_identifier = cms::digest_algorithm(HashAlgorithm::Sha256);
  const Bytes info = make_info(recipe);
  Bytes attributes = make_attributes(recipe, info, authority.leaf());
  const Bytes signature = authority.key().sign(attributes);
  attributes.front() = der_tag::context(0);
  const Bytes sid = sequence({authority.leaf().issuer_name(), authority.leaf().serial_number()});
  const Bytes signer =
      sequence({number(1), sid, hash_identifier, attributes,
                cms::signature_algorithm(KeyKind::EcdsaP256, HashAlgorithm::Sha256), octets(signature)});
  Bytes certificates;
  for (const Bytes& each : recipe.certificates) append(certificates, each);
  if (!certificates.empty()) certificates = wrapped(0, certificates);
  const Bytes content = sequence({encode_der_oid(kTstInfo), wrapped(0, octets(info))});
  const Bytes signed_data = sequence({number(3), encode_der(der_tag::kSet, hash_identifier), content, certificates,
                                      encode_der(der_tag::kSet, signer)});
  return sequence({encode_der_oid(cms::kSignedData), wrapped(0, signed_data)});
}

Bytes make_timestamp(const TimestampRecipe& recipe, const TestAuthority& authority) {
  return timestamp_response_from_token(make_timestamp_token(recipe, authority));
}

Bytes sha1(ByteView bytes) {
  Bytes digest(20);
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return digest;
}

}  // namespace signet::test
