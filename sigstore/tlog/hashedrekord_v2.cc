// hashedrekord 0.0.2 (Rekor v2).
#include <optional>
#include <utility>

#include "common/base64.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/body_fields.h"
#include "sigstore/tlog/body_kinds.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kKind = "hashedrekord";
constexpr std::string_view kVersion = "0.0.2";

std::string_view verifier_member(EntryVerifier::Kind kind) {
  return kind == EntryVerifier::Kind::Certificate ? "x509Certificate" : "publicKey";
}

std::optional<Digest> read_digest(json::Fields& outer) {
  json::Fields fields(outer.value("data"), "hashedrekord data");
  const auto algorithm = hash_from_proto_name(fields.text("algorithm"));
  const Bytes bytes = fields.bytes("digest");
  std::optional<Digest> digest;
  if (!algorithm) {
    fields.refuse("algorithm", "is not known");
  } else if (auto made = Digest::make(*algorithm, bytes)) {
    digest = std::move(*made);
  } else {
    fields.refuse("digest", "does not have the algorithm's length");
  }
  body::finish_into(outer, fields);
  return digest;
}

// `record` gets everything but the digest.
void read_signature(json::Fields& outer, HashedRekord& record) {
  json::Fields fields(outer.value("signature"), "hashedrekord signature");
  record.signature = fields.bytes("content");
  json::Fields verifier(fields.value("verifier"), "hashedrekord verifier");
  record.key_details = verifier.text("keyDetails");
  const bool is_certificate = verifier.has("x509Certificate");
  if (is_certificate == verifier.has("publicKey")) verifier.refuse("x509Certificate", "or publicKey: exactly one");
  record.verifier.kind = is_certificate ? EntryVerifier::Kind::Certificate : EntryVerifier::Kind::PublicKey;
  const std::string_view member = verifier_member(record.verifier.kind);
  json::Fields wrapped(verifier.value(member), verifier.where() + "." + std::string(member));
  record.verifier.der = wrapped.bytes("rawBytes");
  body::finish_into(outer, fields, verifier, wrapped);
}

}  // namespace

std::string encode_hashedrekord_v2(const HashedRekord& record) {
  const json::Object verifier{{"keyDetails", record.key_details},
                              {std::string(verifier_member(record.verifier.kind)),
                               json::Object{{"rawBytes", encode_base64(record.verifier.der)}}}};
  const json::Object data{{"algorithm", proto_hash_name(record.digest.algorithm())},
                          {"digest", encode_base64(record.digest.bytes())}};
  const json::Object signature{{"content", encode_base64(record.signature)}, {"verifier", verifier}};
  return body::encode_body(kKind, kVersion,
                           {{"hashedRekordV002", json::Object{{"data", data}, {"signature", signature}}}});
}

Result<LogBody> body::read_hashedrekord_v2(const json::Value& document, std::string_view text) {
  json::Fields outer = open_body(document, kKind, kVersion);
  json::Fields spec(outer.value("spec"), "hashedrekord spec");
  json::Fields content(spec.value("hashedRekordV002"), "hashedrekord content");
  const auto digest = read_digest(content);
  HashedRekord record{
      .digest = digest.value_or(Digest::from_sha256({})), .signature = {}, .verifier = {}, .key_details = {}};
  read_signature(content, record);
  finish_into(outer, spec, content);
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  // One content, one encoding: the leaf hash is over these bytes.
  if (encode_hashedrekord_v2(record) != text) {
    return fail(ErrorCode::InvalidRequest, "a hashedrekord entry that is not canonical JSON");
  }
  return LogBody(std::move(record));
}

Result<HashedRekord> parse_hashedrekord_v2(ByteView body) {
  auto record = parse_log_body(kKind, kVersion, body);
  if (!record) return fail(std::move(record.error()));
  return std::move(std::get<HashedRekord>(*record));
}

}  // namespace signet::sigstore
