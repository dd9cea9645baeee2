// What the signature of a bundle is over.
#pragma once

#include <map>

#include "common/bytes.h"
#include "common/digest.h"
#include "sigstore/bundle/bundle.h"

namespace signet::sigstore {

/// The content of one bundle, hashed no more than once by each algorithm. Not for several threads.
class SignedContent {
 public:
  /// @param bundle  must outlive it
  explicit SignedContent(const Bundle& bundle);

  /// Of the envelope's PAE; of a message the digest that the bundle names, whatever the algorithm.
  [[nodiscard]] const Digest& digest(HashAlgorithm algorithm);
  /// The envelope's PAE; empty for a message.
  [[nodiscard]] ByteView pae() const { return pae_; }

 private:
  const Bundle& bundle_;
  Bytes pae_;
  std::map<HashAlgorithm, Digest> digests_;
};

}  // namespace signet::sigstore
