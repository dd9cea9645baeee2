#include "tests/card/card_keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <array>
#include <cstdlib>

#include "sigstore/encoding/openssl.h"

namespace signet::test {
namespace {

using sigstore::openssl::Handle;
using BigNumber = Handle<BIGNUM, BN_clear_free>;

enum Id : std::uint8_t {
  kRsa3072 = 0x05,
  kRsa2048 = 0x07,
  kP256 = 0x11,
  kP384 = 0x14,
  kRsa4096 = 0x16,
  kEd25519 = 0xe0
};
constexpr std::array<KeyAlgorithm, 6> kAlgorithms = {{{"p256", kP256, {4, 0, 0}},
                                                      {"p384", kP384, {4, 0, 0}},
                                                      {"rsa2048", kRsa2048, {4, 0, 0}},
                                                      {"rsa3072", kRsa3072, {5, 7, 0}},
                                                      {"rsa4096", kRsa4096, {5, 7, 0}},
                                                      {"ed25519", kEd25519, {5, 7, 0}}}};

void must(bool done) {
  if (!done) std::abort();
}

PrivateKey owned(EVP_PKEY* key) {
  must(key != nullptr);
  return {key, EVP_PKEY_free};
}

/// In bits for RSA, 0 for the others.
unsigned int modulus_bits(const KeyAlgorithm& algorithm) {
  switch (algorithm.id) {
    case kRsa2048:
      return 2048;
    case kRsa3072:
      return 3072;
    case kRsa4096:
      return 4096;
    default:
      return 0;
  }
}

const char* curve_of(const KeyAlgorithm& algorithm) { return algorithm.id == kP256 ? "P-256" : "P-384"; }
std::size_t field_size(const KeyAlgorithm& algorithm) { return algorithm.id == kP256 ? 32 : 48; }

BigNumber number_of(ByteView bytes) {
  return BigNumber(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

/// Collects the numbers that make a key.
class KeyParts {
 public:
  void add(const char* name, const BIGNUM* number) { must(OSSL_PARAM_BLD_push_BN(builder_.get(), name, number) == 1); }
  void add(const char* name, const char* text) {
    must(OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0) == 1);
  }
  void add(const char* name, ByteView bytes) {
    must(OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, bytes.data(), bytes.size()) == 1);
  }
  PrivateKey build(const char* type) {
    const Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder_.get()));
    const sigstore::openssl::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    must(EVP_PKEY_fromdata_init(context.get()) == 1);
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) return nullptr;
    return owned(key);
  }

 private:
  Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder_{OSSL_PARAM_BLD_new()};
};

// The public point is the scalar times the generator.
PrivateKey import_curve(const KeyAlgorithm& algorithm, ByteView scalar) {
  const int curve = OBJ_txt2nid(algorithm.id == kP256 ? "prime256v1" : "secp384r1");
  const Handle<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(curve));
  const Handle<EC_POINT, EC_POINT_free> point(EC_POINT_new(group.get()));
  const BigNumber number = number_of(scalar);
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) return nullptr;
  must(EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1);
  Bytes encoded(2 * field_size(algorithm) + 1);
  must(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(),
                          nullptr) == encoded.size());
  KeyParts parts;
  parts.add(OSSL_PKEY_PARAM_GROUP_NAME, curve_of(algorithm));
  parts.add(OSSL_PKEY_PARAM_PUB_KEY, encoded);
  parts.add(OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  return parts.build("EC");
}

// The card gets the primes and what the Chinese remainder theorem needs; the exponent is 65537.
PrivateKey import_rsa(const KeyAlgorithm& algorithm, const Tlvs& elements) {
  constexpr std::array<const char*, 5> kNames = {OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
                                                 OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
                                                 OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
  KeyParts parts;
  std::array<BigNumber, 5> numbers;
  for (std::uint8_t i = 0; i < 5; ++i) {
    const auto element = elements.find(i + 1U);
    if (!element) return nullptr;
    numbers.at(i) = number_of(*element);
    parts.add(kNames.at(i), numbers.at(i).get());
  }
  const Handle<BN_CTX, BN_CTX_free> context(BN_CTX_new());
  const BigNumber n(BN_new());
  const BigNumber e(BN_new());
  const BigNumber p1(BN_dup(numbers[0].get()));
  const BigNumber q1(BN_dup(numbers[1].get()));
  const BigNumber phi(BN_new());
  must(BN_mul(n.get(), numbers[0].get(), numbers[1].get(), context.get()) == 1 && BN_set_word(e.get(), 65537) == 1);
  if (BN_num_bits(n.get()) != static_cast<int>(modulus_bits(algorithm))) return nullptr;
  must(BN_sub_word(p1.get(), 1) == 1 && BN_sub_word(q1.get(), 1) == 1);
  must(BN_mul(phi.get(), p1.get(), q1.get(), context.get()) == 1);
  const BigNumber d(BN_mod_inverse(nullptr, e.get(), phi.get(), context.get()));
  if (!d) return nullptr;
  parts.add(OSSL_PKEY_PARAM_RSA_N, n.get());
  parts.add(OSSL_PKEY_PARAM_RSA_E, e.get());
  parts.add(OSSL_PKEY_PARAM_RSA_D, d.get());
  return parts.build("RSA");
}

Bytes number_parameter(const PrivateKey& key, const char* name) {
  BIGNUM* raw = nullptr;
  must(EVP_PKEY_get_bn_param(key.get(), name, &raw) == 1);
  const BigNumber number(raw);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(raw)));
  BN_bn2bin(raw, bytes.data());
  return bytes;
}

