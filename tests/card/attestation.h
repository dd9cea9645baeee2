// The maker of the card, who says which keys were made inside it (tokens.md E1).
#pragma once

#include <string>
#include <vector>

#include "common/bytes.h"
#include "tests/card/card_keys.h"
#include "tests/card/card_setup.h"

namespace signet::test {

struct SlotKey {
  const KeyAlgorithm* algorithm = nullptr;
  PrivateKey key{};
  std::uint8_t pin_policy = 0;
  std::uint8_t touch_policy = 0;
  bool imported = false;
};

/// Root, intermediates, and the attestation key that lies in F9 when the card is delivered.
class CardMaker {
 public:
  explicit CardMaker(const CardSetup& setup);

  [[nodiscard]] const SlotKey& attestation_key() const { return attestation_key_; }
  /// DER.
  [[nodiscard]] const Bytes& attestation_certificate() const { return attestation_certificate_; }
  [[nodiscard]] const std::string& root_pem() const { return root_pem_; }
  /// From the root's child to the issuer of the attestation certificate; empty where the root itself issued it.
  [[nodiscard]] const std::string& intermediates_pem() const { return intermediates_pem_; }

  /// The statement about a key, in DER, by the key that is in F9 now.
  [[nodiscard]] static Bytes attest(const CardSetup& setup, std::uint8_t slot, const SlotKey& key,
                                    const SlotKey& attestation_key);

 private:
  SlotKey attestation_key_;
  Bytes attestation_certificate_;
  std::string root_pem_;
  std::string intermediates_pem_;
};

}  // namespace signet::test
