#include <optional>
#include <utility>
#include <vector>

#include "common/git_armor.h"
#include "common/pem.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/der_walk.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/cms_attributes.h"
#include "sigstore/git/cms_layout.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxArmored = std::size_t{1024} * 1024;
constexpr std::size_t kMaxCertificates = 8;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a git signature that can be read here: " + std::string(why));
}

// An element that can have one encoding only.
void demand(DerWalk& walk, ByteView whole, std::string_view what) {
  if (!equal(walk.next().whole, whole)) walk.refuse(malformed(what).error());
}

// UTCTime or GeneralizedTime in the one form of DER: to the second, with Z (RFC 5652 §11.3).
std::optional<WallTime> parse_time(ByteView whole) {
  DerReader reader(whole);
  const auto element = reader.next();
  if (!element) return std::nullopt;
  std::string text(text_of(element->content));
  if (element->tag == der_tag::kUtcTime) {
    if (text.size() != 13) return std::nullopt;
    text.insert(0, text[0] >= '5' ? "19" : "20");
  } else if (element->tag != der_tag::kGeneralizedTime) {
    return std::nullopt;
  }
  if (text.size() != 15) return std::nullopt;
  auto time = parse_rfc3339(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
                            text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12));
  if (!time || !text.ends_with('Z')) return std::nullopt;
  return *time;
}

struct SignedAttributes {
  Digest content_digest;
  WallTime signing_time;
};

Result<SignedAttributes> read_signed_attributes(ByteView content, HashAlgorithm hash) {
  const auto attributes = cms::parse_attributes(content, cms::Order::Der);
  if (!attributes) return malformed(attributes.error().what);
  const cms::Attribute* type = cms::find(*attributes, cms::kContentType);
  const cms::Attribute* time = cms::find(*attributes, cms::kSigningTime);
  const cms::Attribute* digest = cms::find(*attributes, cms::kMessageDigest);
  if (type == nullptr || time == nullptr || digest == nullptr) return malformed("a signed attribute is missing");
  if (attributes->size() != 3) return malformed("it has a signed attribute that is not known here");
  if (!equal(type->value, encode_der_oid(cms::kData))) return malformed("its content type is not data");
  const auto signing_time = parse_time(time->value);
  if (!signing_time) return malformed("its signing time is malformed");
  const auto octets = der_content(digest->value, der_tag::kOctetString);
  auto content_digest = Digest::make(hash, octets.value_or(ByteView()));
  if (!octets || !content_digest) return malformed("its message digest does not have the length of its hash");
  return SignedAttributes{.content_digest = std::move(*content_digest), .signing_time = *signing_time};
}

Result<CmsEvidence> read_evidence(ByteView content) {
  const auto attributes = cms::parse_attributes(content, cms::Order::Any);
  if (!attributes) return malformed(attributes.error().what);
  CmsEvidence evidence;
  if (const cms::Attribute* attribute = cms::find(*attributes, cms::kLogEntry)) {
    const auto octets = der_content(attribute->value, der_tag::kOctetString);
    if (!octets) return malformed("its log entry is not an OCTET STRING");
    auto entry = parse_entry_protobuf(*octets);
    if (!entry) return fail(std::move(entry.error()));
    evidence.entry = std::move(*entry);
  }
  if (const cms::Attribute* attribute = cms::find(*attributes, cms::kTimestampToken)) {
    evidence.timestamp = to_bytes(attribute->value);
  }
  const std::size_t known = (evidence.entry ? 1U : 0U) + (evidence.timestamp ? 1U : 0U);
  if (known == 0 || attributes->size() != known) {
    return malformed("it has no unsigned attribute, or one that is not known here");
  }
  return evidence;
}

// The certificate that the signer names by issuer and serial number: exactly one of those that are there.
Result<Certificate> find_leaf(ByteView certificates, ByteView sid) {
  std::optional<Certificate> leaf;
  std::size_t count = 0;
  DerWalk walk(certificates);
  while (walk.more()) {
    if (++count > kMaxCertificates) return malformed("it has too many certificates");
    auto certificate = Certificate::from_der(walk.expect(der_tag::kSequence).whole);
    if (!certificate) return fail(std::move(certificate.error()));
    Bytes name = certificate->issuer_name();
    append(name, certificate->serial_number());
    if (!equal(name, sid)) continue;
    if (leaf) return malformed("two of its certificates have the same issuer and serial number");
    leaf = std::move(*certificate);
  }
  if (auto done = walk.finish(); !done) return fail(std::move(done.error()));
  if (!leaf) return malformed("the signer's certificate is not in it");
  return std::move(*leaf);
}

