// Whose signature it must be (end of step 1): the certificate's, or that of the key that the caller expects.
#pragma once

#include <optional>

#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/public_key.h"

namespace signet::sigstore {

struct Signer {
  std::optional<Certificate> certificate;  ///< nothing: a bare key
  PublicKey key;                           ///< the certificate's, or the expected one
};

}  // namespace signet::sigstore
