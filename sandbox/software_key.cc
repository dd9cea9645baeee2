#include "sandbox/software_key.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <utility>

#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/encoding/openssl.h"

namespace signet::sandbox {
namespace {

constexpr std::size_t kScalar = 32;

namespace openssl = sigstore::openssl;
using MemoryBio = openssl::Handle<BIO, BIO_free_all>;
using SignatureHandle = openssl::Handle<ECDSA_SIG, ECDSA_SIG_free>;

void must(bool held) {
  if (!held) std::abort();
}

bool is_p256(const EVP_PKEY* key) {
  char group[16] = {};
  std::size_t length = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 && std::string_view(group) == "prime256v1";
}

}  // namespace

struct SoftwareKey::State {
  openssl::Pkey key;
  sigstore::PublicKey public_key;
};

SoftwareKey::SoftwareKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

SoftwareKey SoftwareKey::make(evp_pkey_st* owned) {
  openssl::Pkey key(owned);
  must(key != nullptr);
  auto public_key = sigstore::PublicKey::from_spki(openssl::encode(owned, i2d_PUBKEY));
  must(public_key.has_value());
  return SoftwareKey(std::make_shared<const State>(State{std::move(key), std::move(*public_key)}));
}

SoftwareKey SoftwareKey::generate() { return make(EVP_EC_gen("P-256")); }

Result<SoftwareKey> SoftwareKey::from_pem(std::string_view pem) {
  const MemoryBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  char no_passphrase[] = "";
  openssl::Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_passphrase));
  if (!key || !is_p256(key.get())) return fail(ErrorCode::InvalidRequest, "not a P-256 private key in PEM");
  return make(key.release());
}

Secret SoftwareKey::pem() const {
  const MemoryBio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PKCS8PrivateKey(bio.get(), native(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(length)));
}

const sigstore::PublicKey& SoftwareKey::public_key() const { return state_->public_key; }

evp_pkey_st* SoftwareKey::native() const { return state_->key.get(); }

Bytes SoftwareKey::sign_digest(const Digest& digest) const {
  const openssl::PkeyContext context(EVP_PKEY_CTX_new(native(), nullptr));
  must(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1);
  const ByteView bytes = digest.bytes();
  std::size_t length = 0;
  must(EVP_PKEY_sign(context.get(), nullptr, &length, bytes.data(), bytes.size()) == 1);
  Bytes signature(length);
  must(EVP_PKEY_sign(context.get(), signature.data(), &length, bytes.data(), bytes.size()) == 1);
  signature.resize(length);
  return signature;
}

Bytes SoftwareKey::sign_message(ByteView message) const {
  return sign_digest(sigstore::hash(HashAlgorithm::Sha256, message));
}

Bytes SoftwareKey::sign_jws(ByteView message) const {
  const Bytes der = sign_message(message);
  const unsigned char* at = der.data();
  const SignatureHandle parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  must(parsed != nullptr);
  Bytes raw(2 * kScalar);
  must(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), raw.data(), kScalar) == kScalar);
  must(BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), raw.data() + kScalar, kScalar) == kScalar);
  return raw;
}

// The SPKI of a P-256 key ends with its uncompressed point: 04, x, y (RFC 5480 §2.2).
Bytes SoftwareKey::point() const { return to_bytes(public_key().spki().last(2 * kScalar)); }

Result<Bytes> der_from_jws(ByteView signature) {
  if (signature.size() != 2 * kScalar) return fail(ErrorCode::InvalidRequest, "a JWS ES256 signature has 64 bytes");
  return sigstore::encode_der(sigstore::der_tag::kSequence,
                              std::vector<Bytes>{sigstore::encode_der_unsigned(signature.first(kScalar)),
                                                 sigstore::encode_der_unsigned(signature.last(kScalar))});
}

}  // namespace signet::sandbox
