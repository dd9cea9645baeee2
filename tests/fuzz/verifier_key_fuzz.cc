// A verifier key (C2SP signed-note): each one has one form.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "audit/check.h"
#include "sigstore/encoding/note_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto key = signet::sigstore::parse_verifier_key(input);
  if (key && signet::sigstore::encode_verifier_key(*key) != input) std::abort();
  const std::string note = signet::audit::kept_note(input);
  if (note.size() > size) std::abort();
  return 0;
}
