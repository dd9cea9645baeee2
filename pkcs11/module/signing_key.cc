#include "pkcs11/module/signing_key.h"

#include <array>
#include <chrono>
#include <utility>

#include "common/hex.h"
#include "pkcs11/module/key_reading.h"
#include "pkcs11/module/return_values.h"
#include "pkcs11/serving/waiting.h"

namespace signet::pkcs11 {
namespace {

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

// A card has one answer for a finger that did not come and for a PIN that it wants.
std::unexpected<Error> missed_touch(const std::string& when) {
  return fail(ErrorCode::TouchTimeout, "the token said no " + when + " (C_Sign: CKR_USER_NOT_LOGGED_IN)",
              "try again and touch the token when it blinks");
}

CK_MECHANISM_TYPE mechanism_of(SignatureFamily family) {
  switch (family) {
    case SignatureFamily::Ecdsa:
      return CKM_ECDSA;
    case SignatureFamily::Rsa:
      return CKM_RSA_PKCS;
    case SignatureFamily::Ed25519:
      break;
  }
  return CKM_EDDSA;
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

Result<StartedSignature> SigningKey::start(const Session& session, const SignInput& input,
                                           const ContextLogin& log_in) const {
  auto scheme = scheme_for(key_, input);
  if (!scheme) return fail(std::move(scheme.error()).during("signing with key " + encode_hex(id_)));
  CK_MECHANISM mechanism{.mechanism = mechanism_of(scheme->family), .pParameter = nullptr, .ulParameterLen = 0};
  const CK_RV begun = session.functions().C_SignInit(session.handle(), &mechanism, object_.handle);
  if (begun != CKR_OK) return fail(error_from(begun, "C_SignInit"));
  if (always_authenticate_) {
    if (auto logged_in = log_in(session); !logged_in) return fail(std::move(logged_in.error()));
  }
  return StartedSignature(session, std::move(*scheme), always_authenticate_);
}

Result<Bytes> StartedSignature::finish() const {
  Bytes data = scheme_.data;
  data.reserve(1);  // an empty message is a message; some modules take a null pointer for none
  std::array<CK_BYTE, kMaxRawSignature> raw{};
  CK_ULONG size = raw.size();
  const auto begun = std::chrono::steady_clock::now();
  const CK_RV result = session_->functions().C_Sign(session_->handle(), data.data(), data.size(), raw.data(), &size);
  if (result == CKR_USER_NOT_LOGGED_IN && after_login_) {
    return missed_touch("right after it had taken the PIN");
  }
  if (result == CKR_USER_NOT_LOGGED_IN && std::chrono::steady_clock::now() - begun >= kNoticeAfter) {
    return missed_touch("after it had waited");
  }
  if (result != CKR_OK) return fail(error_from(result, "C_Sign"));
  if (size > raw.size())
    return fail(ErrorCode::WorkerFailed, "the module says that its signature is longer than its room");
  return encode_signature(scheme_, ByteView(raw).first(size));
}

}  // namespace signet::pkcs11
