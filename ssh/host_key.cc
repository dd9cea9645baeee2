#include "ssh/host_key.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "common/display.h"
#include "ssh/key.h"
#include "ssh/wire.h"

namespace signet::ssh {
namespace {

using sigstore::KeyKind;

constexpr std::string_view kCertified = "-cert-v01@openssh.com";
constexpr std::uint32_t kUser = 1;
constexpr std::uint32_t kHost = 2;

// What a certificate has of the key are the very fields of its blob, behind a nonce.
struct CertifiedType {
  KeyKind kind;
  int fields;
};
constexpr std::array<CertifiedType, 5> kTypes = {{
    {KeyKind::Ed25519, 1},    // the key
    {KeyKind::EcdsaP256, 2},  // curve, point
    {KeyKind::EcdsaP384, 2},
    {KeyKind::EcdsaP521, 2},
    {KeyKind::Rsa2048, 2},  // exponent, modulus
}};

const CertifiedType* certified_type(std::string_view type) {
  if (!type.ends_with(kCertified)) return nullptr;
  type.remove_suffix(kCertified.size());
  for (const CertifiedType& known : kTypes) {
    if (key_type_name(known.kind) == type) return &known;
  }
  return nullptr;
}

// Strings to the end: names of hosts, or pairs of an option and its value.
void read_list(ByteView list, Reader& certificate, std::size_t strings_each) {
  Reader reader(list, "a list");
  while (reader.more()) {
    for (std::size_t i = 0; i < strings_each; ++i) (void)reader.string();
  }
  if (reader.failed()) certificate.refuse("a list in it is cut off");
}

// The CA's key and signature begin with their type, as all of them do. A CA may have a kind of key that we never use.
std::string_view read_typed(Reader& certificate) {
  Reader reader(certificate.string(), "a typed blob");
  const std::string_view type = reader.text();
  if (type.empty()) certificate.refuse("its CA's key or signature has no type");
  return type;
}

Result<sigstore::PublicKey> read_certificate(Reader& reader, const CertifiedType& type) {
  (void)reader.string();  // the nonce
  Writer plain;
  plain.string(key_type_name(type.kind));
  for (int i = 0; i < type.fields; ++i) plain.string(reader.string());
  (void)reader.uint64();  // the serial number
  const std::uint32_t of_whom = reader.uint32();
  if (of_whom != kUser && of_whom != kHost) reader.refuse("it is neither a user's nor a host's");
  (void)reader.string();  // the key id, for people
  read_list(reader.string(), reader, 1);
  (void)reader.uint64();  // from when
  (void)reader.uint64();  // until when
  read_list(reader.string(), reader, 2);
  read_list(reader.string(), reader, 2);
  (void)reader.string();  // reserved: ignored by the source
  if (read_typed(reader).ends_with(kCertified)) reader.refuse("its CA's key is a certificate");
  (void)read_typed(reader);
  if (auto whole = reader.finish(); !whole) return fail(std::move(whole.error()));
  if (of_whom == kUser) {
    return fail(ErrorCode::KeyUnsuitable, "an SSH certificate of a user where a host's must stand");
  }
  return parse_key_blob(plain.take());
}

Result<sigstore::PublicKey> read_any(ByteView blob) {
  Reader reader(blob, "an SSH host certificate");
  const std::string_view type = reader.text();
  if (const CertifiedType* certified = certified_type(type)) return read_certificate(reader, *certified);
  if (type.find("-cert-v") == std::string_view::npos) return parse_key_blob(blob);
  return fail(ErrorCode::KeyUnsuitable,
              "an SSH host certificate of type " + quoted_text(type, 64) + ", which is not used here");
}

}  // namespace

// Whoever meets such a host can have it show another of its keys.
Result<sigstore::PublicKey> parse_host_key_blob(ByteView blob) {
  if (blob.size() > kMaxHostKeyBlob) return fail(ErrorCode::InvalidRequest, "not an SSH host key: it is too long");
  auto key = read_any(blob);
  if (!key && key.error().code == ErrorCode::KeyUnsuitable) {
    key.error().remedy = "have the host show another key: ssh -o HostKeyAlgorithms=ssh-ed25519";
  }
  return key;
}

}  // namespace signet::ssh
