#include "pkcs11/keys/signature_scheme.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/hex.h"
#include "pkcs11/keys/ecdsa_signature.h"

namespace signet::pkcs11 {
namespace {

using Family = SignatureFamily;

struct Row {
  std::string_view algorithm;
  Family family;
  std::size_t size;  // of the answer
};
constexpr std::array<Row, 6> kRows = {{
    {.algorithm = "p256", .family = Family::Ecdsa, .size = 64},
    {.algorithm = "p384", .family = Family::Ecdsa, .size = 96},
    {.algorithm = "rsa2048", .family = Family::Rsa, .size = 256},
    {.algorithm = "rsa3072", .family = Family::Rsa, .size = 384},
    {.algorithm = "rsa4096", .family = Family::Rsa, .size = 512},
    {.algorithm = "ed25519", .family = Family::Ed25519, .size = 64},
}};
static_assert(std::ranges::all_of(kRows, [](const Row& row) { return row.size <= kMaxRawSignature; }));

// All of DigestInfo but the digest itself, in the order of HashAlgorithm (RFC 8017 §9.2, note 1).
constexpr std::array<std::string_view, 3> kDigestInfo = {"3031300d060960864801650304020105000420",
                                                         "3041300d060960864801650304020205000430",
                                                         "3051300d060960864801650304020305000440"};

std::unexpected<Error> unsuitable(std::string what, std::string remedy) {
  return fail(ErrorCode::KeyUnsuitable, std::move(what), std::move(remedy));
}

Bytes digest_info(const Digest& digest) {
  Bytes info = parse_hex(kDigestInfo.at(static_cast<std::size_t>(digest.algorithm()))).value_or(Bytes());
  append(info, digest.bytes());
  return info;
}

Result<SignatureScheme> scheme_of(const Row& row, const Digest& digest) {
  const std::string name(row.algorithm);
  if (row.family == Family::Ed25519) {
    return unsuitable("an " + name + " key signs messages, not digests", "send the message itself");
  }
  SignatureScheme scheme{.family = row.family, .data = {}, .size = row.size};
  const bool is_ecdsa = row.family == Family::Ecdsa;
  const std::size_t field_size = row.size / 2;
  if (is_ecdsa && digest.bytes().size() != field_size) {
    return unsuitable("a " + name + " key signs digests of " + std::to_string(field_size) + " bytes, not of " +
                          std::to_string(digest.bytes().size()),
                      field_size == 32 ? "use SHA-256" : "use SHA-384");
  }
  scheme.data = is_ecdsa ? to_bytes(digest.bytes()) : digest_info(digest);
  return scheme;
}

Result<SignatureScheme> scheme_of(const Row& row, const protocol::TokenMessage& message) {
  if (row.family != Family::Ed25519) {
    return unsuitable("a key of kind " + std::string(row.algorithm) + " signs digests, not messages",
                      "send the message's digest");
  }
  return SignatureScheme{.family = row.family, .data = message.bytes, .size = row.size};
}

}  // namespace

Result<SignatureScheme> scheme_for(const PublicKey& key, const SignInput& input) {
  const auto* const row = std::ranges::find(kRows, key.algorithm, &Row::algorithm);
  if (row == kRows.end()) {
    return unsuitable("a key of kind " + key.algorithm + " signs nothing here",
                      "use P-256, P-384, RSA of 2048, 3072 or 4096 bits, or Ed25519");
  }
  return std::visit([row](const auto& what) { return scheme_of(*row, what); }, input);
}

Result<Bytes> encode_signature(const SignatureScheme& scheme, ByteView raw) {
  if (scheme.family == Family::Ecdsa) return der_from_raw_ecdsa(raw, scheme.size / 2);
  if (raw.size() == scheme.size) return to_bytes(raw);
  return fail(ErrorCode::WorkerFailed, "the module's signature has " + std::to_string(raw.size()) +
                                           " bytes instead of " + std::to_string(scheme.size));
}

}  // namespace signet::pkcs11
