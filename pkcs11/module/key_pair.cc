#include "pkcs11/module/key_pair.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "common/display.h"
#include "pkcs11/keys/public_key.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

struct Row {
  std::string_view algorithm;
  CK_MECHANISM_TYPE mechanism;
  CK_ULONG modulus_bits;  // RSA
};
constexpr std::array<Row, 6> kRows = {{
    {.algorithm = "p256", .mechanism = CKM_EC_KEY_PAIR_GEN, .modulus_bits = 0},
    {.algorithm = "p384", .mechanism = CKM_EC_KEY_PAIR_GEN, .modulus_bits = 0},
    {.algorithm = "rsa2048", .mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN, .modulus_bits = 2048},
    {.algorithm = "rsa3072", .mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN, .modulus_bits = 3072},
    {.algorithm = "rsa4096", .mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN, .modulus_bits = 4096},
    {.algorithm = "ed25519", .mechanism = CKM_EC_EDWARDS_KEY_PAIR_GEN, .modulus_bits = 0},
}};
/// The one public exponent that verifiers take: 65537.
constexpr std::array<CK_BYTE, 3> kExponent = {0x01, 0x00, 0x01};

template <typename T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {.type = type, .pValue = &value, .ulValueLen = sizeof(value)};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView value) {
  // C_GenerateKeyPair reads its templates; CK_ATTRIBUTE is not const because C_GetAttributeValue writes.
  return {.type = type, .pValue = const_cast<std::uint8_t*>(value.data()), .ulValueLen = value.size()};  // NOLINT
}

Result<KeyPair> generate(const Session& session, const Row& row, const KeyOrder& order) {
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  CK_BBOOL stored = order.lifetime == Lifetime::Token ? CK_TRUE : CK_FALSE;
  CK_ULONG modulus_bits = row.modulus_bits;
  const Bytes curve = curve_parameters(row.algorithm);
  std::vector shown = {attribute(CKA_TOKEN, stored), attribute(CKA_PRIVATE, no), attribute(CKA_VERIFY, yes),
                       attribute(CKA_ID, order.id), attribute(CKA_LABEL, bytes_of(order.label))};
  if (curve.empty()) {
    shown.push_back(attribute(CKA_MODULUS_BITS, modulus_bits));
    shown.push_back(attribute(CKA_PUBLIC_EXPONENT, ByteView(kExponent)));
  } else {
    shown.push_back(attribute(CKA_EC_PARAMS, ByteView(curve)));
  }
  std::array hidden = {attribute(CKA_TOKEN, stored),
                       attribute(CKA_PRIVATE, yes),
                       attribute(CKA_SENSITIVE, yes),
                       attribute(CKA_SIGN, yes),
                       attribute(CKA_EXTRACTABLE, no),
                       attribute(CKA_ID, order.id),
                       attribute(CKA_LABEL, bytes_of(order.label))};
  CK_MECHANISM mechanism{.mechanism = row.mechanism, .pParameter = nullptr, .ulParameterLen = 0};
  KeyPair pair;
  const CK_RV made =
      session.functions().C_GenerateKeyPair(session.handle(), &mechanism, shown.data(), shown.size(), hidden.data(),
                                            hidden.size(), &pair.public_half.handle, &pair.private_half.handle);
  if (made != CKR_OK) return fail(error_from(made, "C_GenerateKeyPair"));
  return pair;
}

Result<bool> stays_on_token(const Session& session, Object private_half) {
  const auto sensitive = read_flag(session, private_half, CKA_SENSITIVE);
  if (!sensitive) return fail(sensitive.error());
  const auto extractable = read_flag(session, private_half, CKA_EXTRACTABLE);
  if (!extractable) return fail(extractable.error());
  return sensitive->value_or(false) && !extractable->value_or(true);
}

Result<bool> is_stored(const Session& session, Object half) {
  const auto stored = read_flag(session, half, CKA_TOKEN);
  if (!stored) return fail(stored.error());
  return stored->value_or(true);
}

// A module that knows nothing of session objects may keep a pair that was to end with its session.
Result<void> check_lifetime(const Session& session, const KeyPair& pair, Lifetime wanted) {
  if (wanted == Lifetime::Token) return {};
  for (const Object half : {pair.private_half, pair.public_half}) {
    const auto stored = is_stored(session, half);
    if (!stored) return fail(stored.error());
    if (!*stored) continue;
    return fail(ErrorCode::KeyUnsuitable, "the token stores a key that was to last for one signature",
                "use another token, or a key that stays on it");
  }
  return {};
}

}  // namespace

Result<KeyPair> make_key_pair(const Session& session, const KeyOrder& order) {
  const auto* const row = std::ranges::find(kRows, order.algorithm, &Row::algorithm);
  if (row == kRows.end()) {
    return fail(ErrorCode::KeyUnsuitable, "keys of kind " + display_text(order.algorithm, 32) + " are not made here",
                "ask for p256, p384, rsa2048, rsa3072, rsa4096 or ed25519");
  }
  auto pair = generate(session, *row, order);
  if (!pair) return pair;
  const auto stays = stays_on_token(session, pair->private_half);
  const auto lasts = check_lifetime(session, *pair, order.lifetime);
  if (stays && *stays && lasts) return pair;
  destroy(session, *pair);
  if (!stays) return fail(stays.error());
  if (!lasts) return fail(lasts.error());
  return fail(ErrorCode::KeyUnsuitable, "the token made a private key that it would let out; it was destroyed",
              "use another token");
}

void destroy(const Session& session, const KeyPair& pair) {
  (void)session.functions().C_DestroyObject(session.handle(), pair.private_half.handle);
  (void)session.functions().C_DestroyObject(session.handle(), pair.public_half.handle);
}

}  // namespace signet::pkcs11
