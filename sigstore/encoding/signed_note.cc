#include "sigstore/encoding/signed_note.h"

#include <algorithm>

#include "common/base64.h"
#include "common/display.h"
#include "sigstore/encoding/hash.h"

namespace signet::sigstore {
namespace {

constexpr std::size_t kMaxNote = std::size_t{1024} * 1024;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a blank
constexpr std::size_t kEd25519KeySize = 32;

// Code points with the property White_Space beyond the control characters and the blank, which cannot get here.
constexpr std::array<std::string_view, 19> kSpaces = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83",
    "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not a signed note: " + std::string(why));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kDash)) return malformed("a signature line does not begin with a dash");
  line.remove_prefix(kDash.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !is_note_name(line.substr(0, blank))) {
    return malformed("a signature line without a proper name");
  }
  const auto bytes = parse_base64(line.substr(blank + 1));
  NoteSignature signature{.name = std::string(line.substr(0, blank)), .signature = {}};
  if (!bytes || bytes->size() <= signature.key_id.size()) return malformed("a signature that is not base64");
  const auto after_id = bytes->begin() + static_cast<std::ptrdiff_t>(signature.key_id.size());
  std::copy(bytes->begin(), after_id, signature.key_id.begin());
  signature.signature.assign(after_id, bytes->end());
  return signature;
}

Result<void> check_characters(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<std::uint8_t>(c) < 0x20 && c != '\n'; };
  if (std::ranges::any_of(text, is_control)) return malformed("it has a control character");
  if (!is_utf8(text)) return malformed("it is not UTF-8");
  return {};
}

}  // namespace

bool is_note_name(std::string_view name) {
  if (name.empty() || name.find('+') != std::string_view::npos || !is_utf8(name)) return false;
  if (std::ranges::any_of(name, [](char c) { return static_cast<std::uint8_t>(c) <= 0x20; })) return false;
  return std::ranges::none_of(kSpaces, [&](std::string_view space) { return name.find(space) != name.npos; });
}

Result<SignedNote> parse_signed_note(std::string_view text) {
  if (text.size() > kMaxNote) return fail(ErrorCode::LimitExceeded, "a signed note of more than 1 MiB");
  if (auto clean = check_characters(text); !clean) return fail(std::move(clean.error()));
  // The last blank line separates: the text may have blank lines of its own.
  const std::size_t separator = text.rfind("\n\n");
  if (separator == std::string_view::npos) return malformed("it has no blank line before its signatures");
  if (separator == 0) return malformed("it has no text");
  SignedNote note{.text = std::string(text.substr(0, separator + 1)), .signatures = {}};
  std::string_view lines = text.substr(separator + 2);
  if (lines.empty()) return malformed("it has no signature line");
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return malformed("its last line has no end");
    if (note.signatures.size() == kMaxSignatures) {
      return fail(ErrorCode::LimitExceeded, "a signed note with more than 100 signatures");
    }
    auto signature = parse_signature_line(lines.substr(0, end));
    if (!signature) return fail(std::move(signature.error()));
    note.signatures.push_back(std::move(*signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string encode_signed_note(const SignedNote& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    Bytes bytes(signature.key_id.begin(), signature.key_id.end());
    append(bytes, signature.signature);
    text += kDash;
    text += signature.name + " " + encode_base64(bytes) + "\n";
  }
  return text;
}

Result<void> verify_note(const SignedNote& note, const NoteVerifier& verifier) {
  bool found = false;
  for (const NoteSignature& signature : note.signatures) {
    if (signature.name != verifier.name || signature.key_id != verifier.key_id) continue;
    found = true;
    if (!verifier.key.verify_message(bytes_of(note.text), signature.signature)) {
      return fail(ErrorCode::NotVerified, "the signature of " + display_text(verifier.name) + " on the note is wrong");
    }
  }
  if (!found) return fail(ErrorCode::NotVerified, "the note is not signed by " + display_text(verifier.name));
  return {};
}

Sha256Hash checkpoint_key_id(std::string_view name, const PublicKey& key) {
  Bytes input = to_bytes(name);
  input.push_back('\n');
  switch (key.kind()) {
    case KeyKind::Ed25519:
      input.push_back(0x01);
      append(input, key.spki().last(kEd25519KeySize));
      return sha256(input);
    case KeyKind::Rsa2048:
    case KeyKind::Rsa3072:
    case KeyKind::Rsa4096:
      input.push_back(0xff);
      append(input, "PKIX-RSA-PKCS#1v1.5");
      append(input, key.spki());
      return sha256(input);
    case KeyKind::EcdsaP256:
    case KeyKind::EcdsaP384:
    case KeyKind::EcdsaP521:
      break;
  }
  return key.fingerprint();
}

}  // namespace signet::sigstore
