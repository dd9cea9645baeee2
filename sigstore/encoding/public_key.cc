#include "sigstore/encoding/public_key.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <array>
#include <utility>

#include "common/digest.h"
#include "common/hex.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/openssl.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kPemLabel = "PUBLIC KEY";
constexpr unsigned long kRsaExponent = 65537;

struct KindRow {
  KeyKind kind;
  std::string_view name;
  std::string_view details;
  HashAlgorithm hash;
};
constexpr std::array<KindRow, 7> kKinds = {{
    {KeyKind::EcdsaP256, "p256", "PKIX_ECDSA_P256_SHA_256", HashAlgorithm::Sha256},
    {KeyKind::EcdsaP384, "p384", "PKIX_ECDSA_P384_SHA_384", HashAlgorithm::Sha384},
    {KeyKind::EcdsaP521, "p521", "PKIX_ECDSA_P521_SHA_512", HashAlgorithm::Sha512},
    {KeyKind::Rsa2048, "rsa2048", "PKIX_RSA_PKCS1V15_2048_SHA256", HashAlgorithm::Sha256},
    {KeyKind::Rsa3072, "rsa3072", "PKIX_RSA_PKCS1V15_3072_SHA256", HashAlgorithm::Sha256},
    {KeyKind::Rsa4096, "rsa4096", "PKIX_RSA_PKCS1V15_4096_SHA256", HashAlgorithm::Sha256},
    {KeyKind::Ed25519, "ed25519", "PKIX_ED25519_PH", HashAlgorithm::Sha512},
}};

const KindRow& row_of(KeyKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

// What stands before the key itself in the DER of an SPKI of fixed length. Named curves and uncompressed points alone
// (RFC 5480 §2.1.1, §2.2; RFC 8410 §4): a key that is written in two ways has two fingerprints.
struct FixedForm {
  KeyKind kind;
  std::string_view prefix;
  std::size_t key_size;
  std::string_view curve;  // as OpenSSL names it; Ed25519 has none
};
constexpr std::array<FixedForm, 4> kFixedForms = {{
    {KeyKind::EcdsaP256, "3059301306072a8648ce3d020106082a8648ce3d03010703420004", 64, "P-256"},
    {KeyKind::EcdsaP384, "3076301006072a8648ce3d020106052b8104002203620004", 96, "P-384"},
    {KeyKind::EcdsaP521, "30819b301006072a8648ce3d020106052b810400230381860004", 132, "P-521"},
    {KeyKind::Ed25519, "302a300506032b6570032100", 32, ""},
}};
// rsaEncryption with the NULL parameters that RFC 3279 §2.3.1 demands.
constexpr std::string_view kRsaAlgorithm = "300d06092a864886f70d0101010500";

const FixedForm* fixed_form_of(ByteView spki) {
  for (const FixedForm& form : kFixedForms) {
    const std::size_t prefix_size = form.prefix.size() / 2;
    if (spki.size() != prefix_size + form.key_size) continue;
    if (encode_hex(spki.first(prefix_size)) == form.prefix) return &form;
  }
  return nullptr;
}

// The form is known, so the key is handed over as it stands: OpenSSL's decoder, which first looks for somebody who can
// read it, takes six times as long, and longer than a P-256 check.
EVP_PKEY* key_of(const FixedForm& form, ByteView spki) {
  const ByteView key = spki.last(form.key_size);
  if (form.curve.empty()) return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size());
  const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  // OpenSSL's parameters point to what it could write to. The 04 of an uncompressed point is the prefix's last byte.
  std::string curve(form.curve);
  Bytes point = to_bytes(spki.last(form.key_size + 1));
  std::array<OSSL_PARAM, 3> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) return nullptr;
  return made;
}

bool has_rsa_form(ByteView spki) {
  DerReader outer(spki);
  const auto sequence = outer.expect(der_tag::kSequence);
  if (!sequence) return false;
  DerReader inner(sequence->content);
  const auto algorithm = inner.expect(der_tag::kSequence);
  return algorithm && encode_hex(algorithm->whole) == kRsaAlgorithm;
}

// OpenSSL's decoder takes BER, and bytes behind the key's two numbers. What it writes has one form.
bool is_as_written(const EVP_PKEY* key, ByteView spki) { return equal(openssl::encode(key, i2d_PUBKEY), spki); }

std::optional<KeyKind> rsa_kind(const EVP_PKEY* key) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, "e", &raw) != 1) return std::nullopt;
  const openssl::Handle<BIGNUM, BN_free> exponent(raw);
  if (BN_is_word(exponent.get(), kRsaExponent) != 1) return std::nullopt;
  switch (EVP_PKEY_get_bits(key)) {
    case 2048:
      return KeyKind::Rsa2048;
    case 3072:
      return KeyKind::Rsa3072;
    case 4096:
      return KeyKind::Rsa4096;
    default:
      return std::nullopt;
  }
}

std::optional<KeyKind> kind_of(const EVP_PKEY* key, ByteView spki) {
  if (const FixedForm* form = fixed_form_of(spki)) return form->kind;
  const auto kind = has_rsa_form(spki) ? rsa_kind(key) : std::nullopt;
  return kind && is_as_written(key, spki) ? kind : std::nullopt;
}

