// A host that speaks to a virtual card directly, without a reader in between: what the tests of the card itself send.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/bytes.h"
#include "tests/card/piv_card.h"

namespace signet::test {

class PivHost {
 public:
  /// Selects PIV.
  explicit PivHost(const CardSetup& setup = {});

  struct Answer {
    std::string status;  ///< SW1 SW2 in hexadecimal
    Bytes data{};        ///< of all parts
    bool wants_touch = false;
  };
  /// One APDU in hexadecimal, and what is left of a long answer.
  Answer send(std::string_view apdu);
  /// The same with this data, in as many parts as it takes.
  /// @param header  CLA INS P1 P2
  Answer send(std::string_view header, ByteView data);

  /// Each yields the status.
  std::string select() { return send("00a4040005a000000308").status; }
  std::string verify(std::string_view pin) { return send("00200080", padded(pin)).status; }
  std::string tries() { return send("00200080").status; }
  std::string generate(std::string_view slot, std::string_view elements);
  /// Both steps of the mutual authentication; the first status that is not 9000. Checks the card's answer.
  std::string authenticate(std::string_view algorithm = "03",
                           std::string_view key = "010203040506070801020304050607080102030405060708");

  /// GENERAL AUTHENTICATE with what is to be signed.
  Answer sign(std::string_view algorithm, std::string_view slot, ByteView input);
  /// SubjectPublicKeyInfo of the certificate in an object; of the attestation of a slot.
  Bytes certificate(std::string_view object);

  [[nodiscard]] static Bytes padded(std::string_view pin);
  [[nodiscard]] PivCard& card() { return card_; }
  void wait(std::chrono::milliseconds span) { now_ += span; }
  void touch() { card_.touched(now_); }

 private:
  Answer transmit(ByteView apdu);

  PivCard card_;
  PivCard::Time now_{std::chrono::hours(1)};
};

/// The signature in 7C { 82 … }.
[[nodiscard]] Bytes signature_in(const PivHost::Answer& answer);

/// SubjectPublicKeyInfo of a certificate in DER; its issuer's signature is checked by signed_by().
[[nodiscard]] Bytes public_key_of(ByteView certificate);
[[nodiscard]] bool signed_by(ByteView certificate, ByteView issuer);
/// The content of the extension of that OID; empty: it has none.
[[nodiscard]] Bytes extension_of(ByteView certificate, const std::string& oid);
[[nodiscard]] Bytes certificate_from_pem(const std::string& pem);

/// ECDSA over this digest, RSA over a block as the card got it, Ed25519 over this message.
[[nodiscard]] bool fits(ByteView spki, ByteView input, ByteView signature);

}  // namespace signet::test
