// The sandbox's RFC 3161 timestamp authority. Usable without HTTP.
//
//   auto response = sandbox.timestamp_authority().stamp(digest_of_signature);               TimeStampResp, DER
//   auto later = sandbox.timestamp_authority().stamp(digest, {.time = after_the_certificate});
#pragma once

#include <optional>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/error.h"
#include "common/time.h"
#include "sandbox/state.h"

namespace signet::sandbox {

/// How a timestamp is made; each of the last three alone makes one that clients must refuse.
struct StampOptions {
  std::optional<WallTime> time{};  ///< default: now; whole seconds
  bool other_nonce = false;        ///< a nonce that was not asked for
  bool other_imprint = false;      ///< of something else
  bool by_other_key = false;       ///< by an authority of the same names that nobody trusts
};

class TimestampAuthority {
 public:
  /// `clock` must outlive it.
  TimestampAuthority(Hierarchy trusted, const Clock& clock);

  /// Answers a TimeStampReq: SHA-256, SHA-384 and SHA-512 are stamped, other imprints refused with badAlg; nonce as
  /// asked; the certificate only with certReq.
  ///
  /// @return TimeStampResp, DER; a refusal is one, too
  /// @error InvalidRequest  not a TimeStampReq
  [[nodiscard]] Result<Bytes> answer(ByteView request, const StampOptions& options = {}) const;

  /// A timestamp over an imprint as our own client asks for it.
  [[nodiscard]] Result<Bytes> stamp(const Digest& imprint, const StampOptions& options = {}) const;

  /// Root and leaf.
  [[nodiscard]] const Hierarchy& hierarchy() const { return trusted_; }

 private:
  Hierarchy trusted_;
  Hierarchy untrusted_;
  const Clock& clock_;
};

/// True where a TimeStampResp says granted.
[[nodiscard]] bool is_granted(ByteView response);

}  // namespace signet::sandbox
