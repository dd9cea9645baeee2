#include "sigstore/trust/shipped.h"

#include <algorithm>
#include <array>

namespace signet::sigstore {

// Embedded by cmake/embed.cmake from the files in shipped/.
extern const std::string_view kPublicGoodTufRoot;
extern const std::string_view kPublicGoodTrustedRoot;
extern const std::string_view kPublicGoodSigningConfig;
extern const std::string_view kStagingTufRoot;
extern const std::string_view kStagingTrustedRoot;
extern const std::string_view kStagingSigningConfig;

namespace {

std::optional<std::string_view> text_of(std::string_view name, std::string_view ShippedInstance::* text) {
  const auto instance = shipped_instance(name);
  if (!instance) return std::nullopt;
  return (*instance).*text;
}

}  // namespace

std::span<const ShippedInstance> shipped_instances() {
  static const std::array<ShippedInstance, 2> instances = {{{.name = "public-good",
                                                             .tuf_url = "https://tuf-repo-cdn.sigstore.dev",
                                                             .tuf_root = kPublicGoodTufRoot,
                                                             .trusted_root = kPublicGoodTrustedRoot,
                                                             .signing_config = kPublicGoodSigningConfig},
                                                            {.name = "staging",
                                                             .tuf_url = "https://tuf-repo-cdn.sigstage.dev",
                                                             .tuf_root = kStagingTufRoot,
                                                             .trusted_root = kStagingTrustedRoot,
                                                             .signing_config = kStagingSigningConfig}}};
  return instances;
}

std::optional<ShippedInstance> shipped_instance(std::string_view name) {
  const auto found = std::ranges::find(shipped_instances(), name, &ShippedInstance::name);
  if (found == shipped_instances().end()) return std::nullopt;
  return *found;
}

std::optional<std::string_view> shipped_trusted_root(std::string_view name) {
  return text_of(name, &ShippedInstance::trusted_root);
}

std::optional<std::string_view> shipped_signing_config(std::string_view name) {
  return text_of(name, &ShippedInstance::signing_config);
}

std::optional<std::string_view> shipped_tuf_root(std::string_view name) {
  return text_of(name, &ShippedInstance::tuf_root);
}

}  // namespace signet::sigstore
