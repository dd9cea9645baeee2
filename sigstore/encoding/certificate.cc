#include "sigstore/encoding/certificate.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>

#include "common/display.h"
#include "common/pem.h"
#include "sigstore/encoding/certificate_layout.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/openssl.h"

namespace signet::sigstore {
namespace {

constexpr std::string_view kPemLabel = "CERTIFICATE";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kSubjectAlternativeName = "2.5.29.17";
// GeneralName's implicit tags (RFC 5280 §4.2.1.6).
constexpr std::uint8_t kRfc822Name = 0x81;
constexpr std::uint8_t kUniformResourceIdentifier = 0x86;

std::unexpected<Error> malformed(std::string why) {
  return fail(ErrorCode::InvalidRequest, "not a certificate: " + std::move(why));
}

// RFC 5280 §4.1.2.5: UTCTime or GeneralizedTime, with seconds, in Z, without a fraction.
std::optional<WallTime> wall_time(const ASN1_TIME* time) {
  if (time == nullptr) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(time));
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(time));
  if (::strnlen(text, size) != size || ASN1_TIME_set_string_X509(nullptr, text) != 1) return std::nullopt;
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return wall_time_from_unix(::timegm(&parts));
}

// The purposes of an extendedKeyUsage extension, each a whole OBJECT IDENTIFIER; nothing where it is malformed.
std::optional<std::vector<ByteView>> purposes_of(ByteView value) {
  DerReader outer(value);
  const auto sequence = outer.expect(der_tag::kSequence);
  if (!sequence || !outer.finish()) return std::nullopt;
  std::vector<ByteView> all;
  for (DerReader reader(sequence->content); !reader.empty();) {
    const auto purpose = reader.expect(der_tag::kObjectIdentifier);
    if (!purpose) return std::nullopt;
    all.push_back(purpose->whole);
  }
  return all;
}

// otherName: type-id, [0] EXPLICIT value. Fulcio's user names alone (57264.1.7).
std::optional<std::string> parse_other_name(ByteView content) {
  DerReader reader(content);
  const auto type = reader.expect(der_tag::kObjectIdentifier);
  if (!type || !equal(type->whole, encode_der_oid(oid::kFulcioOtherName))) return std::nullopt;
  const auto wrapped = reader.expect(der_tag::context(0));
  if (!wrapped || !reader.finish()) return std::nullopt;
  DerReader inner(wrapped->content);
  const auto text = inner.expect(der_tag::kUtf8String);
  if (!text || !inner.finish()) return std::nullopt;
  return std::string(text_of(text->content));
}

std::optional<SubjectAlternativeName> parse_general_name(const DerReader::Element& name) {
  switch (name.tag) {
    case kRfc822Name:
      return SubjectAlternativeName{SanKind::Email, std::string(text_of(name.content))};
    case kUniformResourceIdentifier:
      return SubjectAlternativeName{SanKind::Uri, std::string(text_of(name.content))};
    case der_tag::context(0):
      if (auto text = parse_other_name(name.content)) return SubjectAlternativeName{SanKind::OtherName, *text};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

// A name is compared and shown as text: what is not printable text is no name (IA5String is ASCII).
bool is_plain_text(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && is_utf8(text) && std::ranges::none_of(text, is_control);
}

bool is_plain_name(const SubjectAlternativeName& name) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  return is_plain_text(name.value) && (name.kind == SanKind::OtherName || std::ranges::all_of(name.value, is_ascii));
}

std::optional<std::string> parse_utf8_string(ByteView value) {
  DerReader reader(value);
  const auto text = reader.expect(der_tag::kUtf8String);
  if (!text || !reader.finish()) return std::nullopt;
  return std::string(text_of(text->content));
}

}  // namespace

std::string_view san_kind_name(SanKind kind) {
  switch (kind) {
    case SanKind::Email:
      return "e-mail address";
    case SanKind::Uri:
      return "URI";
    case SanKind::OtherName:
      break;
  }
  return "user name";
}

struct Certificate::State {
  openssl::X509Handle x509;
  Bytes der;
  CertificateLayout layout;  // views into `der`
  PublicKey key;
  WallTime not_before;
  WallTime not_after;

  [[nodiscard]] const CertificateLayout::Extension* find(std::string_view dotted) const {
    const Bytes wanted = encode_der_oid(dotted);
    for (const auto& extension : layout.extensions) {
      if (equal(extension.oid, wanted)) return &extension;
    }
    return nullptr;
  }
};

Certificate::Certificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Certificate> Certificate::from_der(ByteView der) {
  Bytes owned = to_bytes(der);
  auto layout = parse_certificate_layout(owned);
  if (!layout) return fail(std::move(layout.error()));
  const openssl::ErrorScope errors;
  const unsigned char* at = owned.data();
  openssl::X509Handle x509(d2i_X509(nullptr, &at, static_cast<long>(owned.size())));
  if (!x509 || at != owned.data() + owned.size()) return malformed(errors.reason());
  // Fills OpenSSL's cache of the extensions that it knows, and finds those that it cannot read.
  X509_check_purpose(x509.get(), -1, 0);
  if ((X509_get_extension_flags(x509.get()) & EXFLAG_INVALID) != 0) return malformed("an extension is malformed");
  const auto not_before = wall_time(X509_get0_notBefore(x509.get()));
  const auto not_after = wall_time(X509_get0_notAfter(x509.get()));
  if (!not_before || !not_after) return malformed("its validity is malformed");
  EVP_PKEY* key = X509_get_pubkey(x509.get());
  auto public_key = key == nullptr ? PublicKey::from_spki(layout->spki) : PublicKey::make(key, to_bytes(layout->spki));
  if (!public_key) return fail(std::move(public_key.error()).during("reading a certificate"));
  // Moving the vector keeps its buffer, so the layout's views stay valid.
  return Certificate(std::make_shared<const State>(
      State{std::move(x509), std::move(owned), std::move(*layout), std::move(*public_key), *not_before, *not_after}));
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto der = parse_pem(kPemLabel, pem);
  if (!der) return fail(std::move(der.error()));
  return from_der(*der);
}

