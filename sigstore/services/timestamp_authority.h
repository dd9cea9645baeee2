// Asking an RFC 3161 timestamp authority over HTTP (RFC 3161 §3.4).
#pragma once

#include <string>

#include "common/awaitable.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/services/transport.h"
#include "sigstore/trust/trusted_root.h"

namespace signet::sigstore {

/// Obtains a timestamp over raw signature bytes and checks it: nonce, imprint, signature under the trusted root, and
/// that its time is within 5 minutes of ours (D15).
///
/// @param url  the authority's full URL, from the signing config
/// @return  TimeStampResp, DER
/// @error TimestampUnavailable  no answer, 429, or a 5xx; the message names the service and the reason
/// @error TimestampRefused      a refusal, another nonce, a timestamp that does not verify, or a time far from ours
/// (the remedy names the clock)
/// @error Deadline              no answer in time
Awaitable<Result<Bytes>> request_timestamp(HttpTransport& transport, std::string url, ByteView signature,
                                           const TrustedRoot& root, WallTime now, Deadline deadline);

}  // namespace signet::sigstore
