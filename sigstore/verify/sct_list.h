// The TLS encoding of embedded SCTs (RFC 6962 §3.3). Private to verify/.
#pragma once

#include <cstdint>
#include <vector>

#include "common/bytes.h"
#include "common/error.h"

namespace signet::sigstore {

/// One signed certificate timestamp of version 1. Views into the list, which must outlive it.
struct Sct {
  ByteView log_id;  ///< 32 bytes
  std::uint64_t milliseconds = 0;
  ByteView extensions;  ///< signed as they are; static CT logs put a leaf index there
  std::uint8_t hash_algorithm = 0;
  std::uint8_t signature_algorithm = 0;
  ByteView signature;
};

/// Reads a SignedCertificateTimestampList. SCTs of other versions are left out, whatever they hold: that is what the
/// length before each of them is for.
///
/// @error InvalidRequest  a length that does not fit, bytes left over, or no SCT of version 1
[[nodiscard]] Result<std::vector<Sct>> parse_sct_list(ByteView list);

}  // namespace signet::sigstore
