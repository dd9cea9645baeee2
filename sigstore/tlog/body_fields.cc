#include "sigstore/tlog/body_fields.h"

#include <utility>

#include "common/base64.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/writer.h"

namespace signet::sigstore::body {
namespace {

constexpr std::string_view kCertificate = "CERTIFICATE";
constexpr std::string_view kPublicKey = "PUBLIC KEY";

Digest no_digest() { return Digest::from_sha256({}); }

}  // namespace

json::Object encode_hash(const Digest& digest) {
  return {{"algorithm", hash_name(digest.algorithm())}, {"value", digest.hex()}};
}

Digest read_hash(json::Fields& outer, std::string_view name) {
  json::Fields fields(outer.value(name), outer.where() + "." + std::string(name));
  const auto algorithm = hash_from_name(fields.text("algorithm"));
  const std::string hex = fields.text("value");
  const auto bytes = parse_hex(hex);
  if (!algorithm) fields.refuse("algorithm", "is not a hash that is used here");
  auto digest = algorithm && bytes ? Digest::make(*algorithm, *bytes) : Result<Digest>(no_digest());
  if (!digest || digest->hex() != hex) fields.refuse("value", "is not lower-case hexadecimal of its hash's length");
  finish_into(outer, fields);
  return digest ? std::move(*digest) : no_digest();
}

Digest read_sha256(json::Fields& outer, std::string_view name) {
  Digest digest = read_hash(outer, name);
  if (digest.algorithm() != HashAlgorithm::Sha256) outer.refuse(name, "is not of SHA-256");
  return digest;
}

std::string encode_verifier(const EntryVerifier& verifier) {
  const bool is_certificate = verifier.kind == EntryVerifier::Kind::Certificate;
  return encode_base64(bytes_of(encode_pem(is_certificate ? kCertificate : kPublicKey, verifier.der)));
}

EntryVerifier read_verifier(json::Fields& outer, std::string_view name) {
  const Bytes text = outer.bytes(name);
  const std::string_view pem = text_of(text);
  if (auto certificate = parse_pem(kCertificate, pem)) {
    return {.kind = EntryVerifier::Kind::Certificate, .der = std::move(*certificate)};
  }
  if (auto key = parse_pem(kPublicKey, pem)) {
    return {.kind = EntryVerifier::Kind::PublicKey, .der = std::move(*key)};
  }
  outer.refuse(name, "is not one certificate or public key in PEM");
  return {};
}

std::string encode_body(std::string_view kind, std::string_view version, json::Object spec) {
  return json::write_canonical(json::Object{{"apiVersion", version}, {"kind", kind}, {"spec", std::move(spec)}});
}

json::Fields open_body(const json::Value& document, std::string_view kind, std::string_view version) {
  json::Fields fields(document, std::string(kind) + " entry");
  if (fields.text("kind") != kind) fields.refuse("kind", "is not " + std::string(kind));
  if (fields.text("apiVersion") != version) fields.refuse("apiVersion", "is not " + std::string(version));
  return fields;
}

}  // namespace signet::sigstore::body
