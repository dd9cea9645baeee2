#include "pkcs11/module/inventory.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/hex.h"
#include "pkcs11/module/object.h"
#include "pkcs11/module/public_key.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

using protocol::TokenKey;

constexpr std::array<CK_BYTE, 10> kP256 = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

struct PrivateHalf {
  Bytes id;
  std::string label;
  bool always_authenticate = false;
};

Result<PrivateHalf> read_private_half(const Session& session, Object object) {
  auto id = read_bytes(session, object, CKA_ID);
  if (!id) return fail(std::move(id.error()));
  auto label = read_label(session, object);
  if (!label) return fail(std::move(label.error()));
  const auto always = read_flag(session, object, CKA_ALWAYS_AUTHENTICATE);
  if (!always) return fail(always.error());
  return PrivateHalf{.id = std::move(*id), .label = std::move(*label), .always_authenticate = always->value_or(false)};
}

Result<std::vector<PrivateHalf>> private_halves(const Session& session) {
  const auto objects = find_objects(session, CKO_PRIVATE_KEY);
  if (!objects) return fail(objects.error());
  std::vector<PrivateHalf> halves;
  for (const Object object : *objects) {
    auto half = read_private_half(session, object);
    if (!half) return fail(std::move(half.error()));
    halves.push_back(std::move(*half));
  }
  return halves;
}

Result<TokenKey> read_public_half(const Session& session, Object object) {
  auto key = read_public_key(session, object);
  if (!key) return fail(std::move(key.error()));
  const auto id = read_bytes(session, object, CKA_ID);
  if (!id) return fail(id.error());
  auto label = read_label(session, object);
  if (!label) return fail(std::move(label.error()));
  return TokenKey{.id = encode_hex(*id),
                  .label = std::move(*label),
                  .algorithm = std::move(key->algorithm),
                  .public_key = std::move(key->spki)};
}

template <typename T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {.type = type, .pValue = &value, .ulValueLen = sizeof(value)};
}

CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView value) {
  // C_GenerateKeyPair reads its templates; CK_ATTRIBUTE is not const because C_GetAttributeValue writes.
  return {.type = type, .pValue = const_cast<std::uint8_t*>(value.data()), .ulValueLen = value.size()};  // NOLINT
}

struct KeyPair {
  Object public_half;
  Object private_half;
};

Result<KeyPair> make_p256(const Session& session, ByteView id, std::string_view label) {
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  std::array shown = {attribute(CKA_TOKEN, yes),  attribute(CKA_PRIVATE, no),
                      attribute(CKA_VERIFY, yes), attribute(CKA_EC_PARAMS, ByteView(kP256)),
                      attribute(CKA_ID, id),      attribute(CKA_LABEL, bytes_of(label))};
  std::array hidden = {attribute(CKA_TOKEN, yes),
                       attribute(CKA_PRIVATE, yes),
                       attribute(CKA_SENSITIVE, yes),
                       attribute(CKA_SIGN, yes),
                       attribute(CKA_EXTRACTABLE, no),
                       attribute(CKA_ID, id),
                       attribute(CKA_LABEL, bytes_of(label))};
  CK_MECHANISM mechanism{.mechanism = CKM_EC_KEY_PAIR_GEN, .pParameter = nullptr, .ulParameterLen = 0};
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

void destroy(const Session& session, const KeyPair& pair) {
  (void)session.functions().C_DestroyObject(session.handle(), pair.private_half.handle);
  (void)session.functions().C_DestroyObject(session.handle(), pair.public_half.handle);
}

Result<void> check_free(const Session& session, ByteView id) {
  if (id.empty()) return fail(ErrorCode::InvalidRequest, "a new key needs an id", "give one in hexadecimal");
  for (const CK_OBJECT_CLASS object_class : {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY}) {
    const auto objects = find_objects(session, object_class, id);
    if (!objects) return fail(objects.error());
    if (!objects->empty()) {
      return fail(ErrorCode::InvalidRequest, "the token has a key with the id " + encode_hex(id) + " already",
                  "choose another id");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<TokenKey>> list_keys(const Session& session) {
  const auto halves = private_halves(session);
  if (!halves) return fail(halves.error());
  const auto objects = find_objects(session, CKO_PUBLIC_KEY);
  if (!objects) return fail(objects.error());
  std::vector<TokenKey> keys;
  for (const Object object : *objects) {
    auto key = read_public_half(session, object);
    // A key of a kind that is not known here must not hide the others.
    if (!key && key.error().code == ErrorCode::KeyUnsuitable) continue;
    if (!key) return fail(std::move(key.error()));
    const auto half =
        std::ranges::find(*halves, key->id, [](const PrivateHalf& known) { return encode_hex(known.id); });
    if (half == halves->end() && !halves->empty()) continue;
    if (half != halves->end()) {
      key->label = half->label;
      key->always_authenticate = half->always_authenticate;
    }
    if (std::ranges::find(keys, key->id, &TokenKey::id) == keys.end()) keys.push_back(std::move(*key));
  }
  std::ranges::sort(keys, {}, &TokenKey::id);
  return keys;
}

Result<TokenKey> generate_key(const Session& session, const protocol::TokenGenerateRequest& request) {
  if (request.algorithm != "p256") {
    return fail(ErrorCode::KeyUnsuitable, "this version makes p256 keys only", "ask for p256");
  }
  const auto id = parse_hex(request.id);
  if (!id) return fail(id.error());
  if (auto free = check_free(session, *id); !free) return fail(std::move(free.error()));
  const auto pair = make_p256(session, *id, request.label);
  if (!pair) return fail(pair.error());
  const auto stays = stays_on_token(session, pair->private_half);
  if (!stays || !*stays) destroy(session, *pair);
  if (!stays) return fail(stays.error());
  if (!*stays) {
    return fail(ErrorCode::KeyUnsuitable, "the token made a private key that it would let out; it was destroyed",
                "use another token");
  }
  auto key = read_public_half(session, pair->public_half);
  if (!key) return fail(std::move(key.error()));
  const auto half = read_private_half(session, pair->private_half);
  if (!half) return fail(half.error());
  key->always_authenticate = half->always_authenticate;
  return key;
}

}  // namespace signet::pkcs11
