#include "sigstore/verify/timestamp_token.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sigstore/encoding/der_walk.h"
#include "sigstore/git/cms_attributes.h"
#include "sigstore/git/cms_layout.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";
constexpr std::string_view kSigningCertificate = "1.2.840.113549.1.9.16.2.12";
constexpr std::string_view kSigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
constexpr std::uint8_t kImplicitExtensions = der_tag::context(1);
constexpr std::size_t kMaxCertificates = 8;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a timestamp that can be read here: " + std::string(why));
}

void demand(DerWalk& walk, ByteView whole, std::string_view what) {
  if (!equal(walk.next().whole, whole)) walk.refuse(malformed(what).error());
}

// The first walk that did not end well says why.
template <std::size_t kCount>
Result<void> finish_all(const std::array<const DerWalk*, kCount>& walks) {
  for (const DerWalk* walk : walks) {
    if (auto done = walk->finish(); !done) return malformed(done.error().what);
  }
  return {};
}

// "20260131120000.5Z" (RFC 3161 §2.4.2: seconds always, a fraction without zeros at its end). What is finer than a
// microsecond cannot be held, and cut it would lie within a span of time that had just ended.
std::optional<WallTime> parse_generalized_time(std::string_view text) {
  constexpr std::size_t kToTheSecond = 14;
  constexpr std::size_t kLongestFraction = 7;  // with its dot
  if (text.size() <= kToTheSecond || !text.ends_with('Z')) return std::nullopt;
  const std::string_view fraction = text.substr(kToTheSecond, text.size() - kToTheSecond - 1);
  if (!fraction.empty() && (fraction.size() < 2 || !fraction.starts_with('.') || fraction.ends_with('0'))) {
    return std::nullopt;
  }
  if (fraction.size() > kLongestFraction) return std::nullopt;
  const std::string t(text);
  const auto time = parse_rfc3339(t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2) + "T" + t.substr(8, 2) +
                                  ":" + t.substr(10, 2) + ":" + t.substr(12));
  if (!time) return std::nullopt;
  return *time;
}

Result<Digest> parse_imprint(ByteView content) {
  DerWalk walk(content);
  const auto hash = cms::hash_of_algorithm(walk.expect(der_tag::kSequence).whole);
  const auto value = walk.expect(der_tag::kOctetString);
  if (auto done = walk.finish(); !done) return malformed(done.error().what);
  if (!hash) return malformed("its imprint is not made by SHA-256, SHA-384 or SHA-512");
  auto imprint = Digest::make(*hash, value.content);
  if (!imprint) return malformed("its imprint does not have the length of its hash");
  return imprint;
}

// Extensions ::= SEQUENCE OF { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING }: none is known here.
Result<void> check_extensions(ByteView content) {
  DerWalk all(content);
  while (all.more()) {
    DerWalk walk(all.expect(der_tag::kSequence).content);
    static_cast<void>(walk.expect(der_tag::kObjectIdentifier));
    const bool is_critical = walk.optional(der_tag::kBoolean).has_value();
    static_cast<void>(walk.expect(der_tag::kOctetString));
    if (auto done = walk.finish(); !done) return malformed(done.error().what);
    if (is_critical) return malformed("it has a critical extension");
  }
  return all.finish();
}

Result<TimestampInfo> parse_info(ByteView whole) {
  DerWalk outer(whole);
  DerWalk walk(outer.expect(der_tag::kSequence).content);
  demand(walk, encode_der_unsigned(Bytes{1}), "its version is not 1");
  static_cast<void>(walk.expect(der_tag::kObjectIdentifier));  // policy
  const auto imprint = walk.expect(der_tag::kSequence);
  static_cast<void>(walk.expect(der_tag::kInteger));  // serial number
  const auto time = walk.expect(der_tag::kGeneralizedTime);
  static_cast<void>(walk.optional(der_tag::kSequence));  // accuracy
  static_cast<void>(walk.optional(der_tag::kBoolean));   // ordering
  const auto nonce = walk.optional(der_tag::kInteger);
  static_cast<void>(walk.optional(der_tag::context(0)));  // name
  const auto extensions = walk.optional(kImplicitExtensions);
  if (auto done = finish_all<2>({&outer, &walk}); !done) return fail(std::move(done.error()));
  auto digest = parse_imprint(imprint.content);
  if (!digest) return fail(std::move(digest.error()));
  const auto moment = parse_generalized_time(text_of(time.content));
  if (!moment) return malformed("its time is malformed");
  if (extensions) {
    if (auto known = check_extensions(extensions->content); !known) return fail(std::move(known.error()));
  }
  TimestampInfo info{.imprint = std::move(*digest), .time = *moment, .nonce = {}};
  if (nonce) info.nonce = nonce->whole;
  return info;
}

