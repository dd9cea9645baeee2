#include "sandbox/rekor_v1_upload.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "common/base64.h"
#include "common/digest.h"
#include "common/hex.h"
#include "common/pem.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sigstore/encoding/certificate.h"
#include "sigstore/encoding/dsse.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/tlog/log_body.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;

std::unexpected<Error> refuse(std::string_view message) {
  return fail(ErrorCode::InvalidRequest, std::string(message));
}

Result<EntryVerifier> verifier_of(std::string_view pem) {
  if (auto der = parse_pem("CERTIFICATE", pem)) {
    return EntryVerifier{.kind = EntryVerifier::Kind::Certificate, .der = std::move(*der)};
  }
  if (auto der = parse_pem("PUBLIC KEY", pem)) {
    return EntryVerifier{.kind = EntryVerifier::Kind::PublicKey, .der = std::move(*der)};
  }
  return refuse("the public key is neither a certificate nor a public key in PEM");
}

Result<sigstore::PublicKey> key_of(const EntryVerifier& verifier) {
  if (verifier.kind == EntryVerifier::Kind::PublicKey) return sigstore::PublicKey::from_spki(verifier.der);
  auto certificate = sigstore::Certificate::from_der(verifier.der);
  if (!certificate) return fail(std::move(certificate.error()));
  return certificate->public_key();
}

std::optional<Digest> read_digest(json::Fields& outer) {
  json::Fields data(outer.value("data"), "data");
  json::Fields fields(data.value("hash"), "hash");
  const std::string text = fields.text("algorithm") + ":" + fields.text("value");
  for (json::Fields* each : {&fields, &data}) {
    if (auto done = each->finish(); !done) outer.adopt(std::move(done.error()));
  }
  auto digest = parse_digest(text);
  if (digest) return std::move(*digest);
  outer.refuse("data", "is not a hash");
  return std::nullopt;
}

Result<Bytes> accept_hashedrekord(json::Fields& spec) {
  const auto digest = read_digest(spec);
  json::Fields signature(spec.value("signature"), "signature");
  Bytes content = signature.bytes("content");
  json::Fields key(signature.value("publicKey"), "publicKey");
  const Bytes pem = key.bytes("content");
  for (json::Fields* each : {&key, &signature}) {
    if (auto done = each->finish(); !done) spec.adopt(std::move(done.error()));
  }
  if (auto done = spec.finish(); !done) return fail(std::move(done.error()));
  auto verifier = verifier_of(text_of(pem));
  if (!verifier) return fail(std::move(verifier.error()));
  const auto public_key = key_of(*verifier);
  if (!public_key) return fail(public_key.error());
  // Ed25519 would need its prehashed form, which OpenSSL 3.0 does not have.
  const bool own_hash = public_key->kind() != sigstore::KeyKind::Ed25519 &&
                        digest->algorithm() == sigstore::default_hash(public_key->kind());
  if (!own_hash || !public_key->verify_digest(*digest, content)) return refuse("verifying signature: it is invalid");
  return to_bytes(sigstore::encode_hashedrekord_v1(
      {.digest = *digest, .signature = std::move(content), .verifier = std::move(*verifier)}));
}

/// An envelope as it is uploaded: JSON in a JSON string.
struct Envelope {
  std::string payload_type;
  Bytes payload;
  std::vector<Bytes> signatures;
};

Result<Envelope> parse_envelope(std::string_view json) {
  const auto value = json::parse(json);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "envelope");
  Envelope envelope{.payload_type = fields.text("payloadType"), .payload = fields.bytes("payload"), .signatures = {}};
  for (const json::Value& each : fields.array("signatures")) {
    json::Fields signature(each, "signature");
    (void)signature.optional_text("keyid");
    envelope.signatures.push_back(signature.bytes("sig"));
    if (auto done = signature.finish(); !done) fields.adopt(std::move(done.error()));
  }
  if (envelope.signatures.empty()) fields.refuse("signatures", "is empty");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return envelope;
}

