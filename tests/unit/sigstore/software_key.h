// A private key in memory, in the place of a token: only tests hold one.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/encoding/public_key.h"
#include "sigstore/encoding/signed_note.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace signet::test {

/// Ends the test program where OpenSSL refuses.
class SoftwareKey {
 public:
  [[nodiscard]] static SoftwareKey generate(sigstore::KeyKind kind);

  [[nodiscard]] sigstore::PublicKey public_key() const;
  /// With the default hash of the key's kind; pure Ed25519.
  [[nodiscard]] Bytes sign(ByteView message) const;
  /// With another hash than the kind's default one. Not for Ed25519.
  [[nodiscard]] Bytes sign(HashAlgorithm algorithm, ByteView message) const {
    return sign(std::string(hash_name(algorithm)).c_str(), message);
  }
  /// A signature that nobody may take.
  [[nodiscard]] Bytes sign_with_sha1(ByteView message) const;
  /// A signed note over `text` with one line of this key (checkpoint key id).
  [[nodiscard]] std::string sign_note(std::string_view name, std::string_view text) const;
  [[nodiscard]] sigstore::NoteVerifier note_verifier(std::string name) const;
  /// PKCS#8, PEM.
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] evp_pkey_st* native() const { return key_.get(); }

 private:
  explicit SoftwareKey(evp_pkey_st* key);
  [[nodiscard]] Bytes sign(const char* md_name, ByteView message) const;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace signet::test
