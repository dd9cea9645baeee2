#include "pkcs11/module/inventory.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/hex.h"
#include "pkcs11/module/key_pair.h"
#include "pkcs11/module/key_reading.h"
#include "pkcs11/module/object.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

using protocol::TokenKey;

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

// Objects of one class without those of sessions, which every connection would see. Asked object by object, because not
// every module can search for CKA_TOKEN; one that does not show it has stored objects alone.
Result<std::vector<Object>> find_stored(const Session& session, CK_OBJECT_CLASS object_class) {
  const auto objects = find_objects(session, object_class);
  if (!objects) return objects;
  std::vector<Object> stored;
  for (const Object object : *objects) {
    const auto is_stored = read_flag(session, object, CKA_TOKEN);
    if (!is_stored && is_stored.error().code == ErrorCode::KeyUnsuitable) continue;
    // A session key of another connection may have gone since it was found.
    if (!is_stored && is_stored.error().code == ErrorCode::KeyNotFound) continue;
    if (!is_stored) return fail(is_stored.error());
    if (is_stored->value_or(true)) stored.push_back(object);
  }
  return stored;
}

Result<std::vector<PrivateHalf>> private_halves(const Session& session) {
  const auto objects = find_stored(session, CKO_PRIVATE_KEY);
  if (!objects) return fail(objects.error());
  std::vector<PrivateHalf> halves;
  for (const Object object : *objects) {
    auto half = read_private_half(session, object);
    if (!half && half.error().code == ErrorCode::KeyUnsuitable) continue;
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
  const auto objects = find_stored(session, CKO_PUBLIC_KEY);
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
  const auto id = parse_hex(request.id);
  if (!id) return fail(id.error());
  if (auto free = check_free(session, *id); !free) return fail(std::move(free.error()));
  const auto pair =
      make_key_pair(session, {.algorithm = request.algorithm, .id = ByteView(*id), .label = request.label});
  if (!pair) return fail(pair.error());
  auto key = read_public_half(session, pair->public_half);
  if (!key) return fail(std::move(key.error()));
  const auto half = read_private_half(session, pair->private_half);
  if (!half) return fail(half.error());
  key->always_authenticate = half->always_authenticate;
  return key;
}

}  // namespace signet::pkcs11
