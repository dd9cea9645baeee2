#include "sandbox/checkpoint_signer.h"

#include <algorithm>

#include "sigstore/encoding/signed_note.h"

namespace signet::sandbox {

std::string sign_checkpoint(std::string_view text, std::string_view name, const SoftwareKey& key) {
  sigstore::NoteSignature line{.name = std::string(name), .key_id = {}, .signature = key.sign_message(bytes_of(text))};
  const Sha256Hash id = sigstore::checkpoint_key_id(name, key.public_key());
  std::copy_n(id.begin(), line.key_id.size(), line.key_id.begin());
  return sigstore::encode_signed_note({.text = std::string(text), .signatures = {line}});
}

sigstore::CheckpointSigner checkpoint_signer(std::string_view name, const SoftwareKey& key) {
  return [name = std::string(name), key](std::string_view text) -> Result<std::string> {
    return sign_checkpoint(text, name, key);
  };
}

}  // namespace signet::sandbox
