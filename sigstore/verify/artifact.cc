#include "sigstore/verify/artifact.h"

#include <algorithm>

namespace signet::sigstore {

const Digest* Artifact::with(HashAlgorithm algorithm) const {
  const auto found = std::ranges::find(digests, algorithm, &Digest::algorithm);
  return found == digests.end() ? nullptr : &*found;
}

}  // namespace signet::sigstore
