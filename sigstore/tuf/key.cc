#include "sigstore/tuf/key.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/hex.h"
#include "json/fields.h"
#include "sigstore/encoding/rsa_pss.h"

namespace signet::sigstore::tuf {
namespace {

// What may stand together in a key object, and the kind of key that it must then be.
struct SchemeRow {
  std::string_view key_type;
  std::string_view scheme;
  Scheme is;
  std::string_view kinds;  // key_kind_name(), or the beginning of several
};
constexpr std::array<SchemeRow, 7> kSchemes = {{
    {"ecdsa", "ecdsa-sha2-nistp256", Scheme::Ecdsa, "p256"},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", Scheme::Ecdsa, "p256"},
    {"ecdsa", "ecdsa-sha2-nistp384", Scheme::Ecdsa, "p384"},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", Scheme::Ecdsa, "p384"},
    {"ed25519", "ed25519", Scheme::Ed25519, "ed25519"},
    {"rsa", "rsassa-pss-sha256", Scheme::RsaPss, "rsa"},
    {"rsa", "rsa-pkcs1v15-sha256", Scheme::RsaPkcs1, "rsa"},
}};

// What stands before a bare key in its SPKI (RFC 5480 §2, RFC 8410 §4).
constexpr std::string_view kP256Prefix = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
constexpr std::string_view kEd25519Prefix = "302a300506032b6570032100";

Result<PublicKey> from_hex(std::string_view prefix, std::string_view hex) {
  const auto spki = parse_hex(std::string(prefix) + std::string(hex));
  if (!spki) return fail(spki.error());
  return PublicKey::from_spki(*spki);
}

Result<PublicKey> read_public(Scheme scheme, std::string_view text) {
  if (scheme == Scheme::Ed25519) return from_hex(kEd25519Prefix, text);
  if (scheme == Scheme::Ecdsa && text.starts_with("04")) return from_hex(kP256Prefix, text);
  return PublicKey::from_pem(text);
}

}  // namespace

Result<Key> Key::parse(const json::Value& value, const std::string& where) {
  json::Fields fields(value, where, json::UnknownFields::Tolerate);
  const std::string type = fields.text("keytype");
  const std::string scheme = fields.text("scheme");
  json::Fields keyval(fields.value("keyval"), where + ".keyval", json::UnknownFields::Tolerate);
  if (auto done = fields.finish(); !done) return fail(std::move(done.error()));
  const auto* const row = std::ranges::find_if(
      kSchemes, [&](const SchemeRow& each) { return each.key_type == type && each.scheme == scheme; });
  if (row == kSchemes.end()) return Key(Scheme::Unknown, std::nullopt);
  const std::string text = keyval.text("public");
  if (auto done = keyval.finish(); !done) return fail(std::move(done.error()));
  auto public_key = read_public(row->is, text);
  if (!public_key || !key_kind_name(public_key->kind()).starts_with(row->kinds)) return Key(row->is, std::nullopt);
  return Key(row->is, std::move(*public_key));
}

bool Key::has_signed(ByteView message, ByteView signature) const {
  if (!public_key_) return false;
  switch (scheme_) {
    case Scheme::Ecdsa:
    case Scheme::Ed25519:
      return public_key_->verify_message(message, signature).has_value();
    case Scheme::RsaPss:
      return verify_pss(*public_key_, message, signature).has_value();
    case Scheme::RsaPkcs1:
      return public_key_->verify_message(HashAlgorithm::Sha256, message, signature).has_value();
    case Scheme::Unknown:
      break;
  }
  return false;
}

Result<void> verify_threshold(const SignedText& text, const Keys& keys, const RoleKeys& role, std::string_view what) {
  std::set<Sha256Hash> signers;
  for (const std::string& key_id : std::set<std::string>(role.key_ids.begin(), role.key_ids.end())) {
    const auto key = keys.find(key_id);
    const auto signature = text.signatures.find(key_id);
    if (key == keys.end() || signature == text.signatures.end()) continue;
    const auto bytes = parse_hex(signature->second.hex);
    if (!bytes || !key->second.has_signed(bytes_of(text.canonical), *bytes)) continue;
    signers.insert(key->second.public_key()->fingerprint());
  }
  if (std::cmp_greater_equal(signers.size(), role.threshold)) return {};
  return fail(ErrorCode::NotVerified, std::string(what) + " is signed by " + std::to_string(signers.size()) +
                                          " of the keys that may sign it, and needs " + std::to_string(role.threshold));
}

}  // namespace signet::sigstore::tuf
