#include "ssh/signature.h"

#include <array>
#include <string>

#include "common/display.h"
#include "sigstore/encoding/der.h"
#include "ssh/key.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;
namespace der_tag = sigstore::der_tag;

constexpr std::string_view kWhat = "an SSH signature";
constexpr std::string_view kEcdsaPrefix = "ecdsa-sha2-";
constexpr std::array<SignatureAlgorithm, 2> kRsaAlgorithms = {{
    {.name = "rsa-sha2-256", .hash = HashAlgorithm::Sha256},
    {.name = "rsa-sha2-512", .hash = HashAlgorithm::Sha512},
}};

bool is_rsa(KeyKind kind) { return kind == KeyKind::Rsa2048 || kind == KeyKind::Rsa3072 || kind == KeyKind::Rsa4096; }

// Of the keys that have one: by the name of their type, and for ECDSA with the hash that RFC 5656 §6.2.1 gives the
// curve, which is the key's default one.
SignatureAlgorithm only_algorithm(KeyKind kind) {
  if (kind == KeyKind::Ed25519) return {.name = key_type_name(kind), .hash = std::nullopt};
  return {.name = key_type_name(kind), .hash = sigstore::default_hash(kind)};
}

// string { mpint r, mpint s }: an mpint above zero has the bytes of a DER INTEGER.
Result<Bytes> ecdsa_from_der(ByteView der) {
  const auto malformed = [] {
    return fail(ErrorCode::InvalidRequest, "the token's ECDSA signature is not the DER of two positive numbers");
  };
  sigstore::DerReader outer(der);
  const auto sequence = outer.expect(der_tag::kSequence);
  if (!sequence || !outer.finish()) return malformed();
  sigstore::DerReader numbers(sequence->content);
  const auto r = numbers.expect(der_tag::kInteger);
  const auto s = numbers.expect(der_tag::kInteger);
  if (!r || !s || !numbers.finish()) return malformed();
  Bytes pair = Writer().string(r->content).string(s->content).take();
  Reader check(pair, kWhat);
  check.positive();
  check.positive();
  if (!check.finish()) return malformed();
  return pair;
}

Result<Bytes> ecdsa_to_der(ByteView pair) {
  Reader reader(pair, kWhat);
  const ByteView r = reader.positive();
  const ByteView s = reader.positive();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return sigstore::encode_der(der_tag::kSequence,
                              {sigstore::encode_der(der_tag::kInteger, r), sigstore::encode_der(der_tag::kInteger, s)});
}

}  // namespace

Result<SignatureAlgorithm> signature_algorithm_for(KeyKind kind, std::uint32_t flags) {
  if ((flags & ~(kRsaSha256 | kRsaSha512)) != 0) {
    return fail(ErrorCode::InvalidRequest, "the sign request has flags that are not known");
  }
  if (!is_rsa(kind)) return only_algorithm(kind);
  if (flags == kRsaSha256) return kRsaAlgorithms[0];
  if (flags == kRsaSha512) return kRsaAlgorithms[1];
  if (flags == 0) {
    return fail(ErrorCode::InvalidRequest, "an RSA signature by SHA-1 is asked for, which is not made",
                "ask for rsa-sha2-256 or rsa-sha2-512, as OpenSSH does since 7.2");
  }
  return fail(ErrorCode::InvalidRequest, "the sign request asks for SHA-256 and SHA-512 at once");
}

Result<SignatureAlgorithm> signature_algorithm_named(KeyKind kind, std::string_view name) {
  if (is_rsa(kind)) {
    for (const SignatureAlgorithm& algorithm : kRsaAlgorithms) {
      if (algorithm.name == name) return algorithm;
    }
  } else if (const SignatureAlgorithm algorithm = only_algorithm(kind); algorithm.name == name) {
    return algorithm;
  }
  return fail(ErrorCode::KeyUnsuitable, "the algorithm " + quoted_text(name, 64) + " is none that keys of type " +
                                            std::string(key_type_name(kind)) + " may sign by");
}

Result<Bytes> encode_signature(const SignatureAlgorithm& algorithm, ByteView raw) {
  Writer writer;
  writer.string(algorithm.name);
  if (!algorithm.name.starts_with(kEcdsaPrefix)) return writer.string(raw).take();
  const auto pair = ecdsa_from_der(raw);
  if (!pair) return fail(pair.error());
  return writer.string(*pair).take();
}

Result<void> verify_signature(const sigstore::PublicKey& key, ByteView blob, ByteView data) {
  Reader reader(blob, kWhat);
  const std::string_view name = reader.text();
  const ByteView value = reader.string();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  const auto algorithm = signature_algorithm_named(key.kind(), name);
  if (!algorithm) return fail(algorithm.error());
  if (!algorithm->hash) return key.verify_message(data, value);
  if (is_rsa(key.kind())) return key.verify_message(*algorithm->hash, data, value);
  const auto der = ecdsa_to_der(value);
  if (!der) return fail(der.error());
  return key.verify_message(*algorithm->hash, data, *der);
}

}  // namespace signet::ssh
