// RFC 3161 timestamps: requests, replies, and their verification under the authorities of the trusted root.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sigstore/trust/trusted_root.h"
#include "sigstore/verify/refusal.h"
#include "sigstore/verify/report.h"

namespace signet::sigstore {

struct VerifiedTimestamp {
  WallTime time;
  std::string authority;   ///< URI of the authority in the trusted root
  std::string counted_as;  ///< under what the authority counts towards a threshold
};

/// TimeStampReq (RFC 3161 §2.4.1), version 1, certReq TRUE.
///
/// @param imprint  SHA-256, SHA-384 or SHA-512 of what is stamped: the raw signature bytes
/// @param nonce    8 random bytes, high bit cleared by the caller or not: encoded as a non-negative INTEGER
[[nodiscard]] Bytes encode_timestamp_request(const Digest& imprint, ByteView nonce);

/// Verifies a TimeStampResp over `stamped` (the raw signature bytes): status granted, CMS signature, ESS certificate
/// id, imprint, the signer is the authority's leaf (or issued under its anchor), EKU timeStamping critical and alone,
/// chain valid at genTime, genTime within validFor.
///
/// @error InvalidRequest  not a TimeStampResp
/// @error NotVerified     no authority of the trusted root fits; the message gives the reason of the one that came
/// nearest
[[nodiscard]] Result<VerifiedTimestamp> verify_timestamp(ByteView response, ByteView stamped, const TrustedRoot& root);

/// The same for a bare TimeStampToken (ContentInfo), as CMS signatures carry it.
[[nodiscard]] Result<VerifiedTimestamp> verify_timestamp_token(ByteView token, ByteView stamped,
                                                               const TrustedRoot& root);

/// The times of a bundle. A timestamp of an authority that the trusted root does not have counts for nothing; one that
/// says to be of an authority that is there must verify: one that does not is no accident.
///
/// @param responses  TimeStampResps over `stamped`
/// @return  those of known authorities
/// @error TimestampInvalid  one does not verify
[[nodiscard]] Verdict<std::vector<VerifiedTimestamp>> verify_timestamps(const std::vector<Bytes>& responses,
                                                                        ByteView stamped, const TrustedRoot& root,
                                                                        Findings& findings);

/// TimestampInvalid: none of `count` timestamps is of an authority of the trusted root.
[[nodiscard]] Refusal unknown_authority(const TrustedRoot& root, std::size_t count);

/// Checks that a reply is the answer to our request: status and nonce.
///
/// @error InvalidRequest    not a TimeStampResp
/// @error TimestampRefused  the authority said no (with its status text), or the nonce is another
[[nodiscard]] Result<void> check_timestamp_reply(ByteView response, ByteView nonce);

/// The TimeStampToken inside a TimeStampResp.
///
/// @error InvalidRequest  not a TimeStampResp, or a refusal
[[nodiscard]] Result<Bytes> timestamp_token(ByteView response);

/// A TimeStampResp (status granted) around a token: the inverse of timestamp_token().
[[nodiscard]] Bytes timestamp_response_from_token(ByteView token);

}  // namespace signet::sigstore