Result<Bytes> accept_dsse(json::Fields& spec) {
  json::Fields content(spec.value("proposedContent"), "proposedContent");
  const std::string text = content.text("envelope");
  const std::vector<std::string> verifiers = content.texts("verifiers");
  // Members of the stored form: the log makes them itself, whatever a client writes there (sigstore-python: null).
  for (const char* own : {"signatures", "envelopeHash", "payloadHash"}) (void)spec.optional_value(own);
  for (json::Fields* each : {&content, &spec}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  const auto envelope = parse_envelope(text);
  if (!envelope) return fail(envelope.error());
  const Bytes pae = sigstore::encode_pae(envelope->payload_type, envelope->payload);
  sigstore::DsseRecord record{.payload_hash = sigstore::hash(HashAlgorithm::Sha256, envelope->payload),
                              .envelope_hash = sigstore::hash(HashAlgorithm::Sha256, bytes_of(text)),
                              .signatures = {}};
  std::vector<Bytes> left = envelope->signatures;
  for (const std::string& each : verifiers) {
    const auto pem = parse_base64(each);
    auto verifier = pem ? verifier_of(text_of(*pem)) : fail(pem.error());
    if (!verifier) return fail(std::move(verifier.error()));
    const auto key = key_of(*verifier);
    if (!key) return fail(key.error());
    const auto found = std::ranges::find_if(left, [&](const Bytes& one) { return !!key->verify_message(pae, one); });
    if (found == left.end()) return refuse("could not verify envelope: no signature of a verifier");
    record.signatures.push_back({.signature = *found, .verifier = std::move(*verifier)});
    left.erase(found);
  }
  if (!left.empty()) return refuse("could not verify envelope: a signature without verifier");
  return to_bytes(sigstore::encode_dsse_v1(record));
}

void add_verifier(std::vector<std::string>& terms, const EntryVerifier& verifier) {
  terms.push_back("x509:" + encode_hex(sigstore::sha256(verifier.der)));
  if (verifier.kind != EntryVerifier::Kind::Certificate) return;
  const auto certificate = sigstore::Certificate::from_der(verifier.der);
  const auto san = certificate ? certificate->subject_alternative_name() : fail(certificate.error());
  if (san && san->kind == sigstore::SanKind::Email) terms.push_back("email:" + san->value);
}

}  // namespace

Result<Bytes> accept_proposal(std::string_view json) {
  const auto value = json::parse(json);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "proposed entry");
  const std::string kind = fields.text("kind");
  if (fields.text("apiVersion") != "0.0.1") fields.refuse("apiVersion", "is not 0.0.1");
  json::Fields spec(fields.value("spec"), "spec");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  if (kind == "hashedrekord") return accept_hashedrekord(spec);
  if (kind == "dsse") return accept_dsse(spec);
  return refuse("entry kind is not supported: the sandbox takes hashedrekord and dsse");
}

std::vector<std::string> search_terms(ByteView body) {
  std::vector<std::string> terms;
  if (const auto message = sigstore::parse_log_body("hashedrekord", "0.0.1", body)) {
    const auto& record = std::get<sigstore::HashedRekordV1>(*message);
    terms.push_back(encode_digest(record.digest));
    add_verifier(terms, record.verifier);
  }
  if (const auto envelope = sigstore::parse_log_body("dsse", "0.0.1", body)) {
    const auto& record = std::get<sigstore::DsseRecord>(*envelope);
    terms.push_back(encode_digest(record.payload_hash));
    terms.push_back(encode_digest(record.envelope_hash));
    for (const auto& each : record.signatures) add_verifier(terms, each.verifier);
  }
  return terms;
}

Result<Search> parse_search(std::string_view json) {
  const auto value = json::parse(json);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "search");
  Search search;
  if (const auto hash = fields.optional_text("hash")) search.terms.push_back(*hash);
  if (const auto email = fields.optional_text("email")) search.terms.push_back("email:" + *email);
  if (const json::Value* key = fields.optional_value("publicKey")) {
    json::Fields inner(*key, "publicKey");
    if (inner.text("format") != "x509") inner.refuse("format", "is not x509");
    const auto verifier = verifier_of(text_of(inner.bytes("content")));
    if (!verifier) inner.refuse("content", "is not PEM");
    if (verifier) search.terms.push_back("x509:" + encode_hex(sigstore::sha256(verifier->der)));
    if (auto done = inner.finish(); !done) fields.adopt(std::move(done.error()));
  }
  search.all = fields.optional_text("operator").value_or("or") == "and";
  if (search.terms.empty()) fields.refuse("hash", "is missing: there is nothing to search for");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return search;
}

}  // namespace signet::sandbox
