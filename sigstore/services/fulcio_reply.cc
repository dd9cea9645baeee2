#include "sigstore/services/fulcio_reply.h"

#include <utility>

#include "json/fields.h"
#include "json/reader.h"

namespace signet::sigstore {
namespace {

constexpr json::ReadLimits kLimits{.bytes = std::size_t{256} * 1024, .depth = 8, .values = 200};

Result<std::string> first_certificate(const json::Value& embedded) {
  json::Fields outer(embedded, "signedCertificateEmbeddedSct", json::UnknownFields::Tolerate);
  json::Fields chain(outer.value("chain"), "chain", json::UnknownFields::Tolerate);
  auto certificates = chain.texts("certificates");
  if (certificates.empty()) chain.refuse("certificates", "is empty");
  for (json::Fields* fields : {&outer, &chain}) {
    if (auto done = fields->finish(); !done) return fail(std::move(done.error()));
  }
  return std::move(certificates.front());
}

}  // namespace

Result<Certificate> parse_fulcio_reply(std::string_view json) {
  const auto value = json::parse(json, kLimits);
  if (!value) return fail(value.error());
  json::Fields fields(*value, "signing certificate", json::UnknownFields::Tolerate);
  if (fields.has("signedCertificateDetachedSct")) {
    return fail(ErrorCode::InvalidRequest, "its SCT is detached, for which a bundle has no place");
  }
  const json::Value& embedded = fields.value("signedCertificateEmbeddedSct");
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  auto pem = first_certificate(embedded);
  if (!pem) return fail(std::move(pem.error()));
  return Certificate::from_pem(*pem);
}

}  // namespace signet::sigstore
