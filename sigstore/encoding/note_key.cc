#include "sigstore/encoding/note_key.h"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "common/base64.h"
#include "common/hex.h"
#include "sigstore/encoding/openssl.h"

namespace signet::sigstore {
namespace {

using MemoryBio = openssl::Handle<BIO, BIO_free_all>;

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kNameBytes = 8;
// SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 §4).
constexpr std::array<std::uint8_t, 12> kSpkiHead = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a verifier key: " + std::string(why),
              "it has the form NAME+HASH+KEY, on one line");
}

std::unexpected<Error> refused(std::string_view what) {
  return fail(ErrorCode::Bug, "OpenSSL refuses to " + std::string(what));
}

NoteVerifier verifier_of(std::string name, PublicKey key) {
  NoteVerifier verifier{.name = std::move(name), .key_id = {}, .key = std::move(key)};
  const Sha256Hash id = checkpoint_key_id(verifier.name, verifier.key);
  std::copy_n(id.begin(), verifier.key_id.size(), verifier.key_id.begin());
  return verifier;
}

}  // namespace

struct NoteSigner::State {
  openssl::Pkey key;
  NoteVerifier verifier;
};

Result<NoteSigner> NoteSigner::make(std::string_view prefix, evp_pkey_st* owned) {
  openssl::Pkey key(owned);
  auto public_key = PublicKey::from_spki(openssl::encode(owned, i2d_PUBKEY));
  if (!public_key || public_key->kind() != KeyKind::Ed25519) {
    return fail(ErrorCode::InvalidRequest, "the key is not an Ed25519 key");
  }
  std::string name = std::string(prefix) + encode_hex(ByteView(public_key->fingerprint()).first(kNameBytes));
  return NoteSigner(
      std::make_shared<const State>(State{std::move(key), verifier_of(std::move(name), std::move(*public_key))}));
}

Result<NoteSigner> NoteSigner::generate(std::string_view prefix) {
  const openssl::ErrorScope errors;
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) return refused("make a key: " + errors.reason());
  return make(prefix, key);
}

Result<NoteSigner> NoteSigner::from_pem(std::string_view prefix, std::string_view pem) {
  const openssl::ErrorScope errors;
  const MemoryBio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An empty passphrase: nobody is asked at the terminal.
  static char none[] = "";
  EVP_PKEY* key = source ? PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, none) : nullptr;
  if (key == nullptr) return fail(ErrorCode::InvalidRequest, "not a private key in PEM: " + errors.reason());
  return make(prefix, key);
}

Secret NoteSigner::pem() const {
  const MemoryBio target(BIO_new(BIO_s_secmem()));
  if (!target ||
      PEM_write_bio_PKCS8PrivateKey(target.get(), state_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return {};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(target.get(), &text);
  return Secret(std::string(text, static_cast<std::size_t>(size)));
}

const NoteVerifier& NoteSigner::verifier() const { return state_->verifier; }

Result<std::string> NoteSigner::sign(std::string_view text) const {
  const openssl::DigestContext context(EVP_MD_CTX_new());
  Bytes signature(2 * kKeySize);
  std::size_t size = signature.size();
  const ByteView message = bytes_of(text);
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return refused("sign a note");
  }
  const NoteSignature line{
      .name = state_->verifier.name, .key_id = state_->verifier.key_id, .signature = std::move(signature)};
  return encode_signed_note({.text = std::string(text), .signatures = {line}});
}

std::string encode_verifier_key(const NoteVerifier& verifier) {
  Bytes key = {kEd25519};
  append(key, verifier.key.spki().last(kKeySize));
  return verifier.name + "+" + encode_hex(verifier.key_id) + "+" + encode_base64(key);
}

Result<NoteVerifier> parse_verifier_key(std::string_view text) {
  // The base64 part may hold more of them.
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return malformed("it has fewer than three parts");
  const std::string_view name = text.substr(0, first);
  if (!is_note_name(name)) return malformed("its name is empty or has blanks");
  const auto key = parse_base64(text.substr(second + 1));
  if (!key || key->size() != 1 + kKeySize || key->front() != kEd25519)
    return malformed("its key is not an Ed25519 key");
  Bytes spki(kSpkiHead.begin(), kSpkiHead.end());
  append(spki, ByteView(*key).subspan(1));
  auto public_key = PublicKey::from_spki(spki);
  if (!public_key) return malformed(public_key.error().what);
  NoteVerifier verifier = verifier_of(std::string(name), std::move(*public_key));
  if (encode_hex(verifier.key_id) != text.substr(first + 1, second - first - 1)) {
    return malformed("its key id is not that of its name and key");
  }
  return verifier;
}

}  // namespace signet::sigstore
