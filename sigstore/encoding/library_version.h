// Which OpenSSL this process runs with.
#pragma once

#include <string>

namespace signet::sigstore {

/// The version of the library that was loaded, which may be newer than the one that was built with: "3.0.17".
[[nodiscard]] std::string openssl_version();

}  // namespace signet::sigstore