Bytes point_of(const KeyAlgorithm& algorithm, const PrivateKey& key) {
  Bytes point(algorithm.id == kEd25519 ? 32 : 2 * field_size(algorithm) + 1);
  std::size_t size = point.size();
  if (algorithm.id == kEd25519) {
    must(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1);
  } else {
    must(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1);
  }
  must(size == point.size());
  return point;
}

Bytes sign_message(const PrivateKey& key, ByteView message) {
  const sigstore::openssl::DigestContext context(EVP_MD_CTX_new());
  Bytes signature(64);
  std::size_t size = signature.size();
  must(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  must(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1);
  return signature;
}

}  // namespace

const KeyAlgorithm* find_algorithm(std::string_view name) {
  for (const KeyAlgorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const KeyAlgorithm* find_algorithm(std::uint8_t id, const Firmware& firmware) {
  for (const KeyAlgorithm& algorithm : kAlgorithms) {
    if (algorithm.id == id && firmware >= algorithm.since) return &algorithm;
  }
  return nullptr;
}

PrivateKey generate_key(const KeyAlgorithm& algorithm) {
  if (algorithm.id == kEd25519) return owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const unsigned int bits = modulus_bits(algorithm);
  return owned(bits != 0 ? EVP_RSA_gen(bits) : EVP_EC_gen(curve_of(algorithm)));
}

PrivateKey import_key(const KeyAlgorithm& algorithm, const Tlvs& elements) {
  if (modulus_bits(algorithm) != 0) return import_rsa(algorithm, elements);
  const auto scalar = elements.find(algorithm.id == kEd25519 ? 0x07 : 0x06);
  if (!scalar) return nullptr;
  if (algorithm.id != kEd25519) {
    return scalar->size() == field_size(algorithm) ? import_curve(algorithm, *scalar) : nullptr;
  }
  if (scalar->size() != 32) return nullptr;
  return owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, scalar->data(), scalar->size()));
}

Bytes card_public_key(const KeyAlgorithm& algorithm, const PrivateKey& key) {
  if (modulus_bits(algorithm) == 0) return tlv(0x86, point_of(algorithm, key));
  Bytes out = tlv(0x81, number_parameter(key, OSSL_PKEY_PARAM_RSA_N));
  append(out, tlv(0x82, number_parameter(key, OSSL_PKEY_PARAM_RSA_E)));
  return out;
}

Bytes public_key_info(const PrivateKey& key) {
  return sigstore::openssl::encode(static_cast<const EVP_PKEY*>(key.get()), i2d_PUBKEY);
}

std::optional<Bytes> use_key(const KeyAlgorithm& algorithm, const PrivateKey& key, ByteView input) {
  if (algorithm.id == kEd25519) return sign_message(key, input);
  const unsigned int bits = modulus_bits(algorithm);
  if (bits != 0 && input.size() != bits / 8) return std::nullopt;
  if (bits == 0 && (input.empty() || input.size() > field_size(algorithm))) return std::nullopt;
  const sigstore::openssl::ErrorScope errors;
  const sigstore::openssl::PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  must(EVP_PKEY_sign_init(context.get()) == 1);
  if (bits != 0) must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
  Bytes signature(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
  std::size_t size = signature.size();
  // A block that is larger than the modulus is refused here.
  if (EVP_PKEY_sign(context.get(), signature.data(), &size, input.data(), input.size()) != 1) return std::nullopt;
  signature.resize(size);
  return signature;
}

}  // namespace signet::test
