#include "sigstore/bundle/bundle.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/display.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

using json::Fields;

constexpr std::string_view kMediaTypeFamily = "application/vnd.dev.sigstore.bundle";

struct MediaType {
  std::string_view text;
  BundleVersion version;
};
constexpr std::array<MediaType, 4> kMediaTypes = {
    {{kBundleMediaType, BundleVersion::V03},
     {"application/vnd.dev.sigstore.bundle+json;version=0.3", BundleVersion::V03},
     {"application/vnd.dev.sigstore.bundle+json;version=0.2", BundleVersion::V02},
     {"application/vnd.dev.sigstore.bundle+json;version=0.1", BundleVersion::V01}}};

// "…bundle.v0.3.1+json": a patch of the specification.
bool is_patch_of_0_3(std::string_view media_type) {
  constexpr std::string_view kBegin = "application/vnd.dev.sigstore.bundle.v0.3.";
  constexpr std::string_view kEnd = "+json";
  if (!media_type.starts_with(kBegin) || !media_type.ends_with(kEnd)) return false;
  media_type.remove_prefix(kBegin.size());
  media_type.remove_suffix(kEnd.size());
  return !media_type.empty() && std::ranges::all_of(media_type, [](char c) { return c >= '0' && c <= '9'; });
}

Result<BundleVersion> read_version(const json::Value& document) {
  Fields fields(document, "bundle", json::UnknownFields::Tolerate);
  const std::string media_type = fields.text("mediaType");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  const auto* const known = std::ranges::find(kMediaTypes, media_type, &MediaType::text);
  if (known != kMediaTypes.end()) return known->version;
  if (is_patch_of_0_3(media_type)) return BundleVersion::V03;
  if (media_type.starts_with(kMediaTypeFamily)) {
    return fail(ErrorCode::NotBuiltYet, "bundles of media type \"" + display_text(media_type, 80) + "\" are not read",
                "ask the signer for a bundle of version 0.3");
  }
  return fail(ErrorCode::InvalidRequest, "\"" + display_text(media_type, 80) + "\" is not the media type of a bundle");
}

// An object with one member of bytes.
Bytes read_wrapped(Fields& outer, const json::Value& value, std::string_view name, std::string_view inner) {
  Fields fields(value, outer.where() + "." + std::string(name));
  Bytes bytes = fields.bytes(inner);
  if (bytes.empty()) fields.refuse(inner, "is empty");
  if (auto done = fields.finish(); !done) outer.adopt(std::move(done.error()));
  return bytes;
}

Error too_many(std::string_view what, std::size_t limit) {
  return Error{.code = ErrorCode::LimitExceeded,
               .what = "the bundle has more than " + std::to_string(limit) + " " + std::string(what)};
}

// Leaf first. What else a signer sent along is not looked at: a chain is made of the trusted root alone.
Bytes read_chain(Fields& material, const json::Value& value) {
  Fields fields(value, material.where() + ".x509CertificateChain");
  const json::Array& certificates = fields.array("certificates");
  Bytes leaf;
  if (certificates.empty()) fields.refuse("certificates", "is empty");
  if (certificates.size() > kMaxCertificates) fields.adopt(too_many("certificates", kMaxCertificates));
  for (const json::Value& certificate : certificates) {
    Bytes der = read_wrapped(fields, certificate, "certificates", "rawBytes");
    if (leaf.empty()) leaf = std::move(der);
  }
  if (auto done = fields.finish(); !done) material.adopt(std::move(done.error()));
  return leaf;
}

std::string read_hint(Fields& material, const json::Value& value) {
  Fields fields(value, material.where() + ".publicKey");
  std::string hint = fields.optional_text("hint").value_or("");
  if (auto done = fields.finish(); !done) material.adopt(std::move(done.error()));
  return hint;
}

// A oneof; version 0.3 forbids the chain.
void read_key_material(Fields& material, Bundle& bundle) {
  const json::Value* certificate = material.optional_value("certificate");
  const json::Value* chain = material.optional_value("x509CertificateChain");
  const json::Value* public_key = material.optional_value("publicKey");
  const auto count = std::ranges::count_if(std::array{certificate, chain, public_key},
                                           [](const json::Value* each) { return each != nullptr; });
  if (count != 1) {
    material.refuse("certificate", "or x509CertificateChain or publicKey: exactly one must be there");
  } else if (chain != nullptr && bundle.version == BundleVersion::V03) {
    material.refuse("x509CertificateChain", "is not allowed in version 0.3");
  } else if (chain != nullptr) {
    bundle.certificate = read_chain(material, *chain);
  } else if (certificate != nullptr) {
    bundle.certificate = read_wrapped(material, *certificate, "certificate", "rawBytes");
  } else {
    bundle.public_key_hint = read_hint(material, *public_key);
  }
}

