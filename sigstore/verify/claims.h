// What a CA says about the build or login that a certificate was issued for (Fulcio's extensions 1.3.6.1.4.1.57264.1.9
// to .24).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"
#include "sigstore/encoding/certificate.h"

namespace signet::sigstore {

/// In the order of their OIDs: the last number is 9 for the first.
enum class ClaimName : std::uint8_t {
  BuildSignerUri,
  BuildSignerDigest,
  RunnerEnvironment,
  SourceRepositoryUri,
  SourceRepositoryDigest,
  SourceRepositoryRef,
  SourceRepositoryIdentifier,
  SourceRepositoryOwnerUri,
  SourceRepositoryOwnerIdentifier,
  BuildConfigUri,
  BuildConfigDigest,
  BuildTrigger,
  RunInvocationUri,
  SourceRepositoryVisibility,
  DeploymentEnvironment,
  TokenSubject,
};

inline constexpr std::size_t kClaimCount = static_cast<std::size_t>(ClaimName::TokenSubject) + 1;

/// "source-repository-uri" and so on: how options and output spell it.
[[nodiscard]] std::string_view claim_text(ClaimName name);
[[nodiscard]] std::optional<ClaimName> claim_from_text(std::string_view text);

struct Claim {
  ClaimName name = ClaimName::BuildSignerUri;
  std::string value;  ///< hostile text, display_text() before it is shown
  bool operator==(const Claim&) const = default;
};

/// The claims of a certificate in the order of their OIDs; extensions of the arc with higher numbers are left out.
///
/// @error InvalidRequest  one is not a DER UTF8String of UTF-8
[[nodiscard]] Result<std::vector<Claim>> read_claims(const Certificate& certificate);

/// The value of that claim, or nothing.
[[nodiscard]] const std::string* find_claim(const std::vector<Claim>& claims, ClaimName name);

}  // namespace signet::sigstore
