#include "ssh/key.h"

#include <array>
#include <optional>
#include <vector>

#include "common/base64.h"
#include "common/display.h"
#include "sigstore/encoding/der.h"
#include "sigstore/encoding/hash.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;
using sigstore::PublicKey;
namespace der_tag = sigstore::der_tag;

constexpr std::string_view kWhat = "an SSH key";
constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::string_view kEcKeyOid = "1.2.840.10045.2.1";
constexpr std::string_view kEd25519Oid = "1.3.101.112";

struct Curve {
  KeyKind kind;
  std::string_view type;
  std::string_view name;  // as it stands in the blob, behind the type
  std::string_view oid;
};
constexpr std::array<Curve, 3> kCurves = {{
    {KeyKind::EcdsaP256, "ecdsa-sha2-nistp256", "nistp256", "1.2.840.10045.3.1.7"},
    {KeyKind::EcdsaP384, "ecdsa-sha2-nistp384", "nistp384", "1.3.132.0.34"},
    {KeyKind::EcdsaP521, "ecdsa-sha2-nistp521", "nistp521", "1.3.132.0.35"},
}};

const Curve* curve_of(KeyKind kind) {
  for (const Curve& curve : kCurves) {
    if (curve.kind == kind) return &curve;
  }
  return nullptr;
}

const Curve* curve_of_type(std::string_view type) {
  for (const Curve& curve : kCurves) {
    if (curve.type == type) return &curve;
  }
  return nullptr;
}

// What the SPKI's BIT STRING holds: a point, 32 bytes, or an RSAPublicKey. An SPKI that PublicKey took is well-formed.
ByteView key_bits(const PublicKey& key) {
  const auto sequence = sigstore::DerReader(key.spki()).expect(der_tag::kSequence);
  if (!sequence) return {};
  sigstore::DerReader fields(sequence->content);
  if (!fields.expect(der_tag::kSequence)) return {};
  const auto bits = fields.expect(der_tag::kBitString);
  return bits && !bits->content.empty() ? bits->content.subspan(1) : ByteView();
}

// What is said of a point that is none is about DER, which the blob never had.
Result<PublicKey> in_ssh_words(Result<PublicKey> key) {
  if (key || key.error().code != ErrorCode::InvalidRequest) return key;
  return fail(ErrorCode::InvalidRequest, "not an SSH key: it holds no key of its type");
}

Result<PublicKey> key_of_bits(const std::vector<Bytes>& algorithm_oids, ByteView bits) {
  Bytes content = {0};  // no unused bits
  append(content, bits);
  return in_ssh_words(PublicKey::from_spki(sigstore::encode_der(
      der_tag::kSequence,
      {sigstore::encode_der(der_tag::kSequence, algorithm_oids), sigstore::encode_der(der_tag::kBitString, content)})));
}

Result<PublicKey> read_ed25519(Reader& reader) {
  const ByteView bits = reader.string();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return key_of_bits({sigstore::encode_der_oid(kEd25519Oid)}, bits);
}

Result<PublicKey> read_ecdsa(Reader& reader, const Curve& curve) {
  if (reader.text() != curve.name) reader.refuse("its curve is not that of its type");
  const ByteView point = reader.string();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return key_of_bits({sigstore::encode_der_oid(kEcKeyOid), sigstore::encode_der_oid(curve.oid)}, point);
}

// The blob has the exponent first, RSAPublicKey (RFC 8017 A.1.1) the modulus.
Result<PublicKey> read_rsa(Reader& reader) {
  const ByteView exponent = reader.positive();
  const ByteView modulus = reader.positive();
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  return in_ssh_words(PublicKey::from_pkcs1(sigstore::encode_der(
      der_tag::kSequence,
      {sigstore::encode_der(der_tag::kInteger, modulus), sigstore::encode_der(der_tag::kInteger, exponent)})));
}