void read_entries(Fields& material, Bundle& bundle) {
  const json::Array& entries = material.optional_array("tlogEntries");
  if (entries.size() > kMaxLogEntries) return material.adopt(too_many("log entries", kMaxLogEntries));
  for (const json::Value& value : entries) {
    auto entry = parse_log_entry(value, material.where() + ".tlogEntries");
    if (!entry) return material.adopt(std::move(entry.error()));
    // By its body, too: the index is nobody's word in an entry of Rekor v1 without a promise.
    const auto is_same = [&](const LogEntry& other) {
      return other.log_id == entry->log_id &&
             (other.log_index == entry->log_index || other.canonicalized_body == entry->canonicalized_body);
    };
    if (std::ranges::any_of(bundle.entries, is_same)) return material.refuse("tlogEntries", "has an entry twice");
    bundle.entries.push_back(std::move(*entry));
  }
}

void read_timestamps(Fields& material, Bundle& bundle) {
  const json::Value* data = material.optional_value("timestampVerificationData");
  if (data == nullptr) return;
  Fields fields(*data, material.where() + ".timestampVerificationData");
  const json::Array& timestamps = fields.optional_array("rfc3161Timestamps");
  if (timestamps.size() > kMaxTimestamps) return material.adopt(too_many("timestamps", kMaxTimestamps));
  for (const json::Value& value : timestamps) {
    bundle.timestamps.push_back(read_wrapped(fields, value, "rfc3161Timestamps", "signedTimestamp"));
  }
  if (auto done = fields.finish(); !done) material.adopt(std::move(done.error()));
}

void read_material(Fields& root, Bundle& bundle) {
  Fields material(root.value("verificationMaterial"), "bundle.verificationMaterial");
  read_key_material(material, bundle);
  read_entries(material, bundle);
  read_timestamps(material, bundle);
  if (auto done = material.finish(); !done) root.adopt(std::move(done.error()));
}

std::optional<Digest> read_digest(Fields& content) {
  Fields fields(content.value("messageDigest"), content.where() + ".messageDigest");
  const auto algorithm = hash_from_proto_name(fields.text("algorithm"));
  const Bytes bytes = fields.bytes("digest");
  std::optional<Digest> digest;
  if (!algorithm) {
    fields.refuse("algorithm", "is not a hash that is used here");
  } else if (auto made = Digest::make(*algorithm, bytes)) {
    digest = std::move(*made);
  } else {
    fields.refuse("digest", "does not have the length of its algorithm");
  }
  if (auto done = fields.finish(); !done) content.adopt(std::move(done.error()));
  return digest;
}

void read_message_signature(Fields& root, const json::Value& value, Bundle& bundle) {
  Fields fields(value, "bundle.messageSignature");
  const auto digest = read_digest(fields);
  Bytes signature = fields.bytes("signature");
  if (signature.empty()) fields.refuse("signature", "is empty");
  if (auto done = fields.finish(); !done) return root.adopt(std::move(done.error()));
  bundle.content = MessageSignature{*digest, std::move(signature)};
}

void read_envelope(Fields& root, const json::Value& value, Bundle& bundle) {
  Fields fields(value, "bundle.dsseEnvelope");
  DsseEnvelope envelope;
  envelope.payload = fields.bytes("payload");
  envelope.payload_type = fields.text("payloadType");
  const json::Array& signatures = fields.array("signatures");
  if (signatures.size() == 1) {
    Fields signature(signatures.front(), fields.where() + ".signatures");
    envelope.signature = signature.bytes("sig");
    if (envelope.signature.empty()) signature.refuse("sig", "is empty");
    envelope.key_id = signature.optional_text("keyid").value_or("");
    if (auto done = signature.finish(); !done) fields.adopt(std::move(done.error()));
  } else {
    fields.refuse("signatures", "does not have exactly one signature");
  }
  if (auto done = fields.finish(); !done) return root.adopt(std::move(done.error()));
  bundle.content = std::move(envelope);
}

void read_content(Fields& root, Bundle& bundle) {
  const json::Value* message = root.optional_value("messageSignature");
  const json::Value* envelope = root.optional_value("dsseEnvelope");
  if ((message == nullptr) == (envelope == nullptr)) {
    root.refuse("messageSignature", "or dsseEnvelope: exactly one must be there");
  } else if (message != nullptr) {
    read_message_signature(root, *message, bundle);
  } else {
    read_envelope(root, *envelope, bundle);
  }
}

}  // namespace

const Bytes& Bundle::signature() const {
  if (const auto* message = std::get_if<MessageSignature>(&content)) return message->signature;
  return std::get<DsseEnvelope>(content).signature;
}

Result<Bundle> parse_bundle(std::string_view json) {
  const auto document = json::parse(json, json::ReadLimits{.bytes = kMaxBundle});
  if (!document) return fail(document.error());
  const auto version = read_version(*document);
  if (!version) return fail(version.error());
  Fields root(*document, "bundle");
  Bundle bundle{.media_type = root.text("mediaType"),
                .version = *version,
                .certificate = {},
                .public_key_hint = {},
                .entries = {},
                .timestamps = {},
                .content = DsseEnvelope{}};
  read_material(root, bundle);
  read_content(root, bundle);
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content);
  if (bundle.certificate.empty() && envelope != nullptr && envelope->key_id != bundle.public_key_hint) {
    root.refuse("dsseEnvelope", "has another keyid than the hint of its public key");
  }
  if (auto done = root.finish(); !done) return fail(std::move(done.error()));
  return bundle;
}

}  // namespace signet::sigstore
