// A signed checkpoint of some log: note and text each have one form.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sigstore/encoding/signed_note.h"
#include "sigstore/tlog/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet::sigstore;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto note = parse_signed_note(input)) {
    if (note->signatures.empty() || encode_signed_note(*note) != input) std::abort();
    static_cast<void>(parse_checkpoint_text(note->text));
  }
  if (const auto checkpoint = parse_checkpoint_text(input)) {
    if (encode_checkpoint_text(*checkpoint) != input) std::abort();
  }
  return 0;
}
