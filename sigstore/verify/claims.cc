#include "sigstore/verify/claims.h"

#include <algorithm>
#include <utility>

#include "common/display.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/der_walk.h"

namespace signet::sigstore {
namespace {

constexpr unsigned kFirst = 9;

constexpr std::array<std::string_view, kClaimCount> kTexts = {"build-signer-uri",
                                                              "build-signer-digest",
                                                              "runner-environment",
                                                              "source-repository-uri",
                                                              "source-repository-digest",
                                                              "source-repository-ref",
                                                              "source-repository-identifier",
                                                              "source-repository-owner-uri",
                                                              "source-repository-owner-identifier",
                                                              "build-config-uri",
                                                              "build-config-digest",
                                                              "build-trigger",
                                                              "run-invocation-uri",
                                                              "source-repository-visibility",
                                                              "deployment-environment",
                                                              "token-subject"};

}  // namespace

std::string_view claim_text(ClaimName name) { return kTexts.at(static_cast<std::size_t>(name)); }

std::optional<ClaimName> claim_from_text(std::string_view text) {
  const auto* const found = std::ranges::find(kTexts, text);
  if (found == kTexts.end()) return std::nullopt;
  return static_cast<ClaimName>(found - kTexts.begin());
}

Result<std::vector<Claim>> read_claims(const Certificate& certificate) {
  std::vector<Claim> claims;
  for (const auto& [number, value] : certificate.fulcio_extensions()) {
    if (number < kFirst || number >= kFirst + kClaimCount) continue;
    const auto name = static_cast<ClaimName>(number - kFirst);
    const auto text = der_content(value, der_tag::kUtf8String);
    if (!text || !is_utf8(text_of(*text))) {
      return fail(ErrorCode::InvalidRequest,
                  "the certificate's claim " + std::string(claim_text(name)) + " is malformed");
    }
    claims.push_back({.name = name, .value = std::string(text_of(*text))});
  }
  std::ranges::sort(claims, {}, &Claim::name);
  return claims;
}

const std::string* find_claim(const std::vector<Claim>& claims, ClaimName name) {
  const auto found = std::ranges::find(claims, name, &Claim::name);
  return found == claims.end() ? nullptr : &found->value;
}

}  // namespace signet::sigstore
