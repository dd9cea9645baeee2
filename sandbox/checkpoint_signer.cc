#include "sandbox/checkpoint_signer.h"

#include <algorithm>

#include "sigstore/encoding/signed_note.h"

namespace signet::sandbox {

sigstore::NoteVerifier checkpoint_verifier(std::string_view name, const SoftwareKey& key) {
  sigstore::NoteVerifier verifier{.name = std::string(name), .key_id = {}, .key = key.public_key()};
  const Sha256Hash id = sigstore::checkpoint_key_id(name, verifier.key);
  std::copy_n(id.begin(), verifier.key_id.size(), verifier.key_id.begin());
  return verifier;
}

std::string sign_checkpoint(std::string_view text, std::string_view name, const SoftwareKey& key) {
  const sigstore::NoteVerifier verifier = checkpoint_verifier(name, key);
  const sigstore::NoteSignature line{
      .name = verifier.name, .key_id = verifier.key_id, .signature = key.sign_message(bytes_of(text))};
  return sigstore::encode_signed_note({.text = std::string(text), .signatures = {line}});
}

sigstore::CheckpointSigner checkpoint_signer(std::string_view name, const SoftwareKey& key) {
  return [name = std::string(name), key](std::string_view text) -> Result<std::string> {
    return sign_checkpoint(text, name, key);
  };
}

}  // namespace signet::sandbox
