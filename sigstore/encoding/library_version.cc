#include "sigstore/encoding/library_version.h"

#include <openssl/crypto.h>

namespace signet::sigstore {

std::string openssl_version() { return OpenSSL_version(OPENSSL_VERSION_STRING); }

}  // namespace signet::sigstore
