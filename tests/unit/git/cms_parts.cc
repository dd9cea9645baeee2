#include "tests/unit/git/cms_parts.h"

#include "common/hex.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"

namespace signet::test {
namespace {

using sigstore::encode_der;
using sigstore::encode_der_oid;
namespace der_tag = sigstore::der_tag;

Bytes unhex(std::string_view hex) { return parse_hex(hex).value(); }

}  // namespace

Bytes der_oid_sequence(std::string_view oid) { return encode_der(der_tag::kSequence, encode_der_oid(oid)); }

Bytes make_attribute(std::string_view oid, const std::vector<Bytes>& values) {
  return encode_der(der_tag::kSequence, std::vector{encode_der_oid(oid), encode_der(der_tag::kSet, values)});
}

Bytes CmsParts::signer() const {
  std::vector<Bytes> fields = {signer_version,          signer_name,
                               signer_digest_algorithm, encode_der(der_tag::context(0), signed_attributes),
                               signature_algorithm,     signature};
  if (has_unsigned_attributes) fields.push_back(encode_der(der_tag::context(1), unsigned_attributes));
  return encode_der(der_tag::kSequence, fields);
}

Bytes CmsParts::der() const {
  std::vector<Bytes> fields = {version, encode_der(der_tag::kSet, digest_algorithms), content};
  if (!certificates.empty()) fields.push_back(encode_der(der_tag::context(0), certificates));
  if (!revocations.empty()) fields.push_back(revocations);
  std::vector<Bytes> signers = {signer()};
  signers.insert(signers.end(), more_signers.begin(), more_signers.end());
  fields.push_back(encode_der(der_tag::kSet, signers));
  const Bytes signed_data = encode_der(der_tag::kSequence, fields);
  return encode_der(der_tag::kSequence, std::vector{content_type, encode_der(der_tag::context(0), signed_data)});
}

std::string CmsParts::armored() const { return encode_pem("SIGNED MESSAGE", der()); }

CmsParts make_cms_parts(const SoftwareKey& key, const sigstore::Certificate& leaf, ByteView object) {
  const Digest digest = sigstore::hash(HashAlgorithm::Sha256, object);
  const Bytes sha256 = der_oid_sequence("2.16.840.1.101.3.4.2.1");
  CmsParts parts{.content_type = encode_der_oid("1.2.840.113549.1.7.2"),
                 .version = unhex("020101"),
                 .digest_algorithms = {sha256},
                 .content = der_oid_sequence("1.2.840.113549.1.7.1"),
                 .certificates = {to_bytes(leaf.der())},
                 .revocations = {},
                 .signer_version = unhex("020101"),
                 .signer_name = encode_der(der_tag::kSequence, std::vector{leaf.issuer_name(), leaf.serial_number()}),
                 .signer_digest_algorithm = sha256,
                 .signed_attributes = {make_attribute("1.2.840.113549.1.9.3", {encode_der_oid("1.2.840.113549.1.7.1")}),
                                       make_attribute("1.2.840.113549.1.9.5",
                                                      {encode_der(der_tag::kUtcTime, bytes_of("260131110007Z"))}),
                                       make_attribute("1.2.840.113549.1.9.4",
                                                      {encode_der(der_tag::kOctetString, digest.bytes())})},
                 .signature_algorithm = der_oid_sequence("1.2.840.10045.4.3.2"),
                 .signature = {},
                 .unsigned_attributes = {},
                 .more_signers = {}};
  const Bytes signed_set = encode_der(der_tag::kSet, parts.signed_attributes);
  parts.signature = encode_der(der_tag::kOctetString, key.sign(signed_set));
  return parts;
}

}  // namespace signet::test
