// What a PIV card answers: any bytes become a key, a signature, or nothing; an element never reaches past its answer.
#include <cstddef>
#include <cstdint>

#include "pkcs11/piv/applet.h"
#include "pkcs11/piv/tlv.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  if (size < 1) return 0;
  const ByteView input(data + 1, size - 1);
  pkcs11::TlvReader reader(input);
  while (const auto element = reader.next()) {
    const ByteView content = element->content;
    const bool inside = content.empty() || (content.data() >= input.data() &&
                                            content.data() + content.size() <= input.data() + input.size());
    if (!inside) __builtin_trap();
    // What was read is written the same, in the shortest form.
    if (content.size() <= 0xffff &&
        !equal(*pkcs11::find_tlv(pkcs11::encode_tlv(element->tag, content), element->tag), content)) {
      __builtin_trap();
    }
  }
  const auto key = pkcs11::public_key_from_piv(data[0], input);
  if (key && (key->spki.size() < 2 || key->spki.front() != 0x30)) __builtin_trap();
  [[maybe_unused]] const auto signature = pkcs11::signature_from({.data = to_bytes(input), .status = 0x9000});
  return 0;
}
