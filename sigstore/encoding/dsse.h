// DSSE: the pre-authentication encoding (DSSE protocol v1.0).
#pragma once

#include <string_view>

#include "common/bytes.h"

namespace signet::sigstore {

/// The payload type of in-toto statements (statement.h).
inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

/// "DSSEv1 <len> <type> <len> <payload>": the bytes that are signed.
[[nodiscard]] Bytes encode_pae(std::string_view payload_type, ByteView payload);

}  // namespace signet::sigstore
