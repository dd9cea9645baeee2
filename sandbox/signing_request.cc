#include "sandbox/signing_request.h"

#include <utility>

#include "common/pem.h"
#include "json/fields.h"
#include "json/reader.h"
#include "sandbox/certificate_request.h"
#include "sandbox/service_api.h"

namespace signet::sandbox {
namespace {

std::unexpected<Error> refuse(std::string_view message) {
  return fail(ErrorCode::InvalidRequest, std::string(message));
}

/// Nothing where it is no PEM: then no key is in it, either.
Bytes key_in_pem(std::string_view pem) {
  auto der = parse_pem("PUBLIC KEY", pem);
  return der ? std::move(*der) : Bytes();
}

}  // namespace

Result<SigningRequest> parse_signing_request(const HttpCall& call) {
  const auto value = json::parse(call.body);
  if (!value) return fail(value.error());
  SigningRequest request;
  json::Fields fields(*value, "request", json::UnknownFields::Tolerate);
  if (const json::Value* credentials = fields.optional_value("credentials")) {
    json::Fields inner(*credentials, "credentials", json::UnknownFields::Tolerate);
    request.token = inner.optional_text("oidcIdentityToken").value_or("");
    if (auto done = inner.finish(); !done) fields.adopt(std::move(done.error()));
  }
  if (request.token.empty()) request.token = bearer_of(call);
  if (const auto pem = fields.optional_bytes("certificateSigningRequest")) request.request_pem = text_of(*pem);
  if (const json::Value* key_request = fields.optional_value("publicKeyRequest")) {
    json::Fields inner(*key_request, "publicKeyRequest", json::UnknownFields::Tolerate);
    request.proof = inner.bytes("proofOfPossession");
    json::Fields key(inner.value("publicKey"), "publicKey", json::UnknownFields::Tolerate);
    request.key = key_in_pem(key.text("content"));
    for (auto* each : {&inner, &key}) {
      if (auto done = each->finish(); !done) fields.adopt(std::move(done.error()));
    }
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return request;
}

Result<SigningRequest> parse_legacy_signing_request(const HttpCall& call) {
  const auto value = json::parse(call.body);
  if (!value) return fail(value.error());
  SigningRequest request;
  request.token = bearer_of(call);
  json::Fields fields(*value, "request", json::UnknownFields::Tolerate);
  if (const auto pem = fields.optional_bytes("certificateSigningRequest")) request.request_pem = text_of(*pem);
  if (const json::Value* public_key = fields.optional_value("publicKey")) {
    json::Fields inner(*public_key, "publicKey", json::UnknownFields::Tolerate);
    request.key = inner.bytes("content");  // DER, or PEM
    if (text_of(request.key).starts_with("-----BEGIN")) request.key = key_in_pem(text_of(request.key));
    request.proof = fields.bytes("signedEmailAddress");
    if (auto done = inner.finish(); !done) fields.adopt(std::move(done.error()));
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return request;
}

Result<sigstore::PublicKey> proven_key(const SigningRequest& request, std::string_view identity) {
  if (!request.request_pem.empty()) return parse_certificate_request(request.request_pem);
  if (request.key.empty()) return refuse(fulcio_message::kKeyMalformed);
  auto key = sigstore::PublicKey::from_spki(request.key);
  if (!key) return refuse(fulcio_message::kKeyInsecure);
  if (!key->verify_message(bytes_of(identity), request.proof)) return refuse(fulcio_message::kSignature);
  return key;
}

}  // namespace signet::sandbox
