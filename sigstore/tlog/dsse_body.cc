// dsse 0.0.1 (Rekor v1).
#include <algorithm>
#include <utility>

#include "common/base64.h"
#include "sigstore/tlog/body_fields.h"
#include "sigstore/tlog/body_kinds.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kKind = "dsse";
constexpr std::string_view kVersion = "0.0.1";

RecordedSignature read_signature(json::Fields& outer, const json::Value& value) {
  json::Fields fields(value, "dsse signature");
  RecordedSignature recorded;
  recorded.signature = fields.bytes("signature");
  recorded.verifier = body::read_verifier(fields, "verifier");
  body::finish_into(outer, fields);
  return recorded;
}

}  // namespace

Result<LogBody> body::read_dsse_v1(const json::Value& document, std::string_view /*text*/) {
  json::Fields outer = open_body(document, kKind, kVersion);
  json::Fields spec(outer.value("spec"), "dsse spec");
  DsseRecord record{.payload_hash = read_sha256(spec, "payloadHash"),
                    .envelope_hash = read_sha256(spec, "envelopeHash"),
                    .signatures = {}};
  const json::Array& signatures = spec.array("signatures");
  if (signatures.empty()) spec.refuse("signatures", "is empty");
  for (const json::Value& value : signatures) record.signatures.push_back(read_signature(spec, value));
  finish_into(outer, spec);
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  return LogBody(std::move(record));
}

std::string encode_dsse_v1(const DsseRecord& record) {
  std::vector<std::pair<std::string, std::string>> sorted;
  sorted.reserve(record.signatures.size());
  for (const RecordedSignature& each : record.signatures) {
    sorted.emplace_back(encode_base64(each.signature), body::encode_verifier(each.verifier));
  }
  std::ranges::sort(sorted);
  json::Array signatures;
  for (auto& [signature, verifier] : sorted) {
    signatures.emplace_back(json::Object{{"signature", std::move(signature)}, {"verifier", std::move(verifier)}});
  }
  return body::encode_body(kKind, kVersion,
                           {{"envelopeHash", body::encode_hash(record.envelope_hash)},
                            {"payloadHash", body::encode_hash(record.payload_hash)},
                            {"signatures", std::move(signatures)}});
}

}  // namespace signet::sigstore
