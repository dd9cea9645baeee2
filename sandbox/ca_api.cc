#include "sandbox/ca_api.h"

#include <memory>
#include <utility>

#include "common/base64.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sandbox/certificate_request.h"
#include "sandbox/token_check.h"
#include "sigstore/encoding/pem.h"

namespace signet::sandbox {
namespace {

constexpr int kInvalidArgument = 3;
constexpr int kInternal = 13;

/// A signingCert request (fulcio.proto, CreateSigningCertificateRequest).
struct SigningRequest {
  std::string token;
  std::string key_pem;  ///< with `proof`, or
  Bytes proof;
  std::string request_pem;  ///< a certificate request
};

// The token may come in the body or as a bearer; the body wins. Unknown members are ignored, as Fulcio does.
Result<SigningRequest> parse_request(const HttpCall& call) {
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
    request.key_pem = key.text("content");
    for (auto* each : {&inner, &key}) {
      if (auto done = each->finish(); !done) fields.adopt(std::move(done.error()));
    }
  }
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  return request;
}

std::unexpected<Error> refuse(std::string_view message) {
  return fail(ErrorCode::InvalidRequest, std::string(message));
}

/// The key that the asker has shown to hold: the one that is certified.
Result<sigstore::PublicKey> proven_key(const SigningRequest& request, const TokenIdentity& identity) {
  if (!request.request_pem.empty()) return parse_certificate_request(request.request_pem);
  const auto spki = sigstore::parse_pem("PUBLIC KEY", request.key_pem);
  if (!spki) return refuse(fulcio_message::kKeyMalformed);
  auto key = sigstore::PublicKey::from_spki(*spki);
  if (!key) return refuse(fulcio_message::kKeyInsecure);
  if (!key->verify_message(bytes_of(identity.email), request.proof)) return refuse(fulcio_message::kSignature);
  return key;
}

void lie(LeafOptions& options, const Fault& fault, WallTime now) {
  if (fault.lies("other-key")) options.key = SoftwareKey::generate().public_key();
  if (fault.lies("other-san")) options.san.value = "somebody-else@sandbox.test";
  if (fault.lies("other-issuer")) options.issuer = "https://another-issuer.sandbox.test";
  if (fault.lies("no-sct")) options.with_sct = false;
  if (fault.lies("long-lived")) options.lifetime = std::chrono::hours(25);
  if (fault.lies("untrusted")) options.by_untrusted_ca = true;
  if (fault.lies("expired")) options.not_before = wall_time_from_unix(unix_seconds(now) - 3600);
}

class CaApi {
 public:
  CaApi(CertificateAuthority& ca, const OidcIssuer& issuer, FaultBoard& faults, const Clock& clock, Counters& counters)
      : ca_(ca), issuer_(issuer), faults_(faults), clock_(clock), counters_(counters) {}

  HttpReply answer(const HttpCall& call, const Fault& fault) {
    if (call.method == "POST" && call.path == "/api/v2/signingCert") return issue(call, fault);
    if (call.method != "GET") return not_found();
    if (call.path == "/api/v2/trustBundle") return trust_bundle();
    if (call.path == "/api/v2/configuration") return configuration();
    if (call.path == "/healthz") return {.body = R"({"status":"SERVING"})"};
    return not_found();
  }

 private:
  HttpReply issue(const HttpCall& call, const Fault& fault) {
    const auto request = parse_request(call);
    if (!request) return grpc_error(400, kInvalidArgument, request.error().what);
    const auto identity = check_token(request->token, issuer_, clock_.now());
    if (!identity) return grpc_error(400, kInvalidArgument, fulcio_message::kToken);
    const auto key = proven_key(*request, *identity);
    if (!key) return grpc_error(400, kInvalidArgument, key.error().what);
    LeafOptions options{
        .key = *key, .san = {.kind = sigstore::SanKind::Email, .value = identity->email}, .issuer = identity->issuer};
    lie(options, fault, clock_.now());
    const Fault ct_fault = faults_.take(Service::CtLog);
    ++counters_.requests.at(static_cast<std::size_t>(Service::CtLog));
    if (ct_fault.mode == FaultMode::Hang) return {.form = HttpReply::Form::Never};
    options.sct = {.by_other_key = ct_fault.lies("other-key"),
                   .of_other_certificate = ct_fault.lies("other-certificate"),
                   .garbage = ct_fault.mode == FaultMode::Garbage};
    const bool ct_answers = ct_fault.mode == FaultMode::None || ct_fault.mode == FaultMode::Lie || options.sct.garbage;
    const auto issued = ct_answers ? ca_.issue(options) : Result<IssuedLeaf>(refuse("the CT log was told to fail"));
    if (!issued) return grpc_error(500, kInternal, fulcio_message::kCtLog);
    ++counters_.certificates;
    return {.body = encode_reply(*issued)};
  }

  static std::string encode_reply(const IssuedLeaf& issued) {
    json::Array chain{sigstore::encode_pem("CERTIFICATE", issued.leaf)};
    for (const auto& certificate : issued.chain) chain.emplace_back(certificate.pem());
    const json::Object inner{{"chain", json::Object{{"certificates", std::move(chain)}}}};
    return json::write(json::Object{{"signedCertificateEmbeddedSct", inner}});
  }

  HttpReply trust_bundle() const {
    const json::Array certificates{ca_.hierarchy().issuing.certificate.pem(), ca_.hierarchy().root.certificate.pem()};
    return {.body = json::write(json::Object{{"chains", json::Array{json::Object{{"certificates", certificates}}}}})};
  }

  HttpReply configuration() const {
    const json::Object issuer{
        {"issuerUrl", issuer_.url()}, {"audience", "sigstore"}, {"challengeClaim", "email"}, {"issuerType", "email"}};
    return {.body = json::write(json::Object{{"issuers", json::Array{issuer}}})};
  }

  CertificateAuthority& ca_;
  const OidcIssuer& issuer_;
  FaultBoard& faults_;
  const Clock& clock_;
  Counters& counters_;
};

}  // namespace

ServiceHandler make_ca_api(CertificateAuthority& ca, const OidcIssuer& issuer, FaultBoard& faults, const Clock& clock,
                           Counters& counters) {
  auto api = std::make_shared<CaApi>(ca, issuer, faults, clock, counters);
  return
      [api](const HttpCall& call, const Fault& fault) -> Awaitable<HttpReply> { co_return api->answer(call, fault); };
}

}  // namespace signet::sandbox
