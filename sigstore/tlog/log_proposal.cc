#include "sigstore/tlog/log_proposal.h"

#include <utility>

#include "common/base64.h"
#include "common/pem.h"
#include "json/writer.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

std::string pem_of(const EntryVerifier& verifier) {
  const bool certificate = verifier.kind == EntryVerifier::Kind::Certificate;
  return encode_pem(certificate ? "CERTIFICATE" : "PUBLIC KEY", verifier.der);
}

}  // namespace

LogProposal propose_hashedrekord(const HashedRekordV1& record) {
  const std::string body = encode_hashedrekord_v1(record);
  return {.json = body, .body = body};
}

LogProposal propose_dsse(std::string_view payload_type, ByteView payload, RecordedSignature signature) {
  const json::Object signed_by{{"sig", encode_base64(signature.signature)}};
  const std::string envelope = json::write(json::Object{
      {"payload", encode_base64(payload)}, {"payloadType", payload_type}, {"signatures", json::Array{signed_by}}});
  const std::string verifier = pem_of(signature.verifier);
  const json::Object content{{"envelope", envelope}, {"verifiers", json::Array{encode_base64(bytes_of(verifier))}}};
  const json::Object proposal{
      {"apiVersion", "0.0.1"}, {"kind", "dsse"}, {"spec", json::Object{{"proposedContent", content}}}};
  const DsseRecord record{.payload_hash = hash(HashAlgorithm::Sha256, payload),
                          .envelope_hash = hash(HashAlgorithm::Sha256, bytes_of(envelope)),
                          .signatures = {std::move(signature)}};
  return {.json = json::write(proposal), .body = encode_dsse_v1(record)};
}

}  // namespace signet::sigstore
