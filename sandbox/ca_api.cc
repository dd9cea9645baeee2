#include "sandbox/ca_api.h"

#include <memory>
#include <utility>

#include "common/pem.h"
#include "json/writer.h"
#include "sandbox/certificate_request.h"
#include "sandbox/signing_request.h"
#include "sandbox/token_check.h"

namespace signet::sandbox {
namespace {

constexpr int kInvalidArgument = 3;
constexpr int kInternal = 13;

std::unexpected<Error> refuse(std::string_view message) {
  return fail(ErrorCode::InvalidRequest, std::string(message));
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
    if (call.method == "POST" && call.path == "/api/v2/signingCert") {
      return issue(parse_signing_request(call), encode_reply, fault);
    }
    if (call.method == "POST" && call.path == "/api/v1/signingCert") {
      return issue(parse_legacy_signing_request(call), encode_legacy_reply, fault);
    }
    if (call.method != "GET") return not_found();
    if (call.path == "/api/v1/rootCert") return root_certificate();
    if (call.path == "/api/v2/trustBundle") return trust_bundle();
    if (call.path == "/api/v2/configuration") return configuration();
    if (call.path == "/healthz") return {.body = R"({"status":"SERVING"})"};
    return not_found();
  }

 private:
  using EncodeReply = HttpReply (*)(const IssuedLeaf& issued);

  HttpReply issue(const Result<SigningRequest>& request, EncodeReply encode, const Fault& fault) {
    if (!request) return grpc_error(400, kInvalidArgument, request.error().what);
    const auto identity = check_token(request->token, issuer_, clock_.now());
    if (!identity) return grpc_error(400, kInvalidArgument, fulcio_message::kToken);
    const auto key = proven_key(*request, identity->email);
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
    return encode(*issued);
  }

  static HttpReply encode_reply(const IssuedLeaf& issued) {
    json::Array chain{encode_pem("CERTIFICATE", issued.leaf)};
    for (const auto& certificate : issued.chain) chain.emplace_back(certificate.pem());
    const json::Object inner{{"chain", json::Object{{"certificates", std::move(chain)}}}};
    return {.body = json::write(json::Object{{"signedCertificateEmbeddedSct", inner}})};
  }

  static HttpReply encode_legacy_reply(const IssuedLeaf& issued) {
    std::string chain = encode_pem("CERTIFICATE", issued.leaf);
    for (const auto& certificate : issued.chain) chain += certificate.pem();
    return {.status = 201, .content_type = "application/pem-certificate-chain", .body = std::move(chain)};
  }

  HttpReply root_certificate() const {
    return {.content_type = "application/pem-certificate-chain",
            .body = ca_.hierarchy().issuing.certificate.pem() + ca_.hierarchy().root.certificate.pem()};
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
