#include "tests/card/piv_card.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/hex.h"

namespace signet::test {
namespace {

constexpr std::uint8_t kChained = 0x10;
constexpr std::size_t kPartSize = 256;
constexpr std::uint8_t kSlot9c = 0x9c;
constexpr std::uint8_t kAlgorithmP256 = 0x11;

Bytes hex(std::string_view text) { return parse_hex(text).value(); }

Bytes with_status(Bytes data, std::uint8_t sw1, std::uint8_t sw2) {
  data.push_back(sw1);
  data.push_back(sw2);
  return data;
}
Bytes status(std::uint8_t sw1, std::uint8_t sw2) { return with_status({}, sw1, sw2); }

// BER-TLV with a one-byte tag (SP 800-73-4 part 1, appendix A).
Bytes tlv(std::uint8_t tag, ByteView content) {
  Bytes out = {tag};
  if (content.size() >= 0x100) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(content.size() >> 8)});
  } else if (content.size() >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  append(out, content);
  return out;
}

bool starts_with(ByteView bytes, std::string_view prefix) {
  const Bytes start = hex(prefix);
  return bytes.size() >= start.size() && equal(bytes.first(start.size()), start);
}

}  // namespace

struct PivCard::Key {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  Bytes certificate;

  Key() {
    X509* x509 = X509_new();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("virtual card"), -1, -1,
                               0);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, key);
    if (X509_sign(x509, key, EVP_sha256()) == 0) std::abort();
    std::uint8_t* der = nullptr;
    const int size = i2d_X509(x509, &der);
    certificate.assign(der, der + size);
    OPENSSL_free(der);
    X509_free(x509);
  }
  ~Key() { EVP_PKEY_free(key); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  [[nodiscard]] Bytes sign(ByteView digest) const {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
    Bytes signature(128);
    std::size_t size = signature.size();
    if (EVP_PKEY_sign_init(context) != 1 ||
        EVP_PKEY_sign(context, signature.data(), &size, digest.data(), digest.size()) != 1) {
      std::abort();
    }
    EVP_PKEY_CTX_free(context);
    signature.resize(size);
    return signature;
  }
};

PivCard::PivCard(CardSetup setup) : setup_(std::move(setup)), tries_(setup_.tries), key_(std::make_unique<Key>()) {}
PivCard::~PivCard() = default;

void PivCard::reset() {
  selected_ = verified_ = fresh_ = false;
  chained_.clear();
  rest_.clear();
}

Bytes PivCard::answer_to_reset() { return hex("3bfd1300008131fe158073c021c057597562694b657940"); }

CardAnswer PivCard::transmit(ByteView command) {
  if (command.size() < 4) return {.bytes = status(0x67, 0x00)};
  Command whole{.instruction = command[1], .p1 = command[2], .p2 = command[3]};
  // Some clients send neither Lc nor Le.
  const std::size_t size = command.size() > 5 ? command[4] : 0;
  if (command.size() > 5 && command.size() < 5 + size) return {.bytes = status(0x67, 0x00)};
  append(chained_, size == 0 ? ByteView() : command.subspan(5, size));
  if ((command[0] & kChained) != 0) return {.bytes = status(0x90, 0x00)};
  whole.data = std::exchange(chained_, {});
  return run(whole);
}

CardAnswer PivCard::run(const Command& command) {
  const bool fresh = std::exchange(fresh_, false);
  switch (command.instruction) {
    case 0xa4:  // SELECT
      selected_ = starts_with(command.data, "a000000308");
      verified_ = false;
      if (!selected_) return {.bytes = status(0x6a, 0x82)};
      return {.bytes = with_status(hex("61114f0600001000010079074f05a000000308"), 0x90, 0x00)};
    case 0xc0:  // GET RESPONSE
      return {.bytes = first_part(std::exchange(rest_, {}))};
    default:
      break;
  }
  if (!selected_) return {.bytes = status(0x6d, 0x00)};
  switch (command.instruction) {
    case 0xfd:  // version of the firmware
      return {.bytes = with_status(hex("050403"), 0x90, 0x00)};
    case 0xf8:  // serial number: 12345678
      return {.bytes = with_status(hex("00bc614e"), 0x90, 0x00)};
    case 0x20:
      return verify(command);
    case 0xcb: {
      CardAnswer answer = get_data(command);
      answer.bytes = first_part(std::move(answer.bytes));
      return answer;
    }
    case 0x87:
      return authenticate(command, fresh);
    default:  // no attestation, no metadata: a key is seen by its certificate
      return {.bytes = status(0x6d, 0x00)};
  }
}

Bytes PivCard::tries_left() const {
  return tries_ == 0 ? status(0x69, 0x83) : status(0x63, static_cast<std::uint8_t>(0xc0 | tries_));
}

CardAnswer PivCard::verify(const Command& command) {
  if (command.p2 != 0x80) return {.bytes = status(0x6a, 0x88)};
  if (command.data.empty()) return {.bytes = verified_ ? status(0x90, 0x00) : tries_left()};
  if (tries_ == 0) return {.bytes = status(0x69, 0x83)};
  std::string padded = setup_.pin;
  padded.resize(8, '\xff');
  verified_ = fresh_ = text_of(command.data) == padded;
  tries_ = verified_ ? setup_.tries : tries_ - 1;
  return {.bytes = verified_ ? status(0x90, 0x00) : tries_left()};
}

CardAnswer PivCard::get_data(const Command& command) const {
  if (command.p1 != 0x3f || command.p2 != 0xff || !equal(command.data, hex("5c035fc10a"))) {
    return {.bytes = status(0x6a, 0x82)};
  }
  Bytes object = tlv(0x70, key_->certificate);
  append(object, hex("710100fe00"));
  return {.bytes = with_status(tlv(0x53, object), 0x90, 0x00)};
}

// 7C { 82 (empty: the answer is wanted here), 81 digest } (SP 800-73-4 part 2 §3.2.4)
CardAnswer PivCard::authenticate(const Command& command, bool pin_is_fresh) const {
  if (command.p1 != kAlgorithmP256 || command.p2 != kSlot9c) return {.bytes = status(0x6a, 0x80)};
  if (!starts_with(command.data, "7c2482008120") || command.data.size() != 38) return {.bytes = status(0x6a, 0x80)};
  if (!pin_is_fresh) return {.bytes = status(0x69, 0x82)};
  const Bytes signature = key_->sign(ByteView(command.data).last(32));
  return {.bytes = with_status(tlv(0x7c, tlv(0x82, signature)), 0x90, 0x00), .wants_touch = true};
}

// The whole answer, or its first 256 bytes with 61xx, which says how much is left (00: 256 or more).
Bytes PivCard::first_part(Bytes whole) {
  if (whole.size() <= kPartSize + 2) return whole.empty() ? status(0x69, 0x85) : whole;
  rest_.assign(whole.begin() + kPartSize, whole.end());
  whole.resize(kPartSize);
  const std::size_t left = rest_.size() - 2;
  return with_status(std::move(whole), 0x61, left >= kPartSize ? 0 : static_cast<std::uint8_t>(left));
}

}  // namespace signet::test
