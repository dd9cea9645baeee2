// What a token shows of its keys and yields as signatures: attributes of any bytes become a key, a signature, or an
// error.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/display.h"
#include "json/reader.h"
#include "json/writer.h"
#include "pkcs11/keys/ecdsa_signature.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/module/object.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  if (size < 1) return 0;
  const ByteView input(data + 1, size - 1);
  const ByteView first = input.first(std::min<std::size_t>(data[0], input.size()));
  const ByteView second = input.subspan(first.size());
  for (const auto& key : {pkcs11::public_key_from_ec(first, second), pkcs11::public_key_from_edwards(first, second),
                          pkcs11::public_key_from_rsa(first, second)}) {
    // A SubjectPublicKeyInfo is a SEQUENCE, and an algorithm has a name.
    if (key && (key->spki.size() < 2 || key->spki.front() != 0x30 || key->algorithm.empty())) __builtin_trap();
  }
  const auto signature = pkcs11::der_from_raw_ecdsa(input, 32);
  if (signature && (signature->size() < 8 || signature->size() > 72)) __builtin_trap();
  // A label of any bytes must survive the way through JSON.
  const std::string label = pkcs11::utf8_text(text_of(input));
  const auto read = json::parse(json::write(json::Value(label)));
  if (!read || *read->as_string() != label) __builtin_trap();
  return 0;
}