// The first ESSCertID of a SigningCertificate, which is the signer's (RFC 2634 §5.4, RFC 5035 §3).
Result<SignerHash> parse_signer_hash(ByteView whole, bool is_v2) {
  const auto content = der_content(whole, der_tag::kSequence);
  DerWalk attribute(content.value_or(ByteView()));
  DerWalk ids(attribute.expect(der_tag::kSequence).content);
  DerWalk id(ids.expect(der_tag::kSequence).content);
  SignerHash hash;
  if (is_v2) hash.algorithm = HashAlgorithm::Sha256;  // the default
  if (const auto algorithm = is_v2 ? id.optional(der_tag::kSequence) : std::nullopt) {
    hash.algorithm = cms::hash_of_algorithm(algorithm->whole);
    if (!hash.algorithm) return malformed("its signer's certificate is named by a hash that is not known here");
  }
  hash.value = id.expect(der_tag::kOctetString).content;
  static_cast<void>(id.optional(der_tag::kSequence));  // issuer and serial number, which the hash covers
  if (auto done = id.finish(); !done) return malformed(done.error().what);
  return hash;
}

Result<void> read_attributes(ByteView content, TimestampToken& token) {
  const auto attributes = cms::parse_attributes(content, cms::Order::Der);
  if (!attributes) return malformed(attributes.error().what);
  const cms::Attribute* type = cms::find(*attributes, cms::kContentType);
  const cms::Attribute* digest = cms::find(*attributes, cms::kMessageDigest);
  if (type == nullptr || digest == nullptr) return malformed("a signed attribute is missing");
  if (!equal(type->value, encode_der_oid(kTstInfo))) return malformed("its content type is not that of a timestamp");
  const auto octets = der_content(digest->value, der_tag::kOctetString);
  auto content_digest = Digest::make(token.hash, octets.value_or(ByteView()));
  if (!content_digest) return malformed("its message digest does not have the length of its hash");
  token.content_digest = std::move(*content_digest);
  for (const std::string_view oid : {kSigningCertificate, kSigningCertificateV2}) {
    const cms::Attribute* attribute = cms::find(*attributes, oid);
    if (attribute == nullptr) continue;
    auto hash = parse_signer_hash(attribute->value, oid == kSigningCertificateV2);
    if (!hash) return fail(std::move(hash.error()));
    token.signer_hashes.push_back(*hash);
  }
  if (token.signer_hashes.empty()) return malformed("its attributes do not say which certificate signed");
  return {};
}

// SignerInfo, RFC 5652 §5.3.
Result<void> read_signer(ByteView content, ByteView hashes, TimestampToken& token) {
  DerWalk walk(content);
  demand(walk, encode_der_unsigned(Bytes{1}), "its signer is not named by issuer and serial number");
  token.signer = to_bytes(walk.expect(der_tag::kSequence).content);
  const auto algorithm = walk.expect(der_tag::kSequence);
  const auto attributes = walk.expect(der_tag::context(0));
  token.signature_algorithm = walk.expect(der_tag::kSequence).whole;
  token.signature = walk.expect(der_tag::kOctetString).content;
  static_cast<void>(walk.optional(der_tag::context(1)));  // unsigned attributes: nobody vouches for them
  if (auto done = walk.finish(); !done) return malformed(done.error().what);
  const auto hash = cms::hash_of_algorithm(algorithm.whole);
  if (!hash || hash != cms::hash_of_algorithm(hashes)) {
    return malformed("its hash is not SHA-256, SHA-384 or SHA-512, the same for message and signer");
  }
  token.hash = *hash;
  token.attributes = to_bytes(attributes.whole);
  token.attributes.front() = der_tag::kSet;  // what was signed (RFC 5652 §5.4)
  return read_attributes(attributes.content, token);
}

