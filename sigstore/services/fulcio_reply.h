// What Fulcio's v2 API answers to a request for a certificate (fulcio.proto, SigningCertificate).
#pragma once

#include <string_view>

#include "common/error.h"
#include "sigstore/encoding/certificate.h"

namespace signet::sigstore {

/// The leaf: the first certificate of the chain. The rest of the chain is a hint that nobody takes.
///
/// @error InvalidRequest  not strict JSON, no chain, a first certificate that is none, or one whose SCT is detached,
///                        for which a bundle has no place
/// @error KeyUnsuitable   its key is of a kind that we do not know
[[nodiscard]] Result<Certificate> parse_fulcio_reply(std::string_view json);

}  // namespace signet::sigstore
