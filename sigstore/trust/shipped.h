// What this program knows of Sigstore's own instances before it has ever been online: public-good and staging.
//
// Where each file comes from, and its SHA-256: docs/decisions/shipped-trust.md.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace signet::sigstore {

/// Texts that live as long as the program, byte for byte as they were published.
struct ShippedInstance {
  std::string_view name;            ///< "public-good" or "staging"
  std::string_view tuf_url;         ///< base of its TUF repository, without a slash at the end
  std::string_view tuf_root;        ///< root.json: the anchor of its TUF repository
  std::string_view trusted_root;    ///< trusted_root.json, as old as this program
  std::string_view signing_config;  ///< signing_config.v0.2.json, as old as this program
};

[[nodiscard]] std::span<const ShippedInstance> shipped_instances();

/// @return  nothing for any other name than one of shipped_instances()
[[nodiscard]] std::optional<ShippedInstance> shipped_instance(std::string_view name);
[[nodiscard]] std::optional<std::string_view> shipped_trusted_root(std::string_view name);
[[nodiscard]] std::optional<std::string_view> shipped_signing_config(std::string_view name);
[[nodiscard]] std::optional<std::string_view> shipped_tuf_root(std::string_view name);

}  // namespace signet::sigstore