Result<std::vector<ByteView>> read_certificates(ByteView content) {
  std::vector<ByteView> certificates;
  DerWalk walk(content);
  while (walk.more()) {
    certificates.push_back(walk.next().whole);
    if (certificates.size() > kMaxCertificates) return malformed("it has too many certificates");
  }
  if (auto done = walk.finish(); !done) return malformed(done.error().what);
  return certificates;
}

// SignedData, RFC 5652 §5.1. Version 3, because the content is not plain data.
Result<TimestampToken> parse_signed_data(ByteView content) {
  DerWalk walk(content);
  demand(walk, encode_der_unsigned(Bytes{3}), "its version is not 3");
  const auto hashes = walk.expect(der_tag::kSet);
  DerWalk encapsulated(walk.expect(der_tag::kSequence).content);
  demand(encapsulated, encode_der_oid(kTstInfo), "its content is not a timestamp's");
  DerWalk wrapped(encapsulated.expect(der_tag::context(0)).content);
  const auto info = wrapped.expect(der_tag::kOctetString);
  const auto certificates = walk.optional(der_tag::context(0));
  DerWalk signers(walk.expect(der_tag::kSet).content);
  const auto signer = signers.expect(der_tag::kSequence);
  if (auto done = finish_all<4>({&walk, &encapsulated, &wrapped, &signers}); !done) {
    return fail(std::move(done.error()));
  }
  auto read = parse_info(info.content);
  if (!read) return fail(std::move(read.error()));
  auto embedded = read_certificates(certificates ? certificates->content : ByteView());
  if (!embedded) return fail(std::move(embedded.error()));
  TimestampToken token{.content = info.content,
                       .info = std::move(*read),
                       .certificates = std::move(*embedded),
                       .signer = {},
                       .attributes = {},
                       .content_digest = Digest::from_sha256({}),
                       .signer_hashes = {},
                       .signature_algorithm = {},
                       .signature = {}};
  if (auto done = read_signer(signer.content, hashes.content, token); !done) return fail(std::move(done.error()));
  return token;
}

// PKIStatusInfo: status, PKIFreeText OPTIONAL, failInfo OPTIONAL.
Result<TimestampReply> parse_status(ByteView content) {
  DerWalk walk(content);
  const auto status = walk.expect(der_tag::kInteger);
  const auto texts = walk.optional(der_tag::kSequence);
  static_cast<void>(walk.optional(der_tag::kBitString));
  TimestampReply reply;
  reply.granted = equal(status.content, Bytes{0}) || equal(status.content, Bytes{1});
  DerWalk lines(texts ? texts->content : ByteView());
  while (lines.more()) {
    if (!reply.status_text.empty()) reply.status_text += "; ";
    reply.status_text += text_of(lines.expect(der_tag::kUtf8String).content);
  }
  if (auto done = finish_all<2>({&walk, &lines}); !done) return fail(std::move(done.error()));
  return reply;
}

}  // namespace

Result<TimestampReply> parse_timestamp_reply(ByteView response) {
  if (response.size() > kMaxTimestamp) return malformed("it is larger than 64 KiB");
  DerWalk outer(response);
  DerWalk walk(outer.expect(der_tag::kSequence).content);
  const auto status = walk.expect(der_tag::kSequence);
  const auto token = walk.optional(der_tag::kSequence);
  if (auto done = finish_all<2>({&outer, &walk}); !done) return fail(std::move(done.error()));
  auto reply = parse_status(status.content);
  if (!reply) return fail(std::move(reply.error()));
  if (token) reply->token = token->whole;
  if (reply->granted != token.has_value()) return malformed("it has a token and no grant, or the reverse");
  return reply;
}

Result<TimestampToken> parse_timestamp_token(ByteView token) {
  if (token.size() > kMaxTimestamp) return malformed("it is larger than 64 KiB");
  DerWalk outer(token);
  DerWalk content_info(outer.expect(der_tag::kSequence).content);
  demand(content_info, encode_der_oid(cms::kSignedData), "it is not signed data");
  DerWalk content(content_info.expect(der_tag::context(0)).content);
  const auto signed_data = content.expect(der_tag::kSequence);
  if (auto done = finish_all<3>({&outer, &content_info, &content}); !done) return fail(std::move(done.error()));
  return parse_signed_data(signed_data.content);
}

}  // namespace signet::sigstore
