// A signed note of anybody: one form, the same lines when it is read again, and no signature that nobody made.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/encoding/signed_note.h"
#include "sigstore/tlog/checkpoint.h"

namespace {

using namespace signet;
using namespace signet::sigstore;

// An Ed25519 key with which nothing was ever signed: RFC 8032 §7.1, test 2.
NoteVerifier stranger(std::string_view name, const NoteKeyId& id) {
  static const PublicKey key =
      PublicKey::from_spki(Bytes{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
                                 0x00, 0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7,
                                 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc, 0x9c, 0x98, 0x2c, 0xcf, 0x2e,
                                 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c})
          .value();
  return {.name = std::string(name), .key_id = id, .key = key};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto note = parse_signed_note(text);
  if (!note) return 0;
  if (note->text.empty() || !note->text.ends_with('\n') || note->signatures.empty()) std::abort();
  if (encode_signed_note(*note) != text) std::abort();
  for (const NoteSignature& line : note->signatures) {
    if (!is_note_name(line.name) || line.signature.empty()) std::abort();
    const NoteVerifier verifier = stranger(line.name, line.key_id);
    if (verify_note(*note, verifier) || verify_checkpoint(text, verifier, line.name)) std::abort();
  }
  return 0;
}
