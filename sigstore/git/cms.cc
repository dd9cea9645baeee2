#include "sigstore/git/cms.h"

#include <chrono>
#include <utility>

#include "common/git_armor.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/key_uses.h"
#include "sigstore/git/cms_layout.h"

namespace signet::sigstore {
namespace {

// UTCTime for 1950 to 2049, else GeneralizedTime (RFC 5652 §11.3).
Bytes encode_time(WallTime time) {
  std::string text;
  for (const char c : encode_rfc3339(std::chrono::floor<std::chrono::seconds>(time))) {
    if (c >= '0' && c <= '9') text += c;
  }
  text += 'Z';
  const bool is_utc_time = text >= "1950" && text < "2050";
  return is_utc_time ? encode_der(der_tag::kUtcTime, bytes_of(std::string_view(text).substr(2)))
                     : encode_der(der_tag::kGeneralizedTime, bytes_of(text));
}

Bytes encode_attribute(std::string_view oid, const Bytes& value) {
  return encode_der(der_tag::kSequence, std::vector{encode_der_oid(oid), encode_der(der_tag::kSet, value)});
}

// Empty where there is no evidence: the attributes are optional, and an empty SET is not allowed.
Bytes encode_evidence(const CmsEvidence& evidence) {
  std::vector<Bytes> attributes;
  if (evidence.entry) {
    const Bytes value = encode_der(der_tag::kOctetString, encode_entry_protobuf(*evidence.entry));
    attributes.push_back(encode_attribute(cms::kLogEntry, value));
  }
  if (evidence.timestamp) attributes.push_back(encode_attribute(cms::kTimestampToken, *evidence.timestamp));
  if (attributes.empty()) return {};
  return encode_der_set_of(der_tag::context(1), std::move(attributes));
}

// SignerInfo, RFC 5652 §5.3.
Bytes encode_signer(const Certificate& leaf, const CmsAttributes& attributes, ByteView signature,
                    const CmsEvidence& evidence) {
  const Bytes sid = encode_der(der_tag::kSequence, std::vector{leaf.issuer_name(), leaf.serial_number()});
  // [0] IMPLICIT in the message, SET OF in what is signed: the tag alone differs (RFC 5652 §5.4).
  Bytes signed_attributes = attributes.der;
  signed_attributes.front() = der_tag::context(0);
  return encode_der(der_tag::kSequence,
                    std::vector{encode_der_unsigned(Bytes{1}), sid, cms::digest_algorithm(attributes.hash),
                                signed_attributes, cms::signature_algorithm(leaf.public_key().kind(), attributes.hash),
                                encode_der(der_tag::kOctetString, signature), encode_evidence(evidence)});
}

}  // namespace

CmsAttributes make_cms_attributes(const Digest& content_digest, WallTime signing_time) {
  std::vector<Bytes> attributes = {
      encode_attribute(cms::kContentType, encode_der_oid(cms::kData)),
      encode_attribute(cms::kSigningTime, encode_time(signing_time)),
      encode_attribute(cms::kMessageDigest, encode_der(der_tag::kOctetString, content_digest.bytes()))};
  return {.der = encode_der_set_of(der_tag::kSet, std::move(attributes)), .hash = content_digest.algorithm()};
}

Result<std::string> encode_git_cms(const Certificate& leaf, const CmsAttributes& attributes, ByteView signature,
                                   const CmsEvidence& evidence) {
  const KeyKind kind = leaf.public_key().kind();
  if (auto fits = check_signs(kind, SignedForm::Git); !fits) return fail(std::move(fits.error()));
  if (attributes.hash != default_hash(kind)) {
    return fail(ErrorCode::KeyUnsuitable, "a key of kind " + std::string(key_kind_name(kind)) +
                                              " signs no git objects by " + std::string(hash_name(attributes.hash)));
  }
  const Bytes content_info = encode_der(der_tag::kSequence, encode_der_oid(cms::kData));
  const Bytes signer = encode_signer(leaf, attributes, signature, evidence);
  const Bytes signed_data = encode_der(
      der_tag::kSequence,
      std::vector{encode_der_unsigned(Bytes{1}), encode_der(der_tag::kSet, cms::digest_algorithm(attributes.hash)),
                  content_info, encode_der(der_tag::context(0), leaf.der()), encode_der(der_tag::kSet, signer)});
  const Bytes message = encode_der(
      der_tag::kSequence, std::vector{encode_der_oid(cms::kSignedData), encode_der(der_tag::context(0), signed_data)});
  return encode_pem(kCmsArmor, message);
}

}  // namespace signet::sigstore
