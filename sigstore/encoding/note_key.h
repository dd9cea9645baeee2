// The Ed25519 keys of signed notes: the private half that signs them, and the public half as text (C2SP signed-note,
// "verifier key").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/secret.h"
#include "sigstore/encoding/signed_note.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace signet::sigstore {

/// A private key that signs notes under one name. Cheap to copy (shared), immutable, safe to use from several threads.
class NoteSigner {
 public:
  /// Makes a key and names it after itself: `prefix` and the first 16 hexadecimal digits of the SHA-256 of its SPKI.
  ///
  /// @error Bug  OpenSSL has no memory or no randomness
  [[nodiscard]] static Result<NoteSigner> generate(std::string_view prefix);
  /// The key that pem() wrote, under the name that it had.
  ///
  /// @error InvalidRequest  not an Ed25519 private key in PEM (PKCS#8) without a passphrase
  [[nodiscard]] static Result<NoteSigner> from_pem(std::string_view prefix, std::string_view pem);

  /// PKCS#8, not encrypted.
  [[nodiscard]] Secret pem() const;
  [[nodiscard]] const NoteVerifier& verifier() const;

  /// The note: `text`, which ends in a line end, with one signature line.
  ///
  /// @error Bug  OpenSSL refuses to sign
  [[nodiscard]] Result<std::string> sign(std::string_view text) const;

 private:
  struct State;
  explicit NoteSigner(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  [[nodiscard]] static Result<NoteSigner> make(std::string_view prefix, evp_pkey_st* owned);
  std::shared_ptr<const State> state_;
};

/// "<name>+<8 hexadecimal digits of the key id>+<base64 of 01 and the 32 bytes of the key>".
///
/// @param verifier  of an Ed25519 key
[[nodiscard]] std::string encode_verifier_key(const NoteVerifier& verifier);

/// The inverse of encode_verifier_key(): exactly its output and nothing else.
///
/// @error InvalidRequest  another form, another kind of key, or a key id that is not the key's
[[nodiscard]] Result<NoteVerifier> parse_verifier_key(std::string_view text);

}  // namespace signet::sigstore
