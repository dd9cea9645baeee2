#include "pkcs11/keys/public_key.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "common/hex.h"
#include "pkcs11/keys/der.h"

namespace signet::pkcs11 {
namespace {

using namespace std::string_view_literals;

// The prime is what tells these curves apart in explicit parameters (SEC 2 v2 §2.4.2, §2.5.1, §2.6.1), all in
// hexadecimal.
struct Curve {
  std::string_view algorithm;
  std::string_view oid;  // the whole OBJECT IDENTIFIER, DER
  std::string_view prime;
  std::size_t field_size;
};
constexpr std::array<Curve, 3> kCurves = {
    {{.algorithm = "p256",
      .oid = "06082a8648ce3d030107",
      .prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
      .field_size = 32},
     {.algorithm = "p384",
      .oid = "06052b81040022",
      .prime = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
      .field_size = 48},
     {.algorithm = "p521",
      .oid = "06052b81040023",
      .prime = "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
               "ffffffffffffffffffffffffffffffffffff",
      .field_size = 66}}};
static_assert(std::ranges::all_of(kCurves, [](const Curve& c) { return c.prime.size() == 2 * c.field_size; }));
constexpr std::string_view kEcPublicKey = "06072a8648ce3d0201";
constexpr std::string_view kRsaEncryption = "06092a864886f70d010101";
constexpr std::string_view kEd25519 = "06032b6570";
constexpr std::string_view kEdwards25519 =
    "\x13\x0c"
    "edwards25519"sv;
constexpr std::uint8_t kDerObjectIdentifier = 0x06;
constexpr std::size_t kEd25519Size = 32;

Bytes from_hex(std::string_view hex) { return parse_hex(hex).value_or(Bytes()); }

std::unexpected<Error> refuse(std::string what) {
  return fail(ErrorCode::KeyUnsuitable, std::move(what), "use a key of another kind");
}

Bytes encode_spki(ByteView algorithm, ByteView key) {
  Bytes content = encode_der(kDerSequence, algorithm);
  append(content, encode_der_bits(key));
  return encode_der(kDerSequence, content);
}

// The content of the OCTET STRING where there is exactly one of them, otherwise what was given.
ByteView unwrap(ByteView point, std::size_t expected) {
  for (const std::size_t header : {std::size_t{2}, std::size_t{3}}) {
    if (point.size() != header + expected) continue;
    const Bytes wrapped = encode_der(kDerOctetString, point.subspan(header));
    if (equal(wrapped, point)) return point.subspan(header);
  }
  return point;
}

// For a curve whose size is not known here: an OCTET STRING around what begins as a point does (SEC 1 v2 §2.3.3).
ByteView unwrap_any(ByteView point) {
  for (const std::size_t header : {std::size_t{2}, std::size_t{3}}) {
    if (point.size() <= header || point[header] < 0x02 || point[header] > 0x04) continue;
    const ByteView inner = unwrap(point, point.size() - header);
    if (inner.size() < point.size()) return inner;
  }
  return point;
}

// Explicit ECParameters begin with the version and the field, whose prime is an INTEGER (RFC 3279 §2.3.5).
const Curve* curve_of(ByteView parameters) {
  for (const Curve& curve : kCurves) {
    if (equal(parameters, from_hex(curve.oid))) return &curve;
    const Bytes prime = encode_der_unsigned(from_hex(curve.prime));
    const bool is_explicit = !parameters.empty() && parameters.front() == kDerSequence;
    if (is_explicit &&
        !std::ranges::search(parameters.first(std::min<std::size_t>(parameters.size(), 100)), prime).empty()) {
      return &curve;
    }
  }
  return nullptr;
}

}  // namespace

Result<PublicKey> public_key_from_ec(ByteView parameters, ByteView point) {
  const Curve* curve = curve_of(parameters);
  const bool is_named = !parameters.empty() && parameters.front() == kDerObjectIdentifier;
  if (curve == nullptr && !is_named) return refuse("an elliptic-curve key has parameters of an unknown form");
  Bytes algorithm = from_hex(kEcPublicKey);
  if (curve == nullptr) {
    append(algorithm, parameters);
    return PublicKey{.algorithm = "other", .spki = encode_spki(algorithm, unwrap_any(point))};
  }
  const std::size_t size = 1 + 2 * curve->field_size;
  const ByteView bare = unwrap(point, size);
  if (bare.size() != size || bare.front() != 0x04) return refuse("an elliptic-curve key's point is not uncompressed");
  append(algorithm, from_hex(curve->oid));
  return PublicKey{.algorithm = std::string(curve->algorithm), .spki = encode_spki(algorithm, bare)};
}

Result<PublicKey> public_key_from_edwards(ByteView parameters, ByteView point) {
  const bool is_ed25519 = equal(parameters, from_hex(kEd25519)) || equal(parameters, bytes_of(kEdwards25519));
  const ByteView bare = unwrap(point, kEd25519Size);
  if (!is_ed25519 || bare.size() != kEd25519Size) return refuse("an Edwards key is of an unknown curve");
  return PublicKey{.algorithm = "ed25519", .spki = encode_spki(from_hex(kEd25519), bare)};
}

Result<PublicKey> public_key_from_rsa(ByteView modulus, ByteView exponent) {
  const auto is_zero = [](ByteView number) { return std::ranges::all_of(number, [](auto byte) { return byte == 0; }); };
  if (is_zero(modulus) || is_zero(exponent)) return refuse("an RSA key has no modulus or no exponent");
  const auto top = std::ranges::find_if(modulus, [](std::uint8_t byte) { return byte != 0; });
  const auto bits = 8 * (modulus.end() - top) - std::countl_zero(*top);
  Bytes numbers = encode_der_unsigned(modulus);
  append(numbers, encode_der_unsigned(exponent));
  Bytes algorithm = from_hex(kRsaEncryption);
  append(algorithm, from_hex("0500"));
  return PublicKey{.algorithm = "rsa" + std::to_string(bits),
                   .spki = encode_spki(algorithm, encode_der(kDerSequence, numbers))};
}

Bytes curve_parameters(std::string_view algorithm) {
  if (algorithm == "ed25519") return to_bytes(bytes_of(kEdwards25519));
  const auto* const curve = std::ranges::find(kCurves, algorithm, &Curve::algorithm);
  return curve == kCurves.end() ? Bytes() : from_hex(curve->oid);
}

}  // namespace signet::pkcs11
