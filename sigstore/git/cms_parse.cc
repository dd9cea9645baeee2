#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sigstore/encoding/der.h"
#include "sigstore/encoding/pem.h"
#include "sigstore/git/cms.h"
#include "sigstore/git/cms_layout.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxArmored = std::size_t{1024} * 1024;
constexpr std::size_t kMaxCertificates = 8;
constexpr std::size_t kMaxAttributes = 16;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a git signature that can be read here: " + std::string(why));
}

// Walks over one content and remembers the first thing that was wrong; after that every element is empty.
class Walk {
 public:
  explicit Walk(ByteView content) : reader_(content) {}

  DerReader::Element next() { return keep(reader_.next()); }
  DerReader::Element expect(std::uint8_t tag) { return keep(reader_.expect(tag)); }
  std::optional<DerReader::Element> optional(std::uint8_t tag) {
    auto element = reader_.optional(tag);
    if (!element) refuse(std::move(element.error()));
    return element ? *element : std::nullopt;
  }
  // An element that can have one encoding only.
  void demand(ByteView whole, std::string_view what) {
    if (!equal(next().whole, whole)) refuse(malformed(what).error());
  }
  void refuse(Error error) {
    if (!error_) error_ = std::move(error);
  }
  [[nodiscard]] bool more() const { return !error_ && !reader_.empty(); }
  [[nodiscard]] Result<void> finish() {
    if (error_) return fail(*error_);
    return reader_.finish();
  }

 private:
  DerReader::Element keep(Result<DerReader::Element> element) {
    if (element && !error_) return *element;
    if (!element) refuse(std::move(element.error()));
    return {};
  }

  DerReader reader_;
  std::optional<Error> error_;
};

struct Attribute {
  Bytes oid;       // whole
  ByteView value;  // the one value, whole
};

