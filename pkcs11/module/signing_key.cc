#include "pkcs11/module/signing_key.h"

#include <array>
#include <utility>

#include "common/hex.h"
#include "pkcs11/module/ecdsa_signature.h"
#include "pkcs11/module/return_values.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kP256FieldSize = 32;

std::unexpected<Error> not_found(ByteView id, const std::string& why) {
  return fail(ErrorCode::KeyNotFound, "key " + encode_hex(id) + " " + why, "signet key list");
}

// Several public keys may share an id (ykcs11 shows an attestation under the id of its key).
Result<PublicKey> find_public_key(const Session& session, ByteView id, ByteView spki) {
  const auto objects = find_objects(session, CKO_PUBLIC_KEY, id);
  if (!objects) return fail(objects.error());
  for (const Object object : *objects) {
    auto key = read_public_key(session, object);
    if (key && equal(key->spki, spki)) return key;
    if (!key && key.error().code != ErrorCode::KeyUnsuitable) return key;
  }
  if (objects->empty()) return not_found(id, "is not on the token");
  return not_found(id, "has another public key than the one that was asked for");
}

}  // namespace

Result<SigningKey> SigningKey::find(const Session& session, ByteView id, ByteView spki) {
  auto key = find_public_key(session, id, spki);
  if (!key) return fail(std::move(key.error()));
  const auto objects = find_objects(session, CKO_PRIVATE_KEY, id);
  if (!objects) return fail(objects.error());
  if (objects->empty()) return not_found(id, "has no private half on the token");
  if (objects->size() > 1) return not_found(id, "is there more than once");
  const auto always = read_flag(session, objects->front(), CKA_ALWAYS_AUTHENTICATE);
  if (!always) return fail(always.error());
  return SigningKey(objects->front(), to_bytes(id), std::move(*key), always->value_or(false));
}

bool SigningKey::is(ByteView id, ByteView spki) const { return equal(id_, id) && equal(key_.spki, spki); }

Result<StartedSignature> SigningKey::start(const Session& session, const Digest& digest,
                                           const ContextLogin& log_in) const {
  if (key_.algorithm != "p256") {
    return fail(ErrorCode::KeyUnsuitable,
                "key " + encode_hex(id_) + " is " + key_.algorithm + "; this version signs with p256",
                "choose a P-256 key");
  }
  if (digest.bytes().size() != kP256FieldSize) {
    return fail(ErrorCode::KeyUnsuitable, "a p256 key signs digests of 32 bytes", "use SHA-256");
  }
  CK_MECHANISM mechanism{.mechanism = CKM_ECDSA, .pParameter = nullptr, .ulParameterLen = 0};
  const CK_RV begun = session.functions().C_SignInit(session.handle(), &mechanism, object_.handle);
  if (begun != CKR_OK) return fail(error_from(begun, "C_SignInit"));
  if (always_authenticate_) {
    if (auto logged_in = log_in(session); !logged_in) return fail(std::move(logged_in.error()));
  }
  return StartedSignature(session, always_authenticate_);
}

Result<Bytes> StartedSignature::finish(const Digest& digest) const {
  Bytes data = to_bytes(digest.bytes());
  // Longer than any ECDSA signature (tokens §A2: some modules are careless about a question for the length, which may
  // cost a touch).
  std::array<CK_BYTE, 256> raw{};
  CK_ULONG size = raw.size();
  const CK_RV result = session_->functions().C_Sign(session_->handle(), data.data(), data.size(), raw.data(), &size);
  if (result == CKR_USER_NOT_LOGGED_IN && after_login_) {
    return fail(ErrorCode::TouchTimeout,
                "the token said no right after it had taken the PIN (C_Sign: CKR_USER_NOT_LOGGED_IN)",
                "try again and touch the token when it blinks");
  }
  if (result != CKR_OK) return fail(error_from(result, "C_Sign"));
  if (size > raw.size())
    return fail(ErrorCode::WorkerFailed, "the module says that its signature is longer than its room");
  return der_from_raw_ecdsa(ByteView(raw).first(size), kP256FieldSize);
}

}  // namespace signet::pkcs11