ByteView Certificate::der() const { return state_->der; }
std::string Certificate::pem() const { return encode_pem(kPemLabel, state_->der); }
const PublicKey& Certificate::public_key() const { return state_->key; }
WallTime Certificate::not_before() const { return state_->not_before; }
WallTime Certificate::not_after() const { return state_->not_after; }
Bytes Certificate::issuer_name() const { return to_bytes(state_->layout.issuer); }
Bytes Certificate::subject_name() const { return to_bytes(state_->layout.subject); }
Bytes Certificate::serial_number() const { return to_bytes(state_->layout.serial_number); }
x509_st* Certificate::native() const { return state_->x509.get(); }
bool Certificate::operator==(const Certificate& other) const { return state_->der == other.state_->der; }

bool Certificate::is_ca() const { return (X509_get_extension_flags(native()) & EXFLAG_CA) != 0; }

bool Certificate::has_key_usage_digital_signature() const {
  return state_->find(kKeyUsage) != nullptr && (X509_get_key_usage(native()) & KU_DIGITAL_SIGNATURE) != 0;
}

bool Certificate::has_extended_key_usage(std::string_view oid) const {
  const auto* extension = state_->find(oid::kExtendedKeyUsage);
  if (extension == nullptr) return false;
  const Bytes wanted = encode_der_oid(oid);
  const auto purposes = purposes_of(extension->value);
  if (!purposes) return false;
  for (const ByteView purpose : *purposes) {
    if (equal(purpose, wanted)) return true;
  }
  return false;
}

bool Certificate::has_sole_critical_extended_key_usage(std::string_view oid) const {
  const auto* extension = state_->find(oid::kExtendedKeyUsage);
  if (extension == nullptr || !extension->critical || !has_extended_key_usage(oid)) return false;
  return purposes_of(extension->value)->size() == 1;
}

Result<SubjectAlternativeName> Certificate::subject_alternative_name() const {
  const auto* extension = state_->find(kSubjectAlternativeName);
  if (extension == nullptr) return fail(ErrorCode::InvalidRequest, "the certificate has no subject alternative name");
  DerReader outer(extension->value);
  const auto names = outer.expect(der_tag::kSequence);
  if (!names || !outer.finish()) {
    return fail(ErrorCode::InvalidRequest, "the certificate's subject alternative name is malformed");
  }
  DerReader reader(names->content);
  const auto first = reader.next();
  if (!first || !reader.empty()) {
    return fail(ErrorCode::InvalidRequest, "the certificate has not exactly one subject alternative name");
  }
  auto name = parse_general_name(*first);
  if (!name || !is_plain_name(*name)) {
    return fail(ErrorCode::InvalidRequest,
                "the certificate's subject alternative name is not an e-mail address, a URI or a Fulcio user name");
  }
  return std::move(*name);
}

Result<std::string> Certificate::oidc_issuer() const {
  const auto* raw = state_->find(oid::kFulcioIssuerV1);
  const auto* encoded = state_->find(oid::kFulcioIssuerV2);
  if (encoded == nullptr && raw == nullptr) {
    return fail(ErrorCode::InvalidRequest, "the certificate names no OIDC issuer");
  }
  auto issuer = encoded != nullptr ? parse_utf8_string(encoded->value) : std::string(text_of(raw->value));
  if (!issuer) return fail(ErrorCode::InvalidRequest, "the certificate's OIDC issuer is malformed");
  if (raw != nullptr && text_of(raw->value) != *issuer) {
    return fail(ErrorCode::InvalidRequest, "the certificate names two OIDC issuers that differ");
  }
  if (!is_plain_text(*issuer)) {
    return fail(ErrorCode::InvalidRequest, "the certificate's OIDC issuer is empty or not printable text");
  }
  return std::move(*issuer);
}

std::optional<Bytes> Certificate::extension(std::string_view oid) const {
  const auto* found = state_->find(oid);
  if (found == nullptr) return std::nullopt;
  return to_bytes(found->value);
}

std::vector<std::pair<unsigned, ByteView>> Certificate::fulcio_extensions() const {
  static const Bytes arc = encode_der_oid(oid::kFulcioIssuerV1);  // but for its last byte
  std::vector<std::pair<unsigned, ByteView>> all;
  for (const auto& extension : state_->layout.extensions) {
    const bool is_of_arc = extension.oid.size() == arc.size() &&
                           equal(extension.oid.first(arc.size() - 1), ByteView(arc).first(arc.size() - 1));
    if (is_of_arc) all.emplace_back(extension.oid.back(), extension.value);
  }
  return all;
}

Result<Bytes> Certificate::tbs_without(const std::vector<std::string_view>& oids) const {
  Bytes kept;
  for (const auto& extension : state_->layout.extensions) {
    bool leave_out = false;
    for (const std::string_view dotted : oids) leave_out = leave_out || equal(extension.oid, encode_der_oid(dotted));
    if (!leave_out) append(kept, extension.whole);
  }
  Bytes content = to_bytes(state_->layout.before_extensions);
  if (!kept.empty()) append(content, encode_der(der_tag::context(3), encode_der(der_tag::kSequence, ByteView(kept))));
  return encode_der(der_tag::kSequence, ByteView(content));
}

}  // namespace signet::sigstore