// Attribute ::= SEQUENCE { OBJECT IDENTIFIER, SET OF value }, with exactly one value.
Result<Attribute> parse_attribute(ByteView content) {
  Walk walk(content);
  const auto oid = walk.expect(der_tag::kObjectIdentifier);
  Walk values(walk.expect(der_tag::kSet).content);
  const auto value = values.next();
  for (Walk* each : {&walk, &values}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  return Attribute{.oid = to_bytes(oid.whole), .value = value.whole};
}

enum class Order { Der, Any };

// Signed attributes stand in the order of DER, or their digest would not be that of what was signed.
Result<std::vector<Attribute>> parse_attributes(ByteView content, Order order) {
  std::vector<Attribute> attributes;
  ByteView previous;
  Walk walk(content);
  while (walk.more()) {
    const auto element = walk.expect(der_tag::kSequence);
    auto attribute = parse_attribute(element.content);
    if (!attribute) return fail(std::move(attribute.error()));
    if (order == Order::Der && !std::ranges::lexicographical_compare(previous, element.whole)) {
      return malformed("its signed attributes are not in the order of DER");
    }
    previous = element.whole;
    if (attributes.size() == kMaxAttributes) return malformed("it has too many attributes");
    const auto same = [&](const Attribute& other) { return other.oid == attribute->oid; };
    if (std::ranges::any_of(attributes, same)) return malformed("an attribute stands there twice");
    attributes.push_back(std::move(*attribute));
  }
  if (auto done = walk.finish(); !done) return fail(std::move(done.error()));
  return attributes;
}

const Attribute* find(const std::vector<Attribute>& attributes, std::string_view oid) {
  const Bytes encoded = encode_der_oid(oid);
  const auto found = std::ranges::find_if(attributes, [&](const Attribute& each) { return each.oid == encoded; });
  return found == attributes.end() ? nullptr : &*found;
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

// The content of `whole` where it is one element of that tag.
std::optional<ByteView> content_of(ByteView whole, std::uint8_t tag) {
  DerReader reader(whole);
  const auto element = reader.expect(tag);
  if (!element || !reader.finish()) return std::nullopt;
  return element->content;
}

struct SignedAttributes {
  Digest content_digest;
  WallTime signing_time;
};

Result<SignedAttributes> read_signed_attributes(ByteView content, HashAlgorithm hash) {
  const auto attributes = parse_attributes(content, Order::Der);
  if (!attributes) return fail(attributes.error());
  const Attribute* type = find(*attributes, cms::kContentType);
  const Attribute* time = find(*attributes, cms::kSigningTime);
  const Attribute* digest = find(*attributes, cms::kMessageDigest);
  if (type == nullptr || time == nullptr || digest == nullptr) return malformed("a signed attribute is missing");
  if (attributes->size() != 3) return malformed("it has a signed attribute that is not known here");
  if (!equal(type->value, encode_der_oid(cms::kData))) return malformed("its content type is not data");
  const auto signing_time = parse_time(time->value);
  if (!signing_time) return malformed("its signing time is malformed");
  const auto octets = content_of(digest->value, der_tag::kOctetString);
  auto content_digest = Digest::make(hash, octets.value_or(ByteView()));
  if (!octets || !content_digest) return malformed("its message digest does not have the length of its hash");
  return SignedAttributes{.content_digest = std::move(*content_digest), .signing_time = *signing_time};
}

Result<CmsEvidence> read_evidence(ByteView content) {
  const auto attributes = parse_attributes(content, Order::Any);
  if (!attributes) return fail(attributes.error());
  CmsEvidence evidence;
  if (const Attribute* attribute = find(*attributes, cms::kLogEntry)) {
    const auto octets = content_of(attribute->value, der_tag::kOctetString);
    if (!octets) return malformed("its log entry is not an OCTET STRING");
    auto entry = parse_entry_protobuf(*octets);
    if (!entry) return fail(std::move(entry.error()));
    evidence.entry = std::move(*entry);
  }
  if (const Attribute* attribute = find(*attributes, cms::kTimestampToken)) {
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
  Walk walk(certificates);
  while (walk.more()) {
    auto certificate = Certificate::from_der(walk.expect(der_tag::kSequence).whole);
    if (!certificate) return fail(std::move(certificate.error()));
    if (++count > kMaxCertificates) return malformed("it has too many certificates");
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
  Walk walk(content);
  walk.demand(encode_der_unsigned(Bytes{1}), "its version is not 1");
  Walk hashes(walk.expect(der_tag::kSet).content);
  const auto hash = cms::hash_of_algorithm(hashes.next().whole);
  data.hash = hash.value_or(data.hash);
  walk.demand(encode_der(der_tag::kSequence, encode_der_oid(cms::kData)), "its content is not detached data");
  data.certificates = walk.expect(der_tag::context(0)).content;
  Walk signers(walk.expect(der_tag::kSet).content);
  data.signer = signers.expect(der_tag::kSequence).content;
  if (signers.more() || hashes.more()) return malformed("it has more than one signer or hash");
  for (Walk* each : {&walk, &hashes, &signers}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  if (!hash) return malformed("its hash is not SHA-256, SHA-384 or SHA-512");
  return data;
}

// SignerInfo, RFC 5652 §5.3.
Result<GitCms> parse_signer(const SignedData& data) {
  Walk walk(data.signer);
  walk.demand(encode_der_unsigned(Bytes{1}), "its signer is not named by issuer and serial number");
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
  const auto der = parse_pem(kCmsPemLabel, armored);
  if (!der) return fail(der.error());
  Walk outer(*der);
  Walk content_info(outer.expect(der_tag::kSequence).content);
  content_info.demand(encode_der_oid(cms::kSignedData), "it is not signed data");
  Walk content(content_info.expect(der_tag::context(0)).content);
  const auto signed_data = content.expect(der_tag::kSequence);
  for (Walk* each : {&outer, &content_info, &content}) {
    if (auto done = each->finish(); !done) return fail(std::move(done.error()));
  }
  const auto data = parse_signed_data(signed_data.content);
  if (!data) return fail(data.error());
  return parse_signer(*data);
}

}  // namespace signet::sigstore
