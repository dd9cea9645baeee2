// hashedrekord 0.0.1 (Rekor v1).
#include <utility>

#include "common/base64.h"
#include "sigstore/tlog/body_fields.h"
#include "sigstore/tlog/body_kinds.h"

namespace signet::sigstore {

namespace {
constexpr std::string_view kKind = "hashedrekord";
constexpr std::string_view kVersion = "0.0.1";
}  // namespace

Result<LogBody> body::read_hashedrekord_v1(const json::Value& document, std::string_view /*text*/) {
  json::Fields outer = open_body(document, kKind, kVersion);
  json::Fields spec(outer.value("spec"), "hashedrekord spec");
  json::Fields data(spec.value("data"), "hashedrekord data");
  HashedRekordV1 record{.digest = read_hash(data, "hash"), .signature = {}, .verifier = {}};
  json::Fields signature(spec.value("signature"), "hashedrekord signature");
  record.signature = signature.bytes("content");
  json::Fields key(signature.value("publicKey"), "hashedrekord publicKey");
  record.verifier = read_verifier(key, "content");
  finish_into(outer, spec, data, signature, key);
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  return LogBody(std::move(record));
}

std::string encode_hashedrekord_v1(const HashedRekordV1& record) {
  const json::Object key{{"content", body::encode_verifier(record.verifier)}};
  const json::Object signature{{"content", encode_base64(record.signature)}, {"publicKey", key}};
  const json::Object data{{"hash", body::encode_hash(record.digest)}};
  return body::encode_body(kKind, kVersion, {{"data", data}, {"signature", signature}});
}

}  // namespace signet::sigstore
