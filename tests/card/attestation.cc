#include "tests/card/attestation.h"

#include "common/hex.h"
#include "tests/card/card_slots.h"
#include "tests/card/certificates.h"

namespace signet::test {
namespace {

constexpr std::string_view kArc = "1.3.6.1.4.1.41482.3.";
constexpr std::string_view kAttester = "Virtual PIV Attestation";
constexpr std::uint8_t kKeychainUsbC = 3;

std::string oid(int last) { return std::string(kArc) + std::to_string(last); }

// DER INTEGER of 32 bits without a sign.
Bytes der_integer(std::uint32_t number) {
  Bytes content;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto byte = static_cast<std::uint8_t>(number >> shift);
    if (!content.empty() || byte != 0 || shift == 0) content.push_back(byte);
  }
  if ((content.front() & 0x80) != 0) content.insert(content.begin(), 0);
  return tlv(0x02, content);
}

}  // namespace

CardMaker::CardMaker(const CardSetup& setup) {
  const KeyAlgorithm& quick = *find_algorithm("p256");
  PrivateKey issuer_key = generate_key(quick);
  std::string issuer = "Virtual PIV Root CA";
  root_pem_ = certificate_pem(
      make_certificate({.subject = issuer, .issuer = issuer, .authority = true}, issuer_key, issuer_key));
  for (int i = 1; i <= setup.attestation_intermediates; ++i) {
    const PrivateKey key = generate_key(quick);
    const std::string name = "Virtual PIV Intermediate " + std::to_string(i);
    intermediates_pem_ +=
        certificate_pem(make_certificate({.subject = name, .issuer = issuer, .authority = true}, key, issuer_key));
    issuer_key = key;
    issuer = name;
  }
  attestation_key_ = {
      .algorithm = find_algorithm(setup.attestation_algorithm), .pin_policy = kNever, .touch_policy = kNever};
  attestation_key_.key = generate_key(*attestation_key_.algorithm);
  attestation_certificate_ = make_certificate({.subject = std::string(kAttester), .issuer = issuer, .authority = true},
                                              attestation_key_.key, issuer_key);
}

Bytes CardMaker::attest(const CardSetup& setup, std::uint8_t slot, const SlotKey& key, const SlotKey& attestation_key) {
  const Firmware firmware = parse_firmware(setup.firmware);
  const CertificatePlan plan = {.subject = "YubiKey PIV Attestation " + encode_hex(Bytes{slot}),
                                .issuer = std::string(kAttester),
                                .extensions = {{oid(3), Bytes(firmware.begin(), firmware.end())},
                                               {oid(7), der_integer(setup.serial)},
                                               {oid(8), {key.pin_policy, key.touch_policy}},
                                               {oid(9), {kKeychainUsbC}}}};
  return make_certificate(plan, key.key, attestation_key.key);
}

}  // namespace signet::test