// SEQUENCE { AlgorithmIdentifier, BIT STRING } and nothing behind it: a key, though perhaps not of a kind of ours.
bool is_spki(ByteView bytes) {
  DerReader outer(bytes);
  const auto sequence = outer.expect(der_tag::kSequence);
  if (!sequence || !outer.finish()) return false;
  DerReader inner(sequence->content);
  return inner.expect(der_tag::kSequence) && inner.expect(der_tag::kBitString) && inner.finish();
}

std::unexpected<Error> not_on_the_list() {
  return fail(ErrorCode::KeyUnsuitable, "the public key is of a kind, size or encoding that is not used here",
              "use P-256, P-384, P-521, RSA of 2048, 3072 or 4096 bits, or Ed25519");
}

std::unexpected<Error> not_a_key() {
  return fail(ErrorCode::InvalidRequest, "not the DER of a public key (SubjectPublicKeyInfo)");
}

std::unexpected<Error> not_verified() {
  return fail(ErrorCode::NotVerified, "the signature is not one of this key over this content");
}

const EVP_MD* md_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::Sha256:
      return EVP_sha256();
    case HashAlgorithm::Sha384:
      return EVP_sha384();
    case HashAlgorithm::Sha512:
      return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

struct PublicKey::State {
  openssl::Pkey key;
  Bytes spki;
  KeyKind kind;
  Sha256Hash fingerprint;
};

std::string_view key_kind_name(KeyKind kind) { return row_of(kind).name; }
std::optional<KeyKind> key_kind_from_name(std::string_view name) {
  for (const KindRow& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}
std::string_view key_details_name(KeyKind kind) { return row_of(kind).details; }
HashAlgorithm default_hash(KeyKind kind) { return row_of(kind).hash; }

PublicKey::PublicKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<PublicKey> PublicKey::make(evp_pkey_st* owned, Bytes spki) {
  openssl::Pkey key(owned);
  const auto kind = kind_of(key.get(), spki);
  if (!kind) return not_on_the_list();
  const Sha256Hash fingerprint = sha256(spki);
  return PublicKey(std::make_shared<const State>(State{std::move(key), std::move(spki), *kind, fingerprint}));
}

Result<PublicKey> PublicKey::from_spki(ByteView spki) {
  if (!is_spki(spki)) return not_a_key();
  const openssl::ErrorScope errors;
  if (const FixedForm* form = fixed_form_of(spki)) {
    EVP_PKEY* key = key_of(*form, spki);
    return key == nullptr ? not_a_key() : make(key, to_bytes(spki));
  }
  // Kinds that are not ours never reach OpenSSL's decoders.
  if (!has_rsa_form(spki)) return not_on_the_list();
  const unsigned char* at = spki.data();
  openssl::Pkey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key || at != spki.data() + spki.size()) return not_a_key();
  return make(key.release(), to_bytes(spki));
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  auto der = parse_pem(kPemLabel, pem);
  if (!der) return fail(std::move(der.error()));
  return from_spki(*der);
}

Result<PublicKey> PublicKey::from_pkcs1(ByteView der) {
  Bytes bits = {0};  // no unused bits
  append(bits, der);
  Bytes content = parse_hex(kRsaAlgorithm).value_or(Bytes());
  append(content, encode_der(der_tag::kBitString, bits));
  return from_spki(encode_der(der_tag::kSequence, content));
}

KeyKind PublicKey::kind() const { return state_->kind; }
ByteView PublicKey::spki() const { return state_->spki; }
std::string PublicKey::pem() const { return encode_pem(kPemLabel, state_->spki); }
const Sha256Hash& PublicKey::fingerprint() const { return state_->fingerprint; }
std::string PublicKey::pin() const { return encode_digest(Digest::from_sha256(fingerprint())); }
evp_pkey_st* PublicKey::native() const { return state_->key.get(); }
bool PublicKey::operator==(const PublicKey& other) const { return state_->spki == other.state_->spki; }

Result<void> PublicKey::verify_digest(const Digest& digest, ByteView signature) const {
  if (kind() == KeyKind::Ed25519) {
    return fail(ErrorCode::KeyUnsuitable, "an Ed25519 key signs messages, not digests");
  }
  const openssl::ErrorScope errors;
  const openssl::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, native(), nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return not_verified();
  const bool is_rsa = EVP_PKEY_is_a(native(), "RSA") == 1;
  if (is_rsa && EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) return not_verified();
  if (EVP_PKEY_CTX_set_signature_md(context.get(), md_of(digest.algorithm())) != 1) return not_verified();
  const ByteView bytes = digest.bytes();
  if (EVP_PKEY_verify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) != 1) {
    return not_verified();
  }
  return {};
}

Result<void> PublicKey::verify_message(ByteView message, ByteView signature) const {
  if (kind() != KeyKind::Ed25519) return verify_message(default_hash(kind()), message, signature);
  const openssl::ErrorScope errors;
  const openssl::DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, native()) != 1 ||
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) != 1) {
    return not_verified();
  }
  return {};
}

Result<void> PublicKey::verify_message(HashAlgorithm algorithm, ByteView message, ByteView signature) const {
  return verify_digest(hash(algorithm, message), signature);
}

}  // namespace signet::sigstore