// SignedData down to the one SignerInfo, RFC 5652 §5.1.
struct SignedData {
  HashAlgorithm hash = HashAlgorithm::Sha256;
  ByteView certificates;
  ByteView signer;
};

Result<SignedData> parse_signed_data(ByteView content) {
  SignedData data;
  DerWalk walk(content);
  demand(walk, encode_der_unsigned(Bytes{1}), "its version is not 1");
  DerWalk hashes(walk.expect(der_tag::kSet).content);
  const auto hash = cms::hash_of_algorithm(hashes.next().whole);
  data.hash = hash.value_or(data.hash);
  demand(walk, encode_der(der_tag::kSequence, encode_der_oid(cms::kData)), "its content is not detached data");
  data.certificates = walk.expect(der_tag::context(0)).content;
  DerWalk signers(walk.expect(der_tag::kSet).content);
  data.signer = signers.expect(der_tag::kSequence).content;
  if (signers.more() || hashes.more()) return malformed("it has more than one signer or hash");
  for (const DerWalk* each : {&walk, &hashes, &signers}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  if (!hash) return malformed("its hash is not SHA-256, SHA-384 or SHA-512");
  return data;
}

// SignerInfo, RFC 5652 §5.3.
Result<GitCms> parse_signer(const SignedData& data) {
  DerWalk walk(data.signer);
  demand(walk, encode_der_unsigned(Bytes{1}), "its signer is not named by issuer and serial number");
  const auto sid = walk.expect(der_tag::kSequence);
  const auto hash = cms::hash_of_algorithm(walk.next().whole);
  const auto attributes = walk.expect(der_tag::context(0));
  const auto algorithm = walk.expect(der_tag::kSequence);
  const auto signature = walk.expect(der_tag::kOctetString);
  const auto unsigned_attributes = walk.optional(der_tag::context(1));
  if (auto done = walk.finish(); !done) return fail(std::move(done.error()));
  if (hash != data.hash) return malformed("its signer has another hash than the message");
  auto leaf = find_leaf(data.certificates, sid.content);
  if (!leaf) return fail(std::move(leaf.error()));
  if (!cms::is_signature_algorithm(algorithm.whole, leaf->public_key().kind(), data.hash)) {
    return malformed("its signature algorithm does not fit its certificate's key and its hash");
  }
  auto read = read_signed_attributes(attributes.content, data.hash);
  if (!read) return fail(std::move(read.error()));
  Result<CmsEvidence> evidence;
  if (unsigned_attributes) evidence = read_evidence(unsigned_attributes->content);
  if (!evidence) return fail(std::move(evidence.error()));
  GitCms cms{.leaf = std::move(*leaf),
             .hash = data.hash,
             .attributes = to_bytes(attributes.whole),
             .content_digest = std::move(read->content_digest),
             .signing_time = read->signing_time,
             .signature = to_bytes(signature.content),
             .evidence = std::move(*evidence)};
  cms.attributes.front() = der_tag::kSet;  // what was signed (RFC 5652 §5.4)
  return cms;
}

}  // namespace

Result<GitCms> parse_git_cms(std::string_view armored) {
  if (armored.size() > kMaxArmored) return malformed("it is larger than 1 MiB");
  const auto der = parse_pem(kCmsArmor, armored);
  if (!der) return fail(der.error());
  DerWalk outer(*der);
  DerWalk content_info(outer.expect(der_tag::kSequence).content);
  demand(content_info, encode_der_oid(cms::kSignedData), "it is not signed data");
  DerWalk content(content_info.expect(der_tag::context(0)).content);
  const auto signed_data = content.expect(der_tag::kSequence);
  for (const DerWalk* each : {&outer, &content_info, &content}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  const auto data = parse_signed_data(signed_data.content);
  if (!data) return fail(data.error());
  return parse_signer(*data);
}

}  // namespace signet::sigstore
