#include "sandbox/log_lies.h"

#include "sandbox/checkpoint_signer.h"
#include "sigstore/encoding/signed_note.h"

namespace signet::sandbox {

sigstore::LogEntry with_bad_proof(sigstore::LogEntry entry, const Fault& fault, std::string_view name) {
  if (!entry.proof) return entry;
  if (fault.lies("bad-proof") && !entry.proof->hashes.empty()) entry.proof->hashes[0][0] ^= 1U;
  auto note = sigstore::parse_signed_note(entry.proof->checkpoint);
  if (!note) return entry;
  if (fault.lies("bad-checkpoint")) {
    note->signatures[0].signature.back() ^= 1U;
    entry.proof->checkpoint = sigstore::encode_signed_note(*note);
  }
  if (fault.lies("unsigned")) entry.proof->checkpoint = note->text + "\n";
  if (fault.lies("other-key")) {
    entry.proof->checkpoint = sign_checkpoint(note->text, name, SoftwareKey::generate());
  }
  return entry;
}

}  // namespace signet::sandbox
