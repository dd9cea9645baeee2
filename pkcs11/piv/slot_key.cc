#include "pkcs11/piv/slot_key.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <memory>
#include <utility>

#include "common/hex.h"
#include "pkcs11/piv/tlv.h"

namespace signet::pkcs11 {
namespace {

using Certificate = std::unique_ptr<X509, decltype([](X509* certificate) { X509_free(certificate); })>;
using OssBytes = std::unique_ptr<unsigned char, decltype([](unsigned char* bytes) { OPENSSL_free(bytes); })>;

constexpr unsigned kCertificateTag = 0x70;
constexpr const char* kSerialOid = "1.3.6.1.4.1.41482.3.7";
constexpr const char* kPoliciesOid = "1.3.6.1.4.1.41482.3.8";

Certificate parse_certificate(ByteView der) {
  const unsigned char* at = der.data();
  return Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

std::string name_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return "rsa" + std::to_string(EVP_PKEY_get_bits(key));
    case EVP_PKEY_ED25519:
      return "ed25519";
    case EVP_PKEY_EC:
      return EVP_PKEY_get_bits(key) == 256 ? "p256" : EVP_PKEY_get_bits(key) == 384 ? "p384" : "other";
    default:
      return "other";
  }
}

std::optional<SlotKey> key_from(const X509& certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(&certificate);
  if (key == nullptr) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  const OssBytes owner(der);
  const auto algorithm = algorithm_number(name_of(key));
  if (size <= 0 || !algorithm) return std::nullopt;
  return SlotKey{.algorithm = *algorithm, .public_key = {.algorithm = name_of(key), .spki = Bytes(der, der + size)}};
}

// The content of an extension of Yubico's attestations; empty where there is none.
ByteView extension_of(const X509& certificate, const char* name) {
  ASN1_OBJECT* const oid = OBJ_txt2obj(name, 1);
  const int place = oid == nullptr ? -1 : X509_get_ext_by_OBJ(&certificate, oid, -1);
  ASN1_OBJECT_free(oid);
  const ASN1_OCTET_STRING* const value =
      place < 0 ? nullptr : X509_EXTENSION_get_data(X509_get_ext(&certificate, place));
  if (value == nullptr) return {};
  return {ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// Two raw bytes: PIN policy, touch policy.
void read_policies(const X509& certificate, SlotKey& key) {
  const ByteView bytes = extension_of(certificate, kPoliciesOid);
  if (bytes.size() != 2) return;
  key.pin_policy = pin_policy_from(bytes[0]);
  key.touch_policy = touch_policy_from(bytes[1]);
}

Result<std::optional<SlotKey>> from_metadata(CardExchange& card, const PivSlot& slot) {
  const auto metadata = read_metadata(card, slot.number);
  if (!metadata) return fail(metadata.error());
  if (!*metadata) return std::optional<SlotKey>();
  auto key = public_key_from_piv((*metadata)->algorithm, (*metadata)->public_key);
  if (!key) return fail(std::move(key.error()));
  return std::optional(SlotKey{.algorithm = (*metadata)->algorithm,
                               .public_key = std::move(*key),
                               .pin_policy = pin_policy_from((*metadata)->pin_policy),
                               .touch_policy = touch_policy_from((*metadata)->touch_policy)});
}

Result<std::optional<SlotKey>> from_attestation(CardExchange& card, const PivSlot& slot) {
  const auto statement = attest(card, slot.number);
  if (!statement) return fail(statement.error());
  const Certificate certificate = *statement ? parse_certificate(**statement) : nullptr;
  auto key = certificate ? key_from(*certificate) : std::nullopt;
  if (key) read_policies(*certificate, *key);
  return key;
}

Result<std::optional<SlotKey>> from_certificate(CardExchange& card, const PivSlot& slot) {
  const auto object = read_object(card, slot.certificate);
  if (!object) return fail(object.error());
  const auto der = *object ? find_tlv(**object, kCertificateTag) : std::nullopt;
  const Certificate certificate = der ? parse_certificate(*der) : nullptr;
  return certificate ? key_from(*certificate) : std::nullopt;
}

}  // namespace

Result<std::optional<SlotKey>> read_slot_key(CardExchange& card, const Firmware& firmware, const PivSlot& slot) {
  Result<std::optional<SlotKey>> key = std::optional<SlotKey>();
  if (firmware >= kHasMetadata) {
    key = from_metadata(card, slot);
  } else if (firmware >= kHasAttestation) {
    key = from_attestation(card, slot);
  }
  if (!key || *key) return key;
  return from_certificate(card, slot);
}

Result<std::optional<std::string>> read_attested_serial(CardExchange& card) {
  for (const PivSlot& slot : key_slots()) {
    const auto statement = attest(card, slot.number);
    if (!statement) return fail(statement.error());
    const Certificate certificate = *statement ? parse_certificate(**statement) : nullptr;
    // A DER INTEGER.
    const ByteView bytes = certificate ? extension_of(*certificate, kSerialOid) : ByteView();
    if (bytes.size() < 3 || bytes.size() > 7 || bytes[0] != 0x02 || bytes[1] != bytes.size() - 2) continue;
    std::uint64_t serial = 0;
    for (const std::uint8_t byte : bytes.subspan(2)) serial = serial << 8U | byte;
    return std::optional(std::to_string(serial));
  }
  return std::optional<std::string>();
}

protocol::TokenKey describe_slot_key(const PivSlot& slot, const SlotKey& key) {
  const auto pin = key.pin_policy.value_or(slot.pin_policy);
  return {.id = encode_hex(ByteView(&slot.number, 1)),
          .label = slot.label,
          .algorithm = key.public_key.algorithm,
          .public_key = key.public_key.spki,
          .always_authenticate = pin == protocol::PinPolicy::Always,
          .pin_policy = pin,
          .touch_policy = key.touch_policy};
}

}  // namespace signet::pkcs11