std::unexpected<Error> unsuitable_type(std::string_view type) {
  const std::string name = quoted_text(type, 64);
  if (type.find("-cert-v") != std::string_view::npos) {
    return fail(ErrorCode::KeyUnsuitable, "an SSH certificate (" + name + ") where a plain key must stand",
                "use the key that it certifies");
  }
  if (type.starts_with("sk-")) {
    return fail(ErrorCode::KeyUnsuitable, "an SSH key of a FIDO token (" + name + "), which is not used here",
                "use a key of type ssh-ed25519, ecdsa-sha2-… or ssh-rsa");
  }
  return fail(ErrorCode::KeyUnsuitable, "an SSH key of type " + name + ", which is not used here",
              "use a key of type ssh-ed25519, ecdsa-sha2-… or ssh-rsa");
}

}  // namespace

std::string_view key_type_name(KeyKind kind) {
  if (const Curve* curve = curve_of(kind)) return curve->type;
  return kind == KeyKind::Ed25519 ? kEd25519 : kRsa;
}

Bytes encode_key_blob(const PublicKey& key) {
  Writer writer;
  writer.string(key_type_name(key.kind()));
  const ByteView bits = key_bits(key);
  if (key.kind() == KeyKind::Ed25519) return writer.string(bits).take();
  if (const Curve* curve = curve_of(key.kind())) return writer.string(curve->name).string(bits).take();
  const auto sequence = sigstore::DerReader(bits).expect(der_tag::kSequence);
  if (!sequence) return {};
  sigstore::DerReader numbers(sequence->content);
  const auto modulus = numbers.expect(der_tag::kInteger);
  const auto exponent = numbers.expect(der_tag::kInteger);
  if (!modulus || !exponent) return {};
  return writer.string(exponent->content).string(modulus->content).take();
}

Result<PublicKey> parse_key_blob(ByteView blob) {
  if (blob.size() > kMaxKeyBlob) return fail(ErrorCode::InvalidRequest, "not an SSH key: it is too long");
  Reader reader(blob, kWhat);
  const std::string_view type = reader.text();
  if (reader.failed()) return fail(std::move(reader.finish().error()));
  if (type == kEd25519) return read_ed25519(reader);
  if (type == kRsa) return read_rsa(reader);
  if (const Curve* curve = curve_of_type(type)) return read_ecdsa(reader, *curve);
  return unsuitable_type(type);
}

std::string key_fingerprint(ByteView blob) {
  std::string base64 = encode_base64(sigstore::sha256(blob));
  base64.erase(base64.find_last_not_of('=') + 1);
  return "SHA256:" + base64;
}

std::string key_fingerprint(const PublicKey& key) { return key_fingerprint(encode_key_blob(key)); }

std::string encode_key_line(const PublicKey& key, std::string_view comment) {
  std::string line = std::string(key_type_name(key.kind())) + " " + encode_base64(encode_key_blob(key));
  if (!comment.empty()) line += " " + display_text(comment, 1024);
  return line;
}

Result<KeyLine> parse_key_line(std::string_view line) {
  const auto malformed = [](std::string_view why) {
    return fail(ErrorCode::InvalidRequest, "not a line with an SSH key: " + std::string(why));
  };
  if (line.size() > kMaxKeyLine) return malformed("it is too long");
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find('\n') != std::string_view::npos) return malformed("more than one line");
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return malformed("it has no type and base64 with a blank between");
  const std::string_view type = line.substr(0, blank);
  const std::string_view behind = line.substr(blank + 1);
  const std::size_t end = std::min(behind.find(' '), behind.size());
  const auto blob = parse_base64(behind.substr(0, end));
  if (!blob) return malformed("the second word is not base64");
  auto key = parse_key_blob(*blob);
  if (!key) return fail(std::move(key.error()));
  if (key_type_name(key->kind()) != type) return malformed("its first word is not the type of its key");
  return KeyLine{.key = std::move(*key), .comment = std::string(behind.substr(std::min(end + 1, behind.size())))};
}

}  // namespace signet::ssh
