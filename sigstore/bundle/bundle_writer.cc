// Writes bundles (bundle.h).
#include <string>
#include <utility>

#include "common/base64.h"
#include "json/writer.h"
#include "sigstore/bundle/bundle.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

json::Object encode_material(const Bundle& bundle) {
  json::Object material;
  if (bundle.certificate.empty()) {
    material.set("publicKey", json::Object{{"hint", bundle.public_key_hint}});
  } else {
    material.set("certificate", json::Object{{"rawBytes", encode_base64(bundle.certificate)}});
  }
  json::Array entries;
  for (const LogEntry& entry : bundle.entries) entries.push_back(encode_log_entry(entry));
  if (!entries.empty()) material.set("tlogEntries", std::move(entries));
  json::Array timestamps;
  for (const Bytes& timestamp : bundle.timestamps) {
    timestamps.emplace_back(json::Object{{"signedTimestamp", encode_base64(timestamp)}});
  }
  if (!timestamps.empty()) {
    material.set("timestampVerificationData", json::Object{{"rfc3161Timestamps", std::move(timestamps)}});
  }
  return material;
}

json::Object encode_message_signature(const MessageSignature& content) {
  const json::Object digest{{"algorithm", proto_hash_name(content.digest.algorithm())},
                            {"digest", encode_base64(content.digest.bytes())}};
  return {{"messageDigest", digest}, {"signature", encode_base64(content.signature)}};
}

json::Object encode_envelope(const DsseEnvelope& content) {
  json::Object signature{{"sig", encode_base64(content.signature)}};
  if (!content.key_id.empty()) signature.set("keyid", content.key_id);
  return {{"payload", encode_base64(content.payload)},
          {"payloadType", content.payload_type},
          {"signatures", json::Array{signature}}};
}

}  // namespace

std::string encode_bundle(const Bundle& bundle) {
  json::Object root{{"mediaType", kBundleMediaType}, {"verificationMaterial", encode_material(bundle)}};
  if (const auto* message = std::get_if<MessageSignature>(&bundle.content)) {
    root.set("messageSignature", encode_message_signature(*message));
  } else {
    root.set("dsseEnvelope", encode_envelope(std::get<DsseEnvelope>(bundle.content)));
  }
  return json::write(root);
}

}  // namespace signet::sigstore
