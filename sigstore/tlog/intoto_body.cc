// intoto 0.0.2 (Rekor v1), where what an envelope holds in base64 stands in base64 once more.
#include <utility>

#include "common/base64.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/body_fields.h"
#include "sigstore/tlog/body_kinds.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kKind = "intoto";
constexpr std::string_view kVersion = "0.0.2";

Bytes read_twice_encoded(json::Fields& fields, std::string_view name) {
  auto bytes = parse_base64(text_of(fields.bytes(name)));
  if (!bytes) fields.refuse(name, "is not base64 of base64");
  return bytes ? std::move(*bytes) : Bytes();
}

RecordedSignature read_signature(json::Fields& outer, const json::Value& value) {
  json::Fields fields(value, "intoto signature");
  static_cast<void>(fields.optional_text("keyid"));
  RecordedSignature recorded;
  recorded.signature = read_twice_encoded(fields, "sig");
  recorded.verifier = body::read_verifier(fields, "publicKey");
  body::finish_into(outer, fields);
  return recorded;
}

// Rekor leaves the payload out of later entries; where it is there its hash must be the one beside it.
void read_envelope(json::Fields& content, IntotoRecord& record) {
  json::Fields fields(content.value("envelope"), "intoto envelope");
  record.payload_type = fields.text("payloadType");
  if (fields.has("payload") &&
      hash(HashAlgorithm::Sha256, read_twice_encoded(fields, "payload")) != record.payload_hash) {
    fields.refuse("payload", "is not what payloadHash is of");
  }
  const json::Array& signatures = fields.array("signatures");
  if (signatures.empty()) fields.refuse("signatures", "is empty");
  for (const json::Value& value : signatures) record.signatures.push_back(read_signature(fields, value));
  body::finish_into(content, fields);
}

}  // namespace

Result<LogBody> body::read_intoto_v2(const json::Value& document, std::string_view /*text*/) {
  json::Fields outer = open_body(document, kKind, kVersion);
  json::Fields spec(outer.value("spec"), "intoto spec");
  json::Fields content(spec.value("content"), "intoto content");
  IntotoRecord record{.payload_type = {},
                      .payload_hash = read_sha256(content, "payloadHash"),
                      .envelope_hash = read_sha256(content, "hash"),
                      .signatures = {}};
  read_envelope(content, record);
  finish_into(outer, spec, content);
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  return LogBody(std::move(record));
}

}  // namespace signet::sigstore
