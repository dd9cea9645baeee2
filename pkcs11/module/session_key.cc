#include "pkcs11/module/session_key.h"

#include <utility>

#include "common/random.h"
#include "pkcs11/module/key_reading.h"

namespace signet::pkcs11 {
namespace {

/// No key of a person has it, and no other session key.
constexpr std::size_t kIdSize = 16;
constexpr std::string_view kLabel = "signet session key";

}  // namespace

SessionKey::SessionKey(KeyPair pair, Bytes id, PublicKey public_key)
    : pair_(pair),
      id_(std::move(id)),
      public_key_(std::move(public_key)),
      private_half_(SigningKey::of_pair(pair.private_half, id_, public_key_)) {}

Result<SessionKey> SessionKey::make(const Session& session, std::string_view algorithm) {
  Bytes id = random_bytes(kIdSize);
  const KeyOrder order{.algorithm = algorithm, .lifetime = Lifetime::Session, .id = id, .label = kLabel};
  const auto pair = make_key_pair(session, order);
  if (!pair) return fail(pair.error());
  auto public_key = read_public_key(session, pair->public_half);
  if (public_key) return SessionKey(*pair, std::move(id), std::move(*public_key));
  pkcs11::destroy(session, *pair);
  return fail(std::move(public_key.error()));
}

Result<StartedSignature> SessionKey::start(const Session& session, const protocol::TokenSessionSignRequest& request) {
  if (!private_half_.is(id_, request.public_key)) {
    return fail(ErrorCode::KeyNotFound, "the session key of this connection is another one", "make a new one");
  }
  const bool is_proof = request.step == protocol::SessionStep::Proof;
  if (is_proof == proven_) {
    return fail(ErrorCode::KeyUnsuitable,
                proven_ ? "the session key has proved its possession already"
                        : "the session key signs nothing before it has proved its possession",
                "make a new one");
  }
  auto started = private_half_.start(session, request.digest, {});
  if (started && is_proof) proven_ = true;
  return started;
}

}  // namespace signet::pkcs11
