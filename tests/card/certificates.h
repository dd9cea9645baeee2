// Certificates that the card is delivered with: of its keys, and of its maker.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "tests/card/card_keys.h"

namespace signet::test {

struct CertificatePlan {
  std::string subject;  ///< common name
  std::string issuer;   ///< common name
  bool authority = false;
  std::vector<std::pair<std::string, Bytes>> extensions{};  ///< OID in dots, content of extnValue
};

/// DER of a version 3 certificate with a random serial number. All have one and the same validity: a card has no clock.
[[nodiscard]] Bytes make_certificate(const CertificatePlan& plan, const PrivateKey& key, const PrivateKey& issuer_key);

[[nodiscard]] std::string certificate_pem(ByteView der);

}  // namespace signet::test
