#include "sigstore/encoding/certificate_layout.h"

#include <array>
#include <utility>

#include "sigstore/encoding/der.h"

namespace signet::sigstore {
namespace {

using Extension = CertificateLayout::Extension;
using Element = DerReader::Element;

// X.690 writes TRUE as ff; a FALSE that is spelled out is not DER but stands in certificates of old CAs.
constexpr std::array<std::uint8_t, 3> kTrue = {der_tag::kBoolean, 1, 0xff};
constexpr std::array<std::uint8_t, 3> kFalse = {der_tag::kBoolean, 1, 0x00};
constexpr std::array<std::uint8_t, 3> kVersion3 = {der_tag::kInteger, 1, 2};

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a certificate: " + std::string(why));
}

std::unexpected<Error> too_large(std::string_view what) {
  return fail(ErrorCode::LimitExceeded, "a certificate of more than " + std::string(what));
}

Result<Extension> parse_extension(const Element& element) {
  DerReader reader(element.content);
  Extension extension{.whole = element.whole, .oid = {}, .critical = false, .value = {}};
  const auto oid = reader.expect(der_tag::kObjectIdentifier);
  if (!oid) return fail(oid.error());
  extension.oid = oid->whole;
  const auto critical = reader.optional(der_tag::kBoolean);
  if (!critical) return fail(critical.error());
  if (critical->has_value()) {
    extension.critical = equal((*critical)->whole, kTrue);
    if (!extension.critical && !equal((*critical)->whole, kFalse)) return malformed("a BOOLEAN is not DER");
  }
  const auto value = reader.expect(der_tag::kOctetString);
  if (!value) return fail(value.error());
  extension.value = value->content;
  if (auto done = reader.finish(); !done) return fail(std::move(done.error()));
  return extension;
}

// RFC 5280 §4.2: no extension twice. Who reads the first and who reads the last would see two certificates.
Result<std::vector<Extension>> parse_extensions(ByteView content) {
  DerReader outer(content);
  const auto sequence = outer.expect(der_tag::kSequence);
  if (!sequence) return fail(sequence.error());
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  std::vector<Extension> all;
  for (DerReader reader(sequence->content); !reader.empty();) {
    const auto element = reader.expect(der_tag::kSequence);
    if (!element) return fail(element.error());
    if (all.size() == kMaxExtensions) return too_large(std::to_string(kMaxExtensions) + " extensions");
    auto extension = parse_extension(*element);
    if (!extension) return fail(std::move(extension.error()));
    for (const Extension& other : all) {
      if (equal(other.oid, extension->oid)) return malformed("an extension stands there twice");
    }
    all.push_back(*extension);
  }
  return all;
}

// version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions. The unique identifiers
// between the last two are forbidden to CAs that conform (RFC 5280 §4.1.2.8).
Result<void> parse_tbs(ByteView content, CertificateLayout& layout) {
  DerReader reader(content);
  const auto version = reader.expect(der_tag::context(0));
  if (!version || !equal(version->content, kVersion3)) return malformed("it is not of version 3");
  ByteView algorithm;
  ByteView validity;
  const std::array<std::pair<std::uint8_t, ByteView*>, 6> parts = {{{der_tag::kInteger, &layout.serial_number},
                                                                    {der_tag::kSequence, &algorithm},
                                                                    {der_tag::kSequence, &layout.issuer},
                                                                    {der_tag::kSequence, &validity},
                                                                    {der_tag::kSequence, &layout.subject},
                                                                    {der_tag::kSequence, &layout.spki}}};
  for (const auto& [tag, view] : parts) {
    const auto element = reader.expect(tag);
    if (!element) return fail(element.error());
    *view = element->whole;
  }
  const auto end = static_cast<std::size_t>(layout.spki.data() + layout.spki.size() - content.data());
  layout.before_extensions = content.first(end);
  if (reader.empty()) return {};
  const auto wrapped = reader.expect(der_tag::context(3));
  if (!wrapped) return fail(wrapped.error());
  auto extensions = parse_extensions(wrapped->content);
  if (!extensions) return fail(std::move(extensions.error()));
  layout.extensions = std::move(*extensions);
  return reader.finish();
}

}  // namespace

Result<CertificateLayout> parse_certificate_layout(ByteView der) {
  if (der.size() > kMaxCertificate) return too_large(std::to_string(kMaxCertificate / 1024) + " KiB");
  DerReader outer(der);
  const auto certificate = outer.expect(der_tag::kSequence);
  if (!certificate) return fail(certificate.error());
  if (auto done = outer.finish(); !done) return fail(std::move(done.error()));
  DerReader reader(certificate->content);
  const auto tbs = reader.expect(der_tag::kSequence);
  if (!tbs) return fail(tbs.error());
  for (const std::uint8_t tag : {der_tag::kSequence, der_tag::kBitString}) {
    if (const auto element = reader.expect(tag); !element) return fail(element.error());
  }
  if (auto done = reader.finish(); !done) return fail(std::move(done.error()));
  CertificateLayout layout;
  layout.tbs = tbs->whole;
  if (auto parsed = parse_tbs(tbs->content, layout); !parsed) return fail(std::move(parsed.error()));
  return layout;
}

}  // namespace signet::sigstore
