// What the caller holds, and wants to know the signer of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/digest.h"

namespace signet::sigstore {

/// A digest for each algorithm that a bundle may need. From the file, or only the one that the caller knows.
struct Artifact {
  std::vector<Digest> digests;
  /// Demands an attestation of this type about it: a mere signature is refused.
  std::optional<std::string> predicate_type = {};
  [[nodiscard]] const Digest* with(HashAlgorithm algorithm) const;
};

}  // namespace signet::sigstore
