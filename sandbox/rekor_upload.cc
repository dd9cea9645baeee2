#include "sandbox/rekor_upload.h"

#include <array>
#include <optional>
#include <utility>

#include "json/fields.h"
#include "json/reader.h"
#include "json/writer.h"

namespace signet::sandbox {
namespace {

using sigstore::EntryVerifier;

/// The hash that a digest's length stands for: the upload does not name it.
std::optional<HashAlgorithm> hash_of_size(std::size_t size) {
  for (const HashAlgorithm hash : {HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512}) {
    if (digest_size(hash) == size) return hash;
  }
  return std::nullopt;
}

Bytes raw_bytes(const json::Value& value, const std::string& where, json::Fields& parent) {
  json::Fields fields(value, where);
  Bytes bytes = fields.bytes("rawBytes");
  if (auto done = fields.finish(); !done) parent.adopt(std::move(done.error()));
  return bytes;
}

EntryVerifier read_verifier(json::Fields& fields) {
  const json::Value* certificate = fields.optional_value("x509Certificate");
  const json::Value* key = fields.optional_value("publicKey");
  if ((certificate == nullptr) == (key == nullptr)) {
    fields.refuse("x509Certificate", "or publicKey must be there, and not both");
    return {};
  }
  if (certificate != nullptr) {
    return {.kind = EntryVerifier::Kind::Certificate, .der = raw_bytes(*certificate, "x509Certificate", fields)};
  }
  return {.kind = EntryVerifier::Kind::PublicKey, .der = raw_bytes(*key, "publicKey", fields)};
}

}  // namespace

Result<sigstore::HashedRekord> parse_upload(std::string_view json) {
  const auto value = json::parse(json);
  if (!value) return fail(value.error());
  json::Fields outer(*value, "CreateEntryRequest");
  json::Fields request(outer.value("hashedRekordRequestV002"), "hashedRekordRequestV002");
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  const Bytes raw_digest = request.bytes("digest");
  json::Fields signature(request.value("signature"), "signature");
  if (auto done = request.finish(); !done) return fail(std::move(done.error()));
  Bytes content = signature.bytes("content");
  json::Fields verifier(signature.value("verifier"), "verifier");
  if (auto done = signature.finish(); !done) return fail(std::move(done.error()));
  std::string details = verifier.text("keyDetails");
  EntryVerifier who = read_verifier(verifier);
  if (auto done = verifier.finish(); !done) return fail(std::move(done.error()));
  const auto hash = hash_of_size(raw_digest.size());
  if (!hash) return fail(ErrorCode::InvalidRequest, "the digest has the length of no hash");
  auto digest = Digest::make(*hash, raw_digest);
  if (!digest) return fail(std::move(digest.error()));
  return sigstore::HashedRekord{.digest = std::move(*digest),
                                .signature = std::move(content),
                                .verifier = std::move(who),
                                .key_details = std::move(details)};
}

std::string encode_upload_reply(const sigstore::LogEntry& entry) {
  json::Value value = sigstore::encode_log_entry(entry);
  value.as_object()->set("integratedTime", "0");
  value.as_object()->set("inclusionPromise", nullptr);
  return json::write(value);
}

}  // namespace signet::sandbox
