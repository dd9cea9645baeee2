#include "sigstore/encoding/dsse.h"

#include <string>

namespace signet::sigstore {

Bytes encode_pae(std::string_view payload_type, ByteView payload) {
  Bytes pae = to_bytes("DSSEv1 " + std::to_string(payload_type.size()) + " " + std::string(payload_type) + " " +
                       std::to_string(payload.size()) + " ");
  append(pae, payload);
  return pae;
}

}  // namespace signet::sigstore
