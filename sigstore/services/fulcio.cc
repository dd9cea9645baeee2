#include "sigstore/services/fulcio.h"

#include <utility>

#include "common/base64.h"
#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"
#include "sigstore/services/called_service.h"
#include "sigstore/services/fulcio_reply.h"

namespace signet::sigstore {
namespace {

/// A chain of four certificates with long names has less than 16 KiB.
constexpr std::size_t kMaxReply = std::size_t{256} * 1024;

// The token is copied once, into memory of the right size that the transport wipes: the JSON writer would leave pieces
// of it behind. A JWT needs no escapes (IdentityToken::parse()).
Bytes encode_request(const IdentityToken& token, const PublicKey& key, ByteView proof) {
  const json::Object public_key{{"content", key.pem()}};
  const std::string rest =
      R"("},"publicKeyRequest":)" +
      json::write(json::Object{{"publicKey", public_key}, {"proofOfPossession", encode_base64(proof)}}) + "}";
  constexpr std::string_view kBegin = R"({"credentials":{"oidcIdentityToken":")";
  Bytes body;
  body.reserve(kBegin.size() + token.jwt().reveal().size() + rest.size());
  append(body, kBegin);
  append(body, token.jwt().reveal());
  append(body, rest);
  return body;
}

Awaitable<Result<Certificate>> ask(HttpTransport& transport, const CalledService& ca, HttpRequest request,
                                   Deadline deadline) {
  auto response = co_await call_service(transport, ca, std::move(request), deadline);
  if (!response) co_return fail(std::move(response.error()));
  if (!is_success(*response)) co_return fail(error_of_reply(ca, *response));
  auto leaf = parse_fulcio_reply(text_of(response->body));
  if (!leaf) co_return fail(error_of_answer(ca, "holds no certificate: " + leaf.error().what));
  co_return leaf;
}

}  // namespace

Digest proof_of_possession_digest(const IdentityToken& token, KeyKind kind) {
  return hash(default_hash(kind), bytes_of(token.subject()));
}

Awaitable<Result<Certificate>> request_certificate(HttpTransport& transport, std::string base_url,
                                                   const IdentityToken& token, const PublicKey& key, ByteView proof,
                                                   Deadline deadline) {
  const CalledService ca{.name = "the certificate authority",
                         .url = std::move(base_url),
                         .unavailable = ErrorCode::CaUnavailable,
                         .refused = ErrorCode::CaRefused};
  HttpRequest request;
  request.method = "POST";
  request.url = url_under(ca.url, "api/v2/signingCert");
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = encode_request(token, key, proof);
  request.max_reply = kMaxReply;
  auto leaf = co_await ask(transport, ca, std::move(request), deadline);
  if (!leaf) co_return fail(without_token(std::move(leaf.error()), token.jwt()));
  co_return leaf;
}

}  // namespace signet::sigstore
