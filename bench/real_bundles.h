// Real bundles of the public-good and staging instances (tests/conformance/assets), one of each kind that Sigstore's
// clients write.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace signet::bench {

struct RealBundle {
  std::string_view what;          ///< "Rekor v1, hashedrekord"
  std::string_view name;          ///< of its folder
  std::string_view trusted_root;  ///< below the assets
  bool is_statement = false;      ///< an attestation, for whose verification signet wants a type
  bool is_of_rekor_v2 = false;

  [[nodiscard]] std::filesystem::path bundle() const;
  [[nodiscard]] std::filesystem::path root() const;
  [[nodiscard]] static std::filesystem::path artifact();
};

inline constexpr std::array<RealBundle, 3> kRealBundles = {
    {{.what = "Rekor v1, hashedrekord",
      .name = "happy-path-v0.3-new-mediaType",
      .trusted_root = "roots/production/trusted_root.json"},
     {.what = "Rekor v1, dsse",
      .name = "happy-path-intoto-in-dsse-v3",
      .trusted_root = "roots/production/trusted_root.json",
      .is_statement = true},
     {.what = "Rekor v2, hashedrekord with timestamp",
      .name = "rekor2-timestamp-with-embedded-cert",
      .trusted_root = "cases/rekor2-timestamp-with-embedded-cert/trusted_root.json",
      .is_of_rekor_v2 = true}}};

/// Who signed them all.
inline constexpr std::string_view kRealSan =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main";
inline constexpr std::string_view kRealIssuer = "https://token.actions.githubusercontent.com";

}  // namespace signet::bench
