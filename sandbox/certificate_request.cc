#include "sandbox/certificate_request.h"

#include <array>
#include <optional>
#include <utility>

#include "common/digest.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"

namespace signet::sandbox {
namespace {

using sigstore::DerReader;
using sigstore::KeyKind;
namespace tag = sigstore::der_tag;

struct SignatureAlgorithm {
  std::string_view oid;
  std::optional<HashAlgorithm> hash;  ///< none: pure Ed25519
};
constexpr std::array<SignatureAlgorithm, 7> kAlgorithms = {{
    {"1.2.840.10045.4.3.2", HashAlgorithm::Sha256},
    {"1.2.840.10045.4.3.3", HashAlgorithm::Sha384},
    {"1.2.840.10045.4.3.4", HashAlgorithm::Sha512},
    {"1.2.840.113549.1.1.11", HashAlgorithm::Sha256},
    {"1.2.840.113549.1.1.12", HashAlgorithm::Sha384},
    {"1.2.840.113549.1.1.13", HashAlgorithm::Sha512},
    {"1.3.101.112", std::nullopt},
}};

std::unexpected<Error> refuse(std::string_view message) {
  return fail(ErrorCode::InvalidRequest, std::string(message));
}

/// The three parts of a CertificationRequest, and the key inside the first.
struct Parts {
  ByteView info;
  ByteView spki;
  ByteView algorithm;
  ByteView signature;
};

Result<Parts> take_apart(ByteView der) {
  DerReader outer(der);
  auto request = outer.expect(tag::kSequence);
  if (!request || !outer.finish()) return refuse(fulcio_message::kRequestMalformed);
  DerReader reader(request->content);
  auto info = reader.expect(tag::kSequence);
  auto algorithm = reader.expect(tag::kSequence);
  auto signature = reader.expect(tag::kBitString);
  if (!info || !algorithm || !signature || !reader.finish()) return refuse(fulcio_message::kRequestMalformed);
  DerReader inside(info->content);
  const auto version = inside.expect(tag::kInteger);
  const auto subject = inside.expect(tag::kSequence);
  auto spki = inside.expect(tag::kSequence);
  DerReader identifiers(algorithm->content);
  auto oid = identifiers.expect(tag::kObjectIdentifier);
  const bool whole_bytes = !signature->content.empty() && signature->content[0] == 0;
  if (!version || !subject || !spki || !oid || !whole_bytes) return refuse(fulcio_message::kRequestMalformed);
  return Parts{
      .info = info->whole, .spki = spki->whole, .algorithm = oid->whole, .signature = signature->content.subspan(1)};
}

const SignatureAlgorithm* algorithm_of(ByteView oid) {
  for (const auto& row : kAlgorithms) {
    if (equal(sigstore::encode_der_oid(row.oid), oid)) return &row;
  }
  return nullptr;
}

/// Fulcio permits each key with its default hash alone.
bool permitted(const SignatureAlgorithm& algorithm, KeyKind kind) {
  if (kind == KeyKind::Ed25519) return !algorithm.hash;
  const bool rsa = kind == KeyKind::Rsa2048 || kind == KeyKind::Rsa3072 || kind == KeyKind::Rsa4096;
  return algorithm.hash == sigstore::default_hash(kind) && algorithm.oid.starts_with("1.2.840.113549.") == rsa;
}

}  // namespace

Result<sigstore::PublicKey> parse_certificate_request(std::string_view pem) {
  auto der = parse_pem("CERTIFICATE REQUEST", pem);
  if (!der) der = parse_pem("NEW CERTIFICATE REQUEST", pem);
  if (!der) return refuse(fulcio_message::kRequestMalformed);
  const auto parts = take_apart(*der);
  if (!parts) return fail(parts.error());
  auto key = sigstore::PublicKey::from_spki(parts->spki);
  if (!key) return refuse(fulcio_message::kKeyInsecure);
  const SignatureAlgorithm* algorithm = algorithm_of(parts->algorithm);
  if (algorithm == nullptr || !permitted(*algorithm, key->kind())) {
    return refuse(std::string(fulcio_message::kAlgorithm) + std::string(sigstore::key_kind_name(key->kind())) +
                  " with another hash than its own");
  }
  if (!key->verify_message(parts->info, parts->signature)) return refuse(fulcio_message::kSignature);
  return key;
}

}  // namespace signet::sandbox
