// Signed notes (C2SP signed-note): a text, a blank line, and signature lines "— <name> <base64(key id, signature)>".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore {

using NoteKeyId = std::array<std::uint8_t, 4>;

struct NoteSignature {
  std::string name;
  NoteKeyId key_id{};
  Bytes signature;
};

/// A note as it was read: nothing of it is believed yet.
struct SignedNote {
  std::string text;  ///< with its last line end, without the blank line: the bytes that are signed
  std::vector<NoteSignature> signatures;
};

/// Who may have signed a note: the name and key id together find the key.
struct NoteVerifier {
  std::string name;
  NoteKeyId key_id{};
  PublicKey key;
};

/// True where `name` may stand on a signature line: one line of UTF-8, not empty, without blanks and without "+".
[[nodiscard]] bool is_note_name(std::string_view name);

/// At most 1 MiB and 100 signature lines.
///
/// @error InvalidRequest  no text, control characters, not UTF-8, no blank line, no signature line, or a malformed one
/// @error LimitExceeded   larger, or with more lines
[[nodiscard]] Result<SignedNote> parse_signed_note(std::string_view text);

/// The inverse of parse_signed_note().
[[nodiscard]] std::string encode_signed_note(const SignedNote& note);

/// Checks the line of `verifier`: lines of other names or key ids are ignored, every line of this one must verify.
///
/// @error NotVerified  no line with the verifier's name and key id, or one that does not verify
[[nodiscard]] Result<void> verify_note(const SignedNote& note, const NoteVerifier& verifier);

/// The 32-byte key id of a checkpoint key (Rekor v2; C2SP): Ed25519 SHA-256(name LF 01 key), ECDSA SHA-256(SPKI), RSA
/// SHA-256(name LF ff "PKIX-RSA-PKCS#1v1.5" SPKI). The first four bytes are the note's key id.
[[nodiscard]] Sha256Hash checkpoint_key_id(std::string_view name, const PublicKey& key);

}  // namespace signet::sigstore
