#include "tests/unit/sigstore/software_key.h"

#include <openssl/pem.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "sigstore/encoding/openssl.h"

namespace signet::test {
namespace {

using sigstore::KeyKind;
namespace openssl = sigstore::openssl;

void demand(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "test key: " << what << "\n";
  std::abort();
}

EVP_PKEY* make(KeyKind kind) {
  switch (kind) {
    case KeyKind::EcdsaP256:
      return EVP_EC_gen("P-256");
    case KeyKind::EcdsaP384:
      return EVP_EC_gen("P-384");
    case KeyKind::EcdsaP521:
      return EVP_EC_gen("P-521");
    case KeyKind::Rsa2048:
      return EVP_RSA_gen(2048);
    case KeyKind::Rsa3072:
      return EVP_RSA_gen(3072);
    case KeyKind::Rsa4096:
      return EVP_RSA_gen(4096);
    case KeyKind::Ed25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  return nullptr;
}

const char* md_name(KeyKind kind) {
  if (kind == KeyKind::Ed25519) return nullptr;
  switch (sigstore::default_hash(kind)) {
    case HashAlgorithm::Sha256:
      return "SHA256";
    case HashAlgorithm::Sha384:
      return "SHA384";
    case HashAlgorithm::Sha512:
      break;
  }
  return "SHA512";
}

}  // namespace

SoftwareKey::SoftwareKey(evp_pkey_st* key) : key_(key, EVP_PKEY_free) {}

SoftwareKey SoftwareKey::generate(KeyKind kind) {
  EVP_PKEY* key = make(kind);
  demand(key != nullptr, "OpenSSL cannot make it");
  return SoftwareKey(key);
}

sigstore::PublicKey SoftwareKey::public_key() const {
  auto key = sigstore::PublicKey::from_spki(openssl::encode(native(), i2d_PUBKEY));
  demand(key.has_value(), "its public half is refused");
  return *key;
}

Bytes SoftwareKey::sign(ByteView message) const { return sign(md_name(public_key().kind()), message); }

Bytes SoftwareKey::sign_with_sha1(ByteView message) const { return sign("SHA1", message); }

Bytes SoftwareKey::sign(const char* md_name, ByteView message) const {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  demand(EVP_DigestSignInit_ex(context.get(), nullptr, md_name, nullptr, nullptr, native(), nullptr) == 1,
         "EVP_DigestSignInit_ex");
  Bytes signature(1024);
  std::size_t size = signature.size();
  demand(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1, "EVP_DigestSign");
  signature.resize(size);
  return signature;
}

sigstore::NoteVerifier SoftwareKey::note_verifier(std::string name) const {
  const Sha256Hash id = sigstore::checkpoint_key_id(name, public_key());
  sigstore::NoteVerifier verifier{.name = std::move(name), .key_id = {}, .key = public_key()};
  std::copy_n(id.begin(), verifier.key_id.size(), verifier.key_id.begin());
  return verifier;
}

std::string SoftwareKey::sign_note(std::string_view name, std::string_view text) const {
  const sigstore::NoteVerifier verifier = note_verifier(std::string(name));
  return sigstore::encode_signed_note(
      {.text = std::string(text),
       .signatures = {{.name = verifier.name, .key_id = verifier.key_id, .signature = sign(bytes_of(text))}}});
}

std::string SoftwareKey::pem() const {
  const openssl::Handle<BIO, BIO_free> memory(BIO_new(BIO_s_mem()));
  demand(PEM_write_bio_PrivateKey(memory.get(), native(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace signet::test
