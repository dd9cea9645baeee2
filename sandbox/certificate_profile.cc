#include "sandbox/certificate_profile.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "common/random.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"

namespace signet::sandbox {
namespace {

using sigstore::encode_der;
using sigstore::encode_der_oid;
using sigstore::encode_der_unsigned;
namespace tag = sigstore::der_tag;
namespace oid = sigstore::oid;
using Elements = std::vector<Bytes>;

constexpr std::string_view kOrganization = "SANDBOX NOT FOR TRUST";
constexpr std::string_view kEcdsaWithSha256 = "1.2.840.10045.4.3.2";
constexpr std::uint8_t kIa5Email = 0x81;  // GeneralName [1] and [6], implicit IA5String
constexpr std::uint8_t kIa5Uri = 0x86;
constexpr std::uint8_t kKeyIdentifier = 0x80;  // AuthorityKeyIdentifier [0], implicit OCTET STRING

Bytes der(std::uint8_t tag, const Elements& elements) { return encode_der(tag, elements); }
Bytes der(std::uint8_t tag, std::string_view text) { return encode_der(tag, bytes_of(text)); }

// UTCTime until 2049, then GeneralizedTime (RFC 5280 §4.1.2.5); whole seconds.
Bytes encode_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  const int year = static_cast<int>(date.year());
  std::array<char, 40> text{};
  const bool utc = year >= 1950 && year < 2050;
  (void)std::snprintf(text.data(), text.size(), utc ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
                      utc ? year % 100 : year, static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()));
  return der(utc ? tag::kUtcTime : tag::kGeneralizedTime, std::string_view(text.data()));
}

Bytes signature_algorithm() { return der(tag::kSequence, Elements{encode_der_oid(kEcdsaWithSha256)}); }

Bytes bit_string(ByteView bytes, std::uint8_t unused_bits = 0) {
  Bytes content{unused_bits};
  append(content, bytes);
  return encode_der(tag::kBitString, content);
}

Bytes encode_extension(const CertificateExtension& extension) {
  Elements parts{encode_der_oid(extension.oid)};
  if (extension.critical) parts.push_back(encode_der(tag::kBoolean, Bytes{0xff}));
  parts.push_back(encode_der(tag::kOctetString, extension.value));
  return der(tag::kSequence, parts);
}

Bytes attribute(std::string_view type, std::string_view value) {
  return der(tag::kSet, Elements{der(tag::kSequence, Elements{encode_der_oid(type), der(tag::kUtf8String, value)})});
}

// The leftmost 160 bits of the key's SHA-256 (RFC 7093 §2, method 4: any unique value will do).
Bytes key_id(const sigstore::PublicKey& key) { return to_bytes(ByteView(key.fingerprint()).first(20)); }

Bytes other_name(std::string_view value) {
  return der(tag::context(0), Elements{encode_der_oid(oid::kFulcioOtherName),
                                       der(tag::context(0), Elements{der(tag::kUtf8String, value)})});
}

}  // namespace

Bytes CertificateProfile::random_serial() {
  Bytes serial = random_bytes(16);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
  return serial;
}

Bytes encode_tbs(const CertificateProfile& profile) {
  Elements extensions;
  for (const auto& extension : profile.extensions) extensions.push_back(encode_extension(extension));
  const Bytes version3 = der(tag::context(0), Elements{encode_der(tag::kInteger, Bytes{2})});
  return der(
      tag::kSequence,
      Elements{version3, encode_der_unsigned(profile.serial_number), signature_algorithm(), profile.issuer_name,
               der(tag::kSequence, Elements{encode_time(profile.not_before), encode_time(profile.not_after)}),
               profile.subject_name, profile.spki, der(tag::context(3), Elements{der(tag::kSequence, extensions)})});
}

Bytes sign_tbs(ByteView tbs, const SoftwareKey& issuer) {
  return der(tag::kSequence, Elements{to_bytes(tbs), signature_algorithm(), bit_string(issuer.sign_message(tbs))});
}

Bytes encode_name(std::string_view common_name) {
  return der(tag::kSequence, Elements{attribute("2.5.4.10", kOrganization), attribute("2.5.4.3", common_name)});
}

Bytes empty_name() { return der(tag::kSequence, Elements{}); }

namespace extension {

// Named bits count from the left: digitalSignature is 0, keyCertSign 5, cRLSign 6 (RFC 5280 §4.2.1.3).
CertificateExtension digital_signature() {
  return {.oid = "2.5.29.15", .critical = true, .value = bit_string(Bytes{0x80}, 7)};
}
CertificateExtension certificate_signing() {
  return {.oid = "2.5.29.15", .critical = true, .value = bit_string(Bytes{0x06}, 1)};
}

CertificateExtension authority() {
  return {.oid = "2.5.29.19",
          .critical = true,
          .value = der(tag::kSequence, Elements{encode_der(tag::kBoolean, Bytes{0xff})})};
}

CertificateExtension authority_of_leaves() {
  const Elements parts{encode_der(tag::kBoolean, Bytes{0xff}), encode_der(tag::kInteger, Bytes{0})};
  return {.oid = "2.5.29.19", .critical = true, .value = der(tag::kSequence, parts)};
}

CertificateExtension purpose(std::string_view eku_oid, bool critical) {
  return {.oid = "2.5.29.37", .critical = critical, .value = der(tag::kSequence, Elements{encode_der_oid(eku_oid)})};
}

CertificateExtension subject_key_id(const sigstore::PublicKey& key) {
  return {.oid = "2.5.29.14", .critical = false, .value = encode_der(tag::kOctetString, key_id(key))};
}

CertificateExtension authority_key_id(const sigstore::PublicKey& key) {
  const Elements parts{encode_der(kKeyIdentifier, key_id(key))};
  return {.oid = "2.5.29.35", .critical = false, .value = der(tag::kSequence, parts)};
}

CertificateExtension alternative_name(const sigstore::SubjectAlternativeName& name, bool critical) {
  Bytes one;
  switch (name.kind) {
    case sigstore::SanKind::Email:
      one = der(kIa5Email, name.value);
      break;
    case sigstore::SanKind::Uri:
      one = der(kIa5Uri, name.value);
      break;
    case sigstore::SanKind::OtherName:
      one = other_name(name.value);
      break;
  }
  return {.oid = "2.5.29.17", .critical = critical, .value = der(tag::kSequence, Elements{one})};
}

CertificateExtension issuer_v1(std::string_view issuer) {
  return {.oid = std::string(oid::kFulcioIssuerV1), .critical = false, .value = to_bytes(issuer)};
}
CertificateExtension issuer_v2(std::string_view issuer) {
  return {.oid = std::string(oid::kFulcioIssuerV2), .critical = false, .value = der(tag::kUtf8String, issuer)};
}

CertificateExtension poison() {
  return {.oid = std::string(oid::kCtPoison), .critical = true, .value = encode_der(tag::kNull, Bytes{})};
}
CertificateExtension sct_list(ByteView tls) {
  return {.oid = std::string(oid::kSctList), .critical = false, .value = encode_der(tag::kOctetString, tls)};
}

}  // namespace extension

}  // namespace signet::sandbox
