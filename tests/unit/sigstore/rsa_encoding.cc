#include "tests/unit/sigstore/rsa_encoding.h"

#include <vector>

#include "sigstore/encoding/der.h"

namespace signet::test {

using namespace sigstore;

Bytes rsa_numbers(const PublicKey& key) {
  DerReader outer(key.spki());
  DerReader inner(outer.expect(der_tag::kSequence)->content);
  static_cast<void>(inner.expect(der_tag::kSequence));
  return to_bytes(inner.expect(der_tag::kBitString)->content.subspan(1));
}

Bytes rsa_spki(const Bytes& numbers, std::uint8_t unused_bits) {
  const Bytes algorithm = encode_der(der_tag::kSequence, std::vector<Bytes>{encode_der_oid("1.2.840.113549.1.1.1"),
                                                                            encode_der(der_tag::kNull, ByteView())});
  Bytes bits = {unused_bits};
  append(bits, numbers);
  return encode_der(der_tag::kSequence, std::vector<Bytes>{algorithm, encode_der(der_tag::kBitString, ByteView(bits))});
}

}  // namespace signet::test
